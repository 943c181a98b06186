"""Files and undo data go after their delays; the numbers of an import stay."""

import os
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from importexport.models import ImportChange, ImportedMember, ImportRun
from importexport.runs import retention
from importexport.runs.apply import apply_run
from importexport.runs.retention import forget_old_imports
from importexport.runs.steps import ask_to_undo, confirm, resume
from importexport.runs.undo import UndoRefused, undo_run
from importexport.states import RunState
from tests.factories import ContactFactory
from tests.importexport.files_made import csv_file, names, untouched
from tests.importexport.importing import ready, received, run_import, work
from tests.pages import text

pytestmark = pytest.mark.django_db
ROWS = [["C1", "Denis", 1], ["C1", "Anne", 4]]


@pytest.fixture(autouse=True)
def _delays(settings):
    settings.IMPORT_FILES_KEPT_DAYS = 10
    settings.IMPORT_UNDO_KEPT_DAYS = 20


@pytest.fixture
def member(db):
    """Member C1, with Anne and Bruno."""
    member = ContactFactory(member__reference="C1", name="Anne").member
    ContactFactory(member=member, name="Bruno")
    return member


def aged(run, days):
    """Let a run be so many days old."""
    ImportRun.objects.filter(pk=run.pk).update(created_at=timezone.now() - timedelta(days=days))
    run.refresh_from_db()
    return run


def done():
    return run_import(csv_file(*ROWS), sync=True)[0]


def changes(run):
    return ImportChange.objects.filter(run=run).count()


def has_plan(run):
    return bool(changes(run) or ImportedMember.objects.filter(run=run).exists())


def kept_files():
    return default_storage.listdir("imports")[1] if default_storage.exists("imports") else []


def test_a_file_goes_after_its_delay_and_what_undoes_it_stays(member):
    before = untouched()
    run = aged(done(), 9)
    assert forget_old_imports() == 0
    assert len(kept_files()) == 1
    aged(run, 11)
    assert forget_old_imports() == 1
    assert kept_files() == []
    run.refresh_from_db()
    assert (run.file.name, run.state, run.added_count) == ("", "done", 1)
    ask_to_undo(run, None)
    undo_run(run.pk)
    assert untouched() == before
    assert forget_old_imports() == 0


def test_a_marked_file_goes_too(member):
    run = received(csv_file(["C9", "x", 1]))
    work()
    assert len(kept_files()) == 2
    aged(run, 11)
    forget_old_imports()
    assert kept_files() == []
    run.refresh_from_db()
    assert (run.marked_file.name, run.state) == ("", "refused")
    assert run.errors


def test_what_undoes_an_import_goes_after_its_delay_and_its_numbers_stay(member, administrator):
    run = aged(done(), 19)
    forget_old_imports()
    assert has_plan(run)
    aged(run, 21)
    forget_old_imports()
    assert not has_plan(run)
    run.refresh_from_db()
    assert (run.state, run.added_count, run.removed_count) == ("done", 1, 1)
    with pytest.raises(UndoRefused, match="trop ancien"):
        ask_to_undo(run, None)
    assert "trop ancien" in text(administrator.get(f"{run.get_absolute_url()}annuler/"))
    assert administrator.get(run.get_absolute_url()).status_code == 200
    assert names() == ["Denis", "Anne"]
    assert forget_old_imports() == 0


@pytest.mark.parametrize("undo_days", [5, 20])
def test_an_import_that_waits_for_its_confirmation_is_abandoned(member, settings, undo_days):
    settings.IMPORT_UNDO_KEPT_DAYS = undo_days
    before = untouched()
    run = aged(ready(csv_file(*ROWS), sync=True), min(10, undo_days) - 1)
    forget_old_imports()
    run.refresh_from_db()
    assert run.state == "ready"
    aged(run, min(10, undo_days) + 1)
    forget_old_imports()
    run.refresh_from_db()
    assert run.state == "abandoned"
    assert (kept_files(), has_plan(run)) == ([], False)
    assert not confirm(run, run.preview_key)
    assert untouched() == before


@pytest.mark.parametrize("undo_days", [5, 20])
def test_an_interrupted_import_is_abandoned_too(member, settings, undo_days):
    settings.IMPORT_UNDO_KEPT_DAYS = undo_days
    run = aged(received(csv_file(*ROWS)), 11)
    ImportRun.objects.update(state=RunState.FAILED)
    forget_old_imports()
    run.refresh_from_db()
    assert run.state == "abandoned"
    assert not resume(run)


@pytest.mark.parametrize("state", ["received", "checking", "applying", "undoing"])
def test_a_run_that_waits_for_a_worker_keeps_its_file_and_plan(member, state):
    run = aged(ready(csv_file(*ROWS), sync=True), 100)
    ImportRun.objects.update(state=state)
    assert forget_old_imports() == 0
    run.refresh_from_db()
    assert (run.state, run.forgotten_at, changes(run)) == (state, None, 3)
    assert default_storage.exists(run.file.name)
    if state == "applying":
        apply_run(run.pk)
        assert names() == ["Denis", "Anne"]


def test_an_import_confirmed_at_the_last_moment_is_applied_whole(member, monkeypatch):
    run = aged(ready(csv_file(*ROWS), sync=True), 100)

    def confirmed_first(*_):
        confirm(run, run.preview_key)
        return False

    monkeypatch.setattr(retention, "abandon", confirmed_first)
    forget_old_imports()
    work()
    run.refresh_from_db()
    assert run.state == "done"
    assert names() == ["Denis", "Anne"]


def test_an_undoing_asked_for_just_before_undoes_all_or_nothing(member, monkeypatch):
    run = aged(done(), 21)
    after = untouched()
    forget = retention._forget_plan

    def asked_first(old):
        ImportRun.objects.filter(pk=run.pk).update(state=RunState.UNDOING)
        forget(old)

    monkeypatch.setattr(retention, "_forget_plan", asked_first)
    forget_old_imports()
    undo_run(run.pk)
    run.refresh_from_db()
    assert (run.state, untouched()) == ("done", after)
    assert "trop ancien" in run.message


def test_an_interrupted_purge_is_resumed(member, monkeypatch):
    run = aged(done(), 21)

    def killed(_run):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(retention, "_forget_plan", killed)
        with pytest.raises(KeyboardInterrupt):
            forget_old_imports()
    assert has_plan(run)
    forget_old_imports()
    assert not has_plan(run)


def test_many_changes_are_forgotten_in_small_statements(member, monkeypatch):
    monkeypatch.setattr(retention, "_CHANGES_AT_A_TIME", 7)
    young = done()
    old = aged(run_import(csv_file(*[["C1", f"{n}", 1] for n in range(50)]), sync=True)[0], 21)
    kept = changes(young)
    assert changes(old) == 52
    forget_old_imports()
    assert (changes(old), changes(young)) == (0, kept)


def test_a_file_that_no_import_names_goes_after_a_day(member):
    run = received(csv_file(*ROWS))
    for name in ("imports/fresh", "imports/old", "elsewhere"):
        default_storage.save(name, ContentFile(b"x"))
    long_ago = time.time() - 25 * 60 * 60
    for name in (run.file.name, "imports/old", "elsewhere"):
        os.utime(default_storage.path(name), (long_ago, long_ago))
    forget_old_imports()
    assert sorted(kept_files()) == sorted([Path(run.file.name).name, "fresh"])
    assert default_storage.exists("elsewhere")


def test_without_any_import_there_is_nothing_to_forget(db):
    assert forget_old_imports() == 0
