"""A full disk, a deleted file, a lost database: the run fails with a sentence, and can be resumed.

What the database itself refuses, it really refuses; nothing that is logged names a person.
"""

import errno
import sqlite3
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import connection, connections
from django.test import Client

from importexport.models import ImportChange, ImportRun
from importexport.runs import apply, check, failures, undo
from importexport.runs.steps import (
    ask_for_overdue_work,
    ask_for_work,
    ask_to_undo,
    confirm,
    work_on,
)
from tests.factories import ContactFactory, UserFactory
from tests.importexport.files_made import csv_file, names, plain, untouched
from tests.importexport.importing import confirmed as press_import
from tests.importexport.importing import last_run, press, ready, received, send, work
from tests.log_capture import WrittenLogs
from tests.mailing.outbox.mails import Clock
from tests.pages import errors, text
from tests.site_processes import database_url, wait_until
from tests.worker_process import WorkerProcess

pytestmark = pytest.mark.django_db(transaction=True)
on_sqlite = pytest.mark.only_on("sqlite")
on_postgresql = pytest.mark.only_on("postgresql")
# Nobody else's name looks like this. The log shows lines of code: they must not have it themselves.
NAME = "Zébulon"
ROWS = [["C1", "Zébulon", 1], ["C1", "Zéphyrine", 1]]
DISK_FULL = "Le disque du serveur est plein. Rien n'a changé."
DATABASE = "La base de données n'a pas répondu. Rien n'a changé."


@pytest.fixture
def before():
    """The contacts of before: C1 has Anne."""
    ContactFactory(member__reference="C1", name="Anne")
    return untouched()


@pytest.fixture(autouse=True)
def _nothing_to_type(settings):
    settings.IMPORT_CONFIRM_REMOVALS_PERCENT = 100


@pytest.fixture
def administrator():
    client = Client()
    client.force_login(UserFactory(is_superuser=True))
    return client


@pytest.fixture(autouse=True)
def _logs_name_nobody(tmp_path):
    with WrittenLogs(tmp_path) as logs:
        yield
    assert "Zé" not in logs.text()


def state_of(run):
    run.refresh_from_db()
    return run.state


def confirmed(run):
    assert confirm(run, run.preview_key)
    return run


def interrupted(client, run, sentence):
    """Assert that the page of a run says why it stopped, and return that page."""
    assert state_of(run) == "failed"
    response = client.get(run.get_absolute_url())
    assert "L'import est interrompu" in text(response)
    assert sentence in plain(text(response))
    return response


def taken_up(client, run, sentence):
    """Resume the run from its page, until the contacts are those of the file."""
    response = press(client, interrupted(client, run, sentence), "Reprendre")
    press_import(client, response)
    assert state_of(run) == "done"
    assert names() == ["Zébulon", "Zéphyrine"]


# --- The disk -----------------------------------------------------------------------------------


@pytest.fixture
def full_disk(monkeypatch):
    """Have every write of a file fail, until the returned function is called."""

    def refuse(*_):
        raise OSError(errno.ENOSPC, "No space left on device", f"/files/{NAME}")

    monkeypatch.setattr(FileSystemStorage, "_save", refuse)
    return monkeypatch.undo


def test_an_upload_that_finds_the_disk_full_shows_an_error_at_the_field(
    administrator, before, full_disk
):
    response = send(administrator, csv_file(*ROWS))
    assert DISK_FULL in plain(errors(response, "file"))
    assert not ImportRun.objects.exists()
    full_disk()
    send(administrator, csv_file(*ROWS))
    work()
    assert last_run().state == "ready"


def test_another_error_of_the_storage_is_not_called_a_full_disk(administrator, before, monkeypatch):
    def refuse(*_):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(FileSystemStorage, "_save", refuse)
    with pytest.raises(PermissionError):
        send(administrator, csv_file(*ROWS))


def test_a_marked_file_without_room_interrupts_the_check(administrator, before, monkeypatch):
    run = received(csv_file(["C1", "Zébulon", 9]))
    with monkeypatch.context() as patch:

        def refuse(*_):
            raise OSError(errno.ENOSPC, "No space left on device")

        patch.setattr(FileSystemStorage, "_save", refuse)
        work()
    response = interrupted(administrator, run, DISK_FULL)
    press(administrator, response, "Reprendre")
    assert state_of(run) == "refused"
    assert run.errors
    assert default_storage.exists(run.marked_file.name)


@contextmanager
def full_sqlite(pages=3):
    """Limit the database to a few more pages."""
    with connection.cursor() as cursor:
        count = cursor.execute("PRAGMA page_count").fetchone()[0]
        cursor.execute(f"PRAGMA max_page_count = {count + pages}")
        try:
            yield
        finally:
            cursor.execute("PRAGMA max_page_count = 1073741823")


@contextmanager
def full_postgresql(table):
    """Have the database refuse each new row as it does where its disk is full."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION "
            "'could not extend file: %', NEW.name USING ERRCODE = 'disk_full'; END $$"
        )
        cursor.execute(
            f"CREATE TRIGGER refuse BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION refuse()"
        )
        try:
            yield
        finally:
            cursor.execute("DROP FUNCTION refuse CASCADE")


def without_free_pages():
    """Give back what earlier tests have emptied: it is room, too."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM")


def full_database(table):
    return full_sqlite() if connection.vendor == "sqlite" else full_postgresql(table)


def many_rows():
    return [["C1", f"Zébulon {number} " + "x" * 100, 1] for number in range(500)]


def test_a_database_without_room_interrupts_the_check(administrator, before):
    without_free_pages()
    run = received(csv_file(*many_rows()), sync=True)
    with full_database("importexport_importchange"):
        work()
    response = interrupted(administrator, run, DISK_FULL)
    assert untouched() == before
    press(administrator, response, "Reprendre")
    assert state_of(run) == "ready"
    assert ImportChange.objects.filter(run=run, kind=1).count() == 500


def test_a_database_without_room_interrupts_the_import(administrator, before):
    without_free_pages()
    run = confirmed(ready(csv_file(*many_rows()), sync=True))
    with full_database("contacts_contact"):
        work()
    response = interrupted(administrator, run, DISK_FULL)
    assert untouched() == before
    response = press(administrator, response, "Reprendre")
    press_import(administrator, response)
    assert state_of(run) == "done"
    assert len(names()) == 500


# --- The file -----------------------------------------------------------------------------------


def test_a_file_deleted_before_its_check_fails_the_run_with_a_sentence(administrator, before):
    run = received(csv_file(*ROWS), sync=True)
    stored = Path(run.file.path)
    content = stored.read_bytes()
    stored.unlink()
    work()
    interrupted(administrator, run, "Le fichier déposé n'est plus sur le serveur. Envoyez-le")
    assert untouched() == before
    stored.write_bytes(content)
    taken_up(administrator, run, "n'est plus sur le serveur")


def test_a_file_deleted_after_its_check_is_needed_no_more(before):
    run = confirmed(ready(csv_file(*ROWS), sync=True))
    default_storage.delete(run.file.name)
    work()
    assert state_of(run) == "done"


# --- Whatever it is -----------------------------------------------------------------------------


def test_an_unexpected_error_is_shown_without_its_words(administrator, before, monkeypatch):
    run = confirmed(ready(csv_file(*ROWS), sync=True))
    with monkeypatch.context() as patch:

        def broken(*_):
            raise ValueError(f"Failing row contains ({NAME})")

        patch.setattr(apply, "apply_changes", broken)
        work()
    assert untouched() == before
    taken_up(administrator, run, "Une erreur imprévue a arrêté le traitement. Rien n'a changé.")


def test_an_undoing_that_stops_leaves_the_import_in_place(administrator, before, monkeypatch):
    run = confirmed(ready(csv_file(*ROWS), sync=True))
    work()
    assert state_of(run) == "done"
    done = untouched()
    ask_to_undo(run, None)
    with monkeypatch.context() as patch:

        def broken(*_):
            raise OSError(errno.ENOSPC, "No space left on device", NAME)

        patch.setattr(undo, "undo_changes", broken)
        work()
    assert state_of(run) == "done"
    assert DISK_FULL in plain(text(administrator.get(run.get_absolute_url())))
    assert untouched() == done
    ask_to_undo(run, None)
    work()
    assert state_of(run) == "undone"
    assert run.message == ""
    assert untouched() == before


# --- The database goes away ---------------------------------------------------------------------


def end_connections(but=()):
    """Have PostgreSQL end the connections to this database, as it does when it is stopped."""
    with closing(psycopg.connect(database_url(), autocommit=True)) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> ALL(%s) AND pid <> pg_backend_pid()",
            [list(but)],
        )


def going_away(original, *, before_it):
    def act(*arguments, **options):
        if before_it:
            end_connections()
        result = original(*arguments, **options)
        if not before_it:
            end_connections()
        return result

    return act


@on_postgresql
@pytest.mark.parametrize("before_it", [True, False])
@pytest.mark.parametrize("step", ["check_file", "_plan", "store_plan"])
def test_a_connection_lost_in_a_check_interrupts_it(
    administrator, before, monkeypatch, step, before_it
):
    run = received(csv_file(*ROWS), sync=True)
    with monkeypatch.context() as patch:
        patch.setattr(check, step, going_away(getattr(check, step), before_it=before_it))
        work_on(run.pk)
    assert untouched() == before
    taken_up(administrator, run, DATABASE)


@on_postgresql
@pytest.mark.parametrize("before_it", [True, False])
@pytest.mark.parametrize("step", ["check_preview", "apply_changes"])
def test_a_connection_lost_in_an_import_leaves_the_contacts_of_before(
    administrator, before, monkeypatch, step, before_it
):
    run = confirmed(ready(csv_file(*ROWS), sync=True))
    with monkeypatch.context() as patch:
        patch.setattr(apply, step, going_away(getattr(apply, step), before_it=before_it))
        work_on(run.pk)
    assert untouched() == before
    taken_up(administrator, run, DATABASE)


@on_postgresql
@pytest.mark.parametrize("before_it", [True, False])
def test_a_connection_lost_in_an_undoing_leaves_the_import_in_place(before, monkeypatch, before_it):
    run = confirmed(ready(csv_file(*ROWS), sync=True))
    work()
    assert state_of(run) == "done"
    ask_to_undo(run, None)
    original = undo.undo_changes
    with monkeypatch.context() as patch:
        patch.setattr(undo, "undo_changes", going_away(original, before_it=before_it))
        work_on(run.pk)
    assert state_of(run) == "done"
    assert plain(run.message).startswith(DATABASE)
    ask_to_undo(run, None)
    work()
    assert untouched() == before


@on_postgresql
def test_a_worker_whose_connections_end_fails_the_run_and_works_on(administrator, before, tmp_path):
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        ours = cursor.fetchone()[0]
    run = received(csv_file(*many_rows() * 60), sync=True)
    with WorkerProcess(None, tmp_path, "--interval", "0.02") as worker:
        ask_for_work(run.pk)
        wait_until(lambda: state_of(run) == "checking")
        end_connections(but=[ours])
        wait_until(lambda: state_of(run) == "failed")
        assert plain(run.message).startswith(DATABASE)
        administrator.post(f"{run.get_absolute_url()}reprendre/")
        wait_until(lambda: state_of(run) == "ready")
        worker.stop()
        assert "Zé" not in worker.log
    assert untouched() == before


# --- The database is kept busy ------------------------------------------------------------------


@contextmanager
def kept_busy():
    """Hold SQLite's only lock for writing, for longer than anyone waits for it."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout = 50")
    path = connection.settings_dict["NAME"]
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
    connections.close_all()


@on_sqlite
@pytest.mark.parametrize("is_applied", [False, True])
def test_a_run_whose_failure_cannot_be_noted_is_claimed_again_after_its_lease(
    before, monkeypatch, is_applied, caplog
):
    run = ready(csv_file(*ROWS), sync=True) if is_applied else received(csv_file(*ROWS), sync=True)
    if is_applied:
        confirmed(run)
    step = apply if is_applied else check
    claim = step.claim
    busy = kept_busy()

    def claim_just_before(*arguments):
        claimed = claim(*arguments)
        busy.__enter__()
        return claimed

    with monkeypatch.context() as patch:
        patch.setattr(step, "claim", claim_just_before)
        work_on(run.pk)
    busy.__exit__(None, None, None)
    assert "could not be noted" in caplog.text
    assert state_of(run) == ("applying" if is_applied else "checking")
    assert untouched() == before

    Clock(monkeypatch).advance(seconds=61)
    ask_for_overdue_work()
    work()
    assert state_of(run) == ("done" if is_applied else "ready")
    assert names() == (["Zébulon", "Zéphyrine"] if is_applied else ["Anne"])


@on_sqlite
def test_a_database_kept_busy_for_too_long_interrupts_the_import(
    administrator, before, monkeypatch
):
    run = confirmed(ready(csv_file(*ROWS), sync=True))
    claim, sentence = apply.claim, failures.failure_sentence
    busy = kept_busy()

    def claim_just_before(*arguments):
        claimed = claim(*arguments)
        busy.__enter__()
        return claimed

    def sentence_just_after(error):
        busy.__exit__(None, None, None)
        return sentence(error)

    with monkeypatch.context() as patch:
        patch.setattr(apply, "claim", claim_just_before)
        patch.setattr(failures, "failure_sentence", sentence_just_after)
        work_on(run.pk)
    assert untouched() == before
    taken_up(administrator, run, DATABASE)
