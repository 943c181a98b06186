"""The same import asked for several things at once: one of them happens, and the others are told.

Workers share a run in the same way: one has it at a time, and a dead one's goes to exactly one.
"""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core.files.storage import default_storage
from django.db import connections
from django.test import Client

from contacts.models import Contact
from importexport.models import ImportChange, ImportedMember, ImportRun
from importexport.runs import check, plan_tables
from importexport.runs.check import check_run
from importexport.runs.leases import GIVEN_UP, MOST_ATTEMPTS, claim, take_overdue
from importexport.runs.steps import (
    abandon,
    ask_for_overdue_work,
    ask_to_undo,
    confirm,
    resume,
    work_on,
)
from importexport.runs.undo import UndoRefused
from importexport.states import RunState
from tests.factories import ContactFactory, UserFactory
from tests.importexport.files_made import csv_file, names, plain, untouched
from tests.importexport.importing import ready, received, work
from tests.mailing.outbox.mails import Clock

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 4


@pytest.fixture
def member():
    """Member C1, with Anne."""
    return ContactFactory(member__reference="C1", name="Anne").member


@pytest.fixture
def clock(monkeypatch):
    return Clock(monkeypatch)


def at_once(*actions):
    """Do all that at the same instant, each in a thread of its own; return what each gave."""
    barrier = Barrier(len(actions))

    def act(action):
        try:
            barrier.wait(timeout=20)
            return action()
        except UndoRefused as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(actions)) as threads:
        return list(threads.map(act, actions))


def again(run):
    """Return the run as another request sees it."""
    return ImportRun.objects.get(pk=run.pk)


def state_of(run):
    return again(run).state


# --- Asked twice --------------------------------------------------------------------------------


def test_a_run_confirmed_several_times_at_once_is_applied_once(member):
    run = ready(csv_file(["C1", "Denis", 1]))
    confirmed = at_once(*[lambda: confirm(again(run), run.preview_key)] * AT_ONCE)
    assert sorted(confirmed) == [False] * (AT_ONCE - 1) + [True]
    at_once(*[lambda: work_on(run.pk)] * AT_ONCE)
    assert state_of(run) == "done"
    assert names() == ["Anne", "Denis"]
    assert not confirm(again(run), run.preview_key)


def test_an_import_undone_several_times_at_once_is_undone_once(member):
    before = untouched()
    run = ready(csv_file(["C1", "Denis", 1]), sync=True)
    confirm(run, run.preview_key)
    work()
    told = at_once(*[lambda: ask_to_undo(again(run), None)] * AT_ONCE)
    assert sum(one is None for one in told) == 1
    assert sum(isinstance(one, UndoRefused) for one in told) == AT_ONCE - 1
    at_once(*[lambda: work_on(run.pk)] * AT_ONCE)
    assert state_of(run) == "undone"
    assert untouched() == before
    with pytest.raises(UndoRefused, match="rien à annuler"):
        ask_to_undo(again(run), None)


def test_a_run_resumed_several_times_at_once_is_checked_once(member):
    run = received(csv_file(["C1", "Denis", 1]))
    ImportRun.objects.update(state=RunState.FAILED)
    assert sorted(at_once(*[lambda: resume(again(run))] * AT_ONCE)) == [False] * 3 + [True]
    at_once(*[lambda: work_on(run.pk)] * AT_ONCE)
    assert state_of(run) == "ready"
    assert ImportChange.objects.filter(run=run).count() == 1


# --- Abandoned ----------------------------------------------------------------------------------


def nothing_is_kept(run) -> bool:
    changes, members = ImportChange.objects.filter(run=run), ImportedMember.objects.filter(run=run)
    files = default_storage.listdir("imports")[1] if default_storage.exists("imports") else []
    return not (changes.exists() or members.exists() or files)


def test_a_run_abandoned_while_its_file_is_read_keeps_nothing(member):
    before = untouched()
    run = received(csv_file(["C1", "Denis", 1]))
    # Asked for in the middle of the reading, by someone whose page still says « reçu ».
    check_run(run.pk, lambda *_: abandon(run))
    assert state_of(run) == "abandoned"
    assert nothing_is_kept(run)
    assert untouched() == before
    assert not confirm(again(run), run.preview_key)


@pytest.mark.parametrize("moment", ["store_plan", "_outcome", "_make_ready", "with_changes_since"])
def test_a_run_abandoned_at_any_moment_of_its_check_keeps_nothing(member, monkeypatch, moment):
    run = received(csv_file(["C1", "Denis", 1]), sync=True)
    ImportRun.objects.update(outdated={"removed": 0})
    original = getattr(check, moment)

    def abandoned_first(*arguments, **options):
        assert abandon(again(run))
        return original(*arguments, **options)

    monkeypatch.setattr(check, moment, abandoned_first)
    work()
    assert state_of(run) == "abandoned"
    assert nothing_is_kept(run)


@pytest.mark.parametrize("_round", range(5))
def test_a_run_confirmed_while_it_is_abandoned_is_one_or_the_other(member, _round):
    run = ready(csv_file(["C1", "Denis", 1]))
    one, other = again(run), again(run)
    confirmed, abandoned = at_once(lambda: confirm(one, run.preview_key), lambda: abandon(other))
    assert confirmed is not abandoned
    work()
    assert state_of(run) == ("done" if confirmed else "abandoned")
    assert names() == (["Anne", "Denis"] if confirmed else ["Anne"])
    assert nothing_is_kept(run) is abandoned


def test_a_run_is_not_abandoned_while_it_is_applied(member, monkeypatch):
    run = ready(csv_file(["C1", "Denis", 1]))
    confirm(run, run.preview_key)
    assert not abandon(again(run))
    work()
    assert not abandon(again(run))
    assert names() == ["Anne", "Denis"]


# --- Workers ------------------------------------------------------------------------------------


def test_one_of_several_workers_has_a_run(member):
    run = received(csv_file(["C1", "Denis", 1]))
    states = (RunState.RECEIVED, RunState.CHECKING)
    taken = at_once(*[lambda: claim(run.pk, states, RunState.CHECKING)] * AT_ONCE)
    assert sum(one is not None for one in taken) == 1


def test_a_dead_workers_run_goes_to_exactly_one(member, clock):
    run = received(csv_file(["C1", "Denis", 1]))
    claim(run.pk, (RunState.RECEIVED,), RunState.CHECKING)
    assert take_overdue() == []
    clock.advance(seconds=61)
    taken = at_once(*[take_overdue] * AT_ONCE)
    assert [one for some in taken for one in some] == [run]
    assert take_overdue() == []
    at_once(*[lambda: work_on(run.pk)] * AT_ONCE)
    assert state_of(run) == "ready"
    assert ImportChange.objects.filter(run=run).count() == 1


@pytest.mark.parametrize("sync", [False, True])
def test_a_worker_that_lost_its_run_mixes_nothing_into_it(member, clock, monkeypatch, sync):
    run = received(csv_file(["C1", "Denis", 1], ["C1", "Éric", 1]), sync=sync)
    insert, calls = plan_tables.insert_rows_in_steps, []

    def insert_late(*arguments):
        calls.append(arguments)
        if len(calls) == 2:
            # This worker was away for so long that another one did all of it.
            clock.advance(seconds=61)
            work_on(run.pk)
            assert state_of(run) == "ready"
        insert(*arguments)

    monkeypatch.setattr(plan_tables, "insert_rows_in_steps", insert_late)
    work_on(run.pk)
    assert state_of(run) == "ready"
    assert ImportChange.objects.filter(run=run, kind=1).count() == 2
    assert ImportedMember.objects.filter(run=run).count() == 1
    confirm(again(run), again(run).preview_key)
    work()
    assert names() == (["Denis", "Éric"] if sync else ["Anne", "Denis", "Éric"])


@pytest.mark.parametrize("state", ["checking", "applying", "undoing"])
def test_a_run_whose_workers_die_is_given_up(member, clock, state):
    before = untouched()
    run = ready(csv_file(["C1", "Denis", 1]))
    ImportRun.objects.update(state=state, claim=None)
    for _ in range(MOST_ATTEMPTS):
        # A worker takes it, and is never heard of again.
        assert claim(run.pk, (RunState(state),), RunState(state))
        clock.advance(seconds=61)
        ask_for_overdue_work()
    run = again(run)
    assert run.state == ("done" if state == "undoing" else "failed")
    assert (plain(run.message), run.attempts, run.claim) == (plain(GIVEN_UP), 0, None)
    assert untouched() == before
    assert take_overdue() == []


def test_a_run_that_was_given_up_can_be_resumed(member, clock):
    administrator = Client()
    administrator.force_login(UserFactory(is_superuser=True))
    run = received(csv_file(["C1", "Denis", 1]))
    for _ in range(MOST_ATTEMPTS):
        claim(run.pk, (RunState.RECEIVED, RunState.CHECKING), RunState.CHECKING)
        clock.advance(seconds=61)
        take_overdue()
    page = administrator.get(run.get_absolute_url()).content.decode()
    assert "arrêté plusieurs fois de suite" in page
    administrator.post(f"{run.get_absolute_url()}reprendre/")
    work()
    assert state_of(run) == "ready"


def test_a_run_that_only_waits_for_a_worker_is_never_given_up(member, clock):
    run = received(csv_file(["C1", "Denis", 1]))
    for _ in range(3 * MOST_ATTEMPTS):
        clock.advance(seconds=61)
        assert take_overdue() == [run]
    work()
    assert state_of(run) == "ready"


def test_a_task_that_comes_late_does_nothing(member):
    run = ready(csv_file(["C1", "Denis", 1]))
    confirm(run, run.preview_key)
    for _ in range(3):
        work_on(run.pk)
    work_on(0)
    assert names() == ["Anne", "Denis"]
    assert Contact.objects.count() == 2
