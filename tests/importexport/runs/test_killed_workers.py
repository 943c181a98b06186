"""Workers are killed or stopped: nothing is lost, and another one ends the run.

Each is `manage.py worker`, a process of its own. The moments are drawn over the time that the work
really takes, which is measured first.
"""

import os
import time
from random import Random

import pytest

from contacts.models import Contact
from importexport.models import ImportRun
from importexport.runs.steps import ask_for_work, ask_to_undo, confirm
from tests.factories import MemberFactory
from tests.importexport.files_made import csv_file, names, untouched
from tests.importexport.importing import received
from tests.site_processes import wait_until
from tests.worker_process import WorkerProcess

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
MEMBERS = 80
CONTACTS_A_MEMBER = 100
# Another number draws other moments.
SEED = int(os.environ.get("KILL_SEED", "1848"))


@pytest.fixture(autouse=True)
def _short_leases(settings):
    settings.IMPORT_LEASE_SECONDS = 1


@pytest.fixture
def before():
    """8,000 contacts, as they are before the import."""
    for number in range(MEMBERS):
        member = MemberFactory(reference=f"C{number:02}")
        Contact.objects.bulk_create(
            Contact(member=member, name=f"{place}", position=place, type=4)
            for place in range(1, CONTACTS_A_MEMBER + 1)
        )
    return untouched()


def wanted_names() -> list[str]:
    """Return the names that each member has in the file: kept, moved and new ones."""
    kept = [f"{place}" for place in range(1, CONTACTS_A_MEMBER, 3)]
    moved = [f"{place}" for place in range(CONTACTS_A_MEMBER, 1, -3) if f"{place}" not in kept]
    return kept + moved + [f"nouveau {number}" for number in range(CONTACTS_A_MEMBER // 2)]


def sent(times: int = 1) -> ImportRun:
    """Send the file, for a synchronisation that adds, moves and removes."""
    wanted = wanted_names() * times
    rows = [[f"C{number:02}", name, 4] for number in range(MEMBERS) for name in wanted]
    return received(csv_file(*rows), sync=True)


def asked_to_check(run: ImportRun) -> None:
    ask_for_work(run.pk)


def asked_to_apply(run: ImportRun) -> None:
    assert confirm(run, run.preview_key)


def asked_to_undo(run: ImportRun) -> None:
    ask_to_undo(run, None)


# What is asked for, the state in which a worker is at it, and the one that comes of it.
STEPS = [
    (asked_to_check, "checking", "ready"),
    (asked_to_apply, "applying", "done"),
    (asked_to_undo, "undoing", "undone"),
]


def a_worker(folder, **environment):
    values = {"IMPORT_LEASE_SECONDS": "1"} | environment
    return WorkerProcess(None, folder, "--interval", "0.02", **values)


def state_of(run: ImportRun) -> str:
    run.refresh_from_db()
    return run.state


def measured(folder) -> dict[str, float]:
    """Return how long a worker is in each state, in seconds."""
    run, seconds = sent(), {}
    with a_worker(folder):
        for ask, state, becomes in STEPS:
            ask(run)
            # The work may be over before one looks.
            wait_until(lambda becomes=becomes: state_of(run) == becomes or run.claim)
            start = time.monotonic()
            wait_until(lambda becomes=becomes: state_of(run) == becomes)
            seconds[state] = time.monotonic() - start
    return seconds


def kill_worker(folder, run: ImportRun, state: str, becomes: str, after: float) -> bool:
    """Kill a worker that many seconds after it claimed the run; return whether it still had it."""
    former = run.claim
    with a_worker(folder) as worker:
        wait_until(lambda: state_of(run) == becomes or run.claim not in (None, former))
        time.sleep(after)
        # Frozen, it can neither end nor begin while one looks.
        worker.freeze()
        had_it = state_of(run) == state and run.claim not in (None, former)
        worker.kill()
    return had_it


def test_a_worker_killed_at_any_moment_leaves_the_contacts_of_before_or_of_after(before, tmp_path):
    random = Random(SEED)
    names_before, names_after = names(), wanted_names() * MEMBERS
    seconds = measured(tmp_path)
    assert untouched() == before
    run = sent()
    for ask, state, becomes in STEPS:
        before_step = names()
        ask(run)
        # The first one is killed at its work in any case. A third would be the last one: the run
        # would be given up.
        assert kill_worker(tmp_path, run, state, becomes, after=0), f"none was killed {state}"
        assert names() == before_step
        kill_worker(tmp_path, run, state, becomes, random.uniform(0, 1) * seconds[state])
        assert names() in (names_before, names_after)
        with a_worker(tmp_path):
            wait_until(lambda becomes=becomes: state_of(run) == becomes)
        assert names() == (names_after if becomes == "done" else names_before)
    assert untouched() == before


def test_a_stopped_worker_releases_a_check_and_another_one_begins_it_at_once(before, tmp_path):
    run = sent(times=5)
    with a_worker(tmp_path, IMPORT_LEASE_SECONDS="600") as worker:
        ask_for_work(run.pk)
        wait_until(lambda: state_of(run) == "checking")
        assert worker.stop() == 0
    assert (state_of(run), run.claim, run.attempts) == ("received", None, 0)
    assert untouched() == before
    with a_worker(tmp_path, IMPORT_LEASE_SECONDS="600"):
        wait_until(lambda: state_of(run) == "ready")


def test_a_stopped_worker_first_ends_what_it_applies(before, tmp_path):
    run = sent(times=3)
    with a_worker(tmp_path) as worker:
        ask_for_work(run.pk)
        wait_until(lambda: state_of(run) == "ready")
        asked_to_apply(run)
        wait_until(lambda: state_of(run) == "applying" and run.claim)
        assert worker.stop() == 0
    assert state_of(run) == "done"
    assert names() == wanted_names() * 3 * MEMBERS


def test_two_workers_apply_two_synchronisations_one_after_the_other(tmp_path):
    for reference in ("C1", "C2"):
        MemberFactory(reference=reference)
    runs = []
    for name in ("Anne", "Bruno"):
        rows = [[reference, name, 4] for reference in ("C1", "C2")] * 500
        runs.append(received(csv_file(*rows), sync=True))
    with a_worker(tmp_path) as one, a_worker(tmp_path) as two:
        for run in runs:
            ask_for_work(run.pk)
        for run in runs:
            wait_until(lambda run=run: state_of(run) == "ready")
        one.wait_until_ready()
        two.wait_until_ready()
        for run in runs:
            asked_to_apply(run)
        wait_until(lambda: sorted(map(state_of, runs)) == ["done", "ready"])
        assert (one.stop(), two.stop()) == (0, 0)
    (done,) = [run for run in runs if run.state == "done"]
    (ready,) = [run for run in runs if run.state == "ready"]
    assert names() == [("Anne", "Bruno")[runs.index(done)]] * 1_000
    assert done.outdated is None
    assert ready.outdated["removed"] == 0
    assert (ready.added_count, ready.removed_count) == (1_000, 1_000)
    assert (len(ready.outdated["changes"]), ready.outdated["has_more"]) == (50, True)
