"""Imports are forgotten bit by bit: their files, then what undoes them. Their numbers stay."""

from datetime import timedelta

from django.conf import settings
from django.core.files.storage import default_storage
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from base.database import slices
from importexport.models import (
    FOLDER,
    ImportChange,
    ImportedMember,
    ImportRun,
    RunState,
)
from importexport.runs.intake import forget_files
from importexport.runs.steps import abandon

# A file that no run names may be of a run that is just being noted.
_NAMELESS_FOR = timedelta(days=1)
_CHANGES_AT_A_TIME = 5_000
# Nobody goes on with these, except to undo one that is done; that sees what was forgotten.
_SETTLED = (RunState.REFUSED, RunState.DONE, RunState.UNDONE, RunState.ABANDONED)


def forget_old_imports() -> int:
    """Delete files and undo data that are older than the settings say; return of how many runs.

    An import that waits for its confirmation all that time is abandoned.
    """
    _abandon_waiting()
    forgotten = _forget_files() + _forget_plans()
    _delete_nameless_files()
    return forgotten


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
    # Said first: so nobody undoes what is half forgotten, and what stops here is gone on with.
    count = old.filter(forgotten_at=None).update(forgotten_at=timezone.now())
    changes = ImportChange.objects.filter(run=OuterRef("pk"))
    members = ImportedMember.objects.filter(run=OuterRef("pk"))
    for run in old.filter(Exists(changes) | Exists(members)):
        _forget_plan(run)
    return count


def _forget_plan(run: ImportRun) -> None:
    """Delete it in small statements: nobody waits for the database meanwhile."""
    changes = ImportChange.objects.filter(run=run).order_by("pk").values_list("pk", flat=True)
    for keys in slices(list(changes), _CHANGES_AT_A_TIME):
        ImportChange.objects.filter(run=run, pk__gte=keys[0], pk__lte=keys[-1]).delete()
    ImportedMember.objects.filter(run=run).delete()


def _delete_nameless_files() -> None:
    """Delete stored files that no run names: their run could not be noted."""
    if not default_storage.exists(FOLDER):
        return
    oldest = timezone.now() - _NAMELESS_FOR
    paths = [f"{FOLDER}/{name}" for name in default_storage.listdir(FOLDER)[1]]
    for some in slices(paths):
        runs = ImportRun.objects.filter(Q(file__in=some) | Q(marked_file__in=some))
        named = {name for names in runs.values_list("file", "marked_file") for name in names}
        for path in set(some) - named:
            if default_storage.get_modified_time(path) < oldest:
                default_storage.delete(path)
