"""The files of old runs are deleted, then their plans and what they quote; at last the runs.

Between the two last, a run's numbers stay in the history.
"""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from base.database import slices
from importexport.models import (
    FOLDER,
    ComparedContact,
    ImportChange,
    ImportedMember,
    ImportRun,
    PreviousValues,
)
from importexport.runs.intake import forget_files
from importexport.runs.steps import abandon
from importexport.states import RunState

# A younger file may belong to a run that is about to be created.
_ORPHANED_AFTER = timedelta(days=1)
_CHANGES_AT_A_TIME = 5_000
# Their files and plans are needed no more, except to undo a run that is done.
_SETTLED = (RunState.REFUSED, RunState.DONE, RunState.UNDONE, RunState.ABANDONED)
# What a run quotes of its file and of the site: it may name people.
_QUOTED: dict[str, Any] = {
    "file_name": "",
    "message": "",
    "warnings": {},
    "errors": {},
    "outdated": None,
}


def forget_old_imports() -> int:
    """Delete files and plans older than the settings allow; return the number of runs concerned.

    Runs that nobody confirmed or resumed in that time are abandoned.
    """
    _abandon_waiting()
    forgotten = _forget_files() + _forget_plans()
    _delete_orphaned_files()
    return forgotten


def forget_runs(older_than: datetime) -> int:
    """Delete the runs received before then whose plans are forgotten; return their number."""
    old = ImportRun.objects.filter(created_at__lt=older_than).exclude(forgotten_at=None)
    count = 0
    for run in old.order_by("pk"):
        forget_files(run)
        _forget_plan(run)
        count += run.delete()[1].get(ImportRun._meta.label, 0)
    return count


def _before(days: int) -> Q:
    return Q(created_at__lt=timezone.now() - timedelta(days=days))


def _abandon_waiting() -> None:
    days = min(settings.IMPORT_FILES_KEPT_DAYS, settings.IMPORT_UNDO_KEPT_DAYS)
    waiting = ImportRun.objects.filter(state__in=(RunState.READY, RunState.FAILED))
    for run in waiting.filter(_before(days)):
        abandon(run)


def _forget_files() -> int:
    old = ImportRun.objects.filter(_before(settings.IMPORT_FILES_KEPT_DAYS), state__in=_SETTLED)
    with_files = list(old.exclude(file="", marked_file=""))
    for run in with_files:
        forget_files(run)
    return len(with_files)


def _forget_plans() -> int:
    old = ImportRun.objects.filter(_before(settings.IMPORT_UNDO_KEPT_DAYS), state__in=_SETTLED)
    # Mark first: undo is then refused, and an interrupted purge is resumed.
    count = old.filter(forgotten_at=None).update(forgotten_at=timezone.now(), **_QUOTED)
    changes = ImportChange.objects.filter(run=OuterRef("pk"))
    members = ImportedMember.objects.filter(run=OuterRef("pk"))
    for run in old.filter(Exists(changes) | Exists(members)):
        _forget_plan(run)
    return count


def _forget_plan(run: ImportRun) -> None:
    """Delete the plan in small statements, so that no other writer has to wait for long."""
    changes = ImportChange.objects.filter(run=run).order_by("pk").values_list("pk", flat=True)
    for keys in slices(list(changes), _CHANGES_AT_A_TIME):
        ImportChange.objects.filter(run=run, pk__gte=keys[0], pk__lte=keys[-1]).delete()
    ComparedContact.objects.filter(run=run).delete()
    PreviousValues.objects.filter(run=run).delete()
    ImportedMember.objects.filter(run=run).delete()


def _delete_orphaned_files() -> None:
    """Delete stored files without a run: creating it failed."""
    if not default_storage.exists(FOLDER):
        return
    oldest = timezone.now() - _ORPHANED_AFTER
    paths = [f"{FOLDER}/{name}" for name in default_storage.listdir(FOLDER)[1]]
    for part in slices(paths):
        runs = ImportRun.objects.filter(Q(file__in=part) | Q(marked_file__in=part))
        known = {name for names in runs.values_list("file", "marked_file") for name in names}
        for path in set(part) - known:
            if default_storage.get_modified_time(path) < oldest:
                default_storage.delete(path)
