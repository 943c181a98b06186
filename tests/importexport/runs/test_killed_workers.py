"""Workers are killed or stopped: nothing is lost, and another one ends the run.

Each is `manage.py worker`, a process of its own. The moments are drawn over the time that the work
really takes, which is measured first.
"""

import os
import time
from random import Random
from typing import NamedTuple

import pytest
from django.db.models import F

from accounts.models import User
from contacts.models import Contact
from importexport.models import ImportRun
from importexport.runs.steps import ask_for_work, ask_to_undo, confirm
from tests.factories import MemberFactory, UserFactory
from tests.importexport.files_made import csv_file, names, untouched
from tests.importexport.importing import received
from tests.site_processes import wait_until
from tests.worker_process import WorkerProcess

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
MEMBERS = 40
CONTACTS_A_MEMBER = 100
TITLES = ("Référence", "Dénomination", "Mail", "Type")
# Another number draws other moments.
SEED = int(os.environ.get("KILL_SEED", "1848"))


@pytest.fixture(autouse=True)
def _short_leases(settings):
    settings.IMPORT_LEASE_SECONDS = 1


@pytest.fixture
def before():
    """4,000 contacts, as they are before the import; a fifth of their addresses is refused."""
    someone = UserFactory()
    for number in range(MEMBERS):
        member = MemberFactory(reference=f"C{number:02}")
        Contact.objects.bulk_create(
            Contact(
                member=member,
                name=f"{place}",
                note="matin",
                email=address(place),
                refused_address="" if place % 5 else address(place),
                position=place,
                type=4,
                updated_by=someone,
            )
            for place in range(1, CONTACTS_A_MEMBER + 1)
        )
    return untouched()


def address(place: int, *, is_changed: bool = False) -> str:
    """Return an address of the site, or what the file has in its place.

    In the file every second one is another address; the others are spelt otherwise.
    """
    if not is_changed:
        return f"{place}@École.fr"
    return f"{place}@ailleurs.fr" if place // 6 % 2 else f"{place}@xn--cole-9oa.fr"


def wanted_rows() -> list[list[object]]:
    """Return the rows of each member: kept, modified, moved and new contacts."""
    kept = [[f"{place}", address(place), 4] for place in range(1, CONTACTS_A_MEMBER, 3)]
    modified = [
        [f"{place}", address(place, is_changed=True), 2] for place in range(2, CONTACTS_A_MEMBER, 6)
    ]
    moved = [[f"{place}", address(place), 4] for place in range(CONTACTS_A_MEMBER - 1, 1, -6)]
    both = [[f"{place}", address(place), 1] for place in range(CONTACTS_A_MEMBER - 4, 1, -6)]
    new = [[f"nouveau {n}", f"{n}@neuf.fr", 4] for n in range(CONTACTS_A_MEMBER // 2)]
    return kept + modified + moved + both + new


def wanted_names() -> list[str]:
    """Return the names that each member has in the file."""
    return [str(name) for name, *_ in wanted_rows()]


def sent(times: int = 1, *, update: bool = False) -> ImportRun:
    """Send the file, for a synchronisation that adds, modifies, moves and removes, or an update."""
    wanted = wanted_rows() * times
    rows = [[f"C{number:02}", *row] for number in range(MEMBERS) for row in wanted]
    run = received(csv_file(*rows, titles=TITLES), sync=not update, update=update)
    ImportRun.objects.filter(pk=run.pk).update(created_by=User.objects.get())
    return run


def contacts(run: ImportRun) -> list[dict[str, object]]:
    """Return all columns of all contacts, as they are after any run that did the same.

    An added contact has no key, and the time at which the run was applied is « now ».
    """
    run.refresh_from_db()
    at = run.applied_at
    found = [
        {name: "now" if at and value == at else value for name, value in contact.items()}
        for contact in Contact.objects.order_by("member_id", "position").values()
    ]
    for contact in found:
        if contact["created_at"] == "now":
            del contact["id"]
    return found


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


class Reference(NamedTuple):
    """How long a worker is in each state, in seconds; the contacts after a run without a fault."""

    seconds: dict[str, float]
    after: list[dict[str, object]]


def measured(folder, *, update: bool) -> Reference:
    run, seconds, after = sent(update=update), {}, []
    with a_worker(folder):
        for ask, state, becomes in STEPS:
            ask(run)
            # The work may be over before one looks.
            wait_until(lambda becomes=becomes: state_of(run) == becomes or run.claim)
            start = time.monotonic()
            wait_until(lambda becomes=becomes: state_of(run) == becomes)
            seconds[state] = time.monotonic() - start
            if becomes == "done":
                after = contacts(run)
    return Reference(seconds, after)


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


@pytest.mark.parametrize("update", [False, True])
def test_a_worker_killed_at_any_moment_leaves_the_contacts_of_before_or_of_after(
    before, tmp_path, update
):
    random = Random(SEED)
    seconds, after = measured(tmp_path, update=update)
    assert untouched() == before
    run = sent(update=update)
    at_first = contacts(run)
    for ask, state, becomes in STEPS:
        before_step = contacts(run)
        ask(run)
        # The first one is killed at its work in any case. A third would be the last one: the run
        # would be given up.
        assert kill_worker(tmp_path, run, state, becomes, after=0), f"none was killed {state}"
        assert contacts(run) == before_step
        kill_worker(tmp_path, run, state, becomes, random.uniform(0, 1) * seconds[state])
        assert contacts(run) in (at_first, after)
        with a_worker(tmp_path):
            wait_until(lambda becomes=becomes: state_of(run) == becomes)
        assert contacts(run) == (after if becomes == "done" else at_first)
        if becomes == "done":
            check_all_kinds(run, update=update)
    assert untouched() == before


def check_all_kinds(run: ImportRun, *, update: bool) -> None:
    """Check that the run had changes of each kind, which a worker might have made by halves."""
    counts = run.added_count, run.modified_count, run.removed_count
    assert [count // MEMBERS for count in counts] == [50, 33, 0 if update else 17]
    assert (run.moved_count > 0) is not update
    modified = Contact.objects.filter(updated_at=run.applied_at).exclude(created_at=run.applied_at)
    assert modified.count() == run.modified_count
    assert not modified.exclude(updated_by=run.created_by, note="matin").exists()
    # Spelt otherwise, an address stays refused; another one in its place is not.
    marked = modified.exclude(refused_address="")
    assert marked.filter(refused_address=F("email"), email__endswith="xn--cole-9oa.fr").exists()
    assert marked.exclude(refused_address=F("email")).filter(email__endswith="ailleurs.fr").exists()


def test_a_stopped_worker_releases_a_check_and_another_one_begins_it_at_once(before, tmp_path):
    run = sent(times=4)
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
        member = MemberFactory(reference=reference)
        Contact.objects.bulk_create(
            Contact(member=member, name="Zoé", email=f"{n}@x.fr", position=n, type=4)
            for n in range(1, 251)
        )
    keys = set(Contact.objects.values_list("pk", flat=True))
    runs = []
    for name in ("Anne", "Bruno"):
        rows = [[ref, name, f"{n}@x.fr", 4] for ref in ("C1", "C2") for n in range(1, 501)]
        runs.append(received(csv_file(*rows, titles=TITLES), sync=True))
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
    assert (done.added_count, done.modified_count, done.removed_count) == (500, 500, 0)
    assert names() == [("Anne", "Bruno")[runs.index(done)]] * 1_000
    assert keys < set(Contact.objects.values_list("pk", flat=True))
    assert done.outdated is None
    assert (ready.outdated["added"], ready.outdated["modified"]) == (500, 500)
    assert (ready.added_count, ready.modified_count, ready.removed_count) == (0, 1_000, 0)
    assert (len(ready.outdated["changes"]), ready.outdated["has_more"]) == (50, True)
