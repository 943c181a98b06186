"""Each step that a worker must do is enqueued: without a task, it would wait for its lease."""

import pytest

from base.worker import STOPPING
from contacts.models import Contact
from importexport.models import ImportRun
from importexport.runs.steps import (
    ask_for_overdue_work,
    ask_to_undo,
    confirm,
    resume,
    work_on,
)
from tests.factories import ContactFactory
from tests.importexport.files_made import csv_file
from tests.importexport.importing import last_run, ready, received, send, take_tasks, work
from tests.mailing.outbox.mails import Clock

ROWS = [["C1", "Denis", 1]]


@pytest.fixture
def anne(db):
    return ContactFactory(member__reference="C1", name="Anne")


def state_of(run) -> str:
    run.refresh_from_db()
    return run.state


def test_an_upload_enqueues_its_check(administrator, anne):
    send(administrator, csv_file(*ROWS))
    assert take_tasks() == [last_run().pk]


def test_a_confirmation_enqueues_the_import_and_a_refused_one_nothing(anne):
    run = ready(csv_file(*ROWS))
    assert confirm(run, run.preview_key)
    assert take_tasks() == [run.pk]
    assert not confirm(run, run.preview_key)
    assert take_tasks() == []


def test_asking_to_undo_enqueues_the_undoing(anne):
    run = ready(csv_file(*ROWS))
    confirm(run, run.preview_key)
    work()
    run.refresh_from_db()
    ask_to_undo(run, None)
    assert take_tasks() == [run.pk]


def test_resuming_an_interrupted_run_enqueues_its_check(anne):
    run = received(csv_file(*ROWS))
    ImportRun.objects.update(state="failed")
    take_tasks()
    assert resume(run)
    assert take_tasks() == [run.pk]


def test_an_outdated_preview_enqueues_another_check(anne):
    run = ready(csv_file(*ROWS), sync=True)
    confirm(run, run.preview_key)
    Contact.objects.update(note="changed since")
    assert take_tasks() == [run.pk]
    work_on(run.pk)
    assert state_of(run) == "received"
    assert take_tasks() == [run.pk]
    work_on(run.pk)
    assert state_of(run) == "ready"
    assert take_tasks() == []


def test_a_stopped_worker_enqueues_the_check_for_another_one(anne):
    run = received(csv_file(*ROWS))
    take_tasks()
    STOPPING.set()
    try:
        work_on(run.pk)
    finally:
        STOPPING.clear()
    assert state_of(run) == "received"
    assert take_tasks() == [run.pk]


def test_a_run_whose_task_was_lost_is_enqueued_once_its_lease_has_run_out(anne, monkeypatch):
    run = received(csv_file(*ROWS))
    take_tasks()
    ask_for_overdue_work()
    assert take_tasks() == []
    Clock(monkeypatch).advance(seconds=61)
    ask_for_overdue_work()
    assert take_tasks() == [run.pk]


def test_a_run_that_came_to_its_end_enqueues_nothing(anne):
    run = received(csv_file(*ROWS))
    work()
    assert state_of(run) == "ready"
    assert take_tasks() == []
