"""A run from file to site and back: what a person may ask for, and what a worker then does.

A run is received, checked, ready (or refused), confirmed, applied, perhaps undone. Asking only
changes the run's state and enqueues a task; the state tells the worker what to do.
"""

from collections.abc import Mapping
from logging import getLogger
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django_tasks import task

from base.database import slices
from importexport.files.table import FileRefused
from importexport.models import ComparedContact, ImportRun, Side
from importexport.runs.apply import apply_run
from importexport.runs.check import check_run
from importexport.runs.intake import ImportRefused, forget_files
from importexport.runs.leases import change_state, take_overdue
from importexport.runs.plan_tables import forget_plan
from importexport.runs.undo import UndoRefused, check_undo, undo_run
from importexport.states import TRANSITIONS, RunState

logger = getLogger(__name__)


# --- What a person asks for ---------------------------------------------------------------------


def confirm(run: ImportRun, preview_key: UUID) -> bool:
    """Have a run applied; return False where this is not its preview, or a conflict is open."""
    previewed = _previewed(run, preview_key).filter(undecided_count=0)
    return _handed_over(run, change_state(previewed, (RunState.READY,), RunState.APPLYING))


def choose_sides(run: ImportRun, preview_key: UUID, sides: Side | Mapping[int, Side]) -> bool:
    """Take a side in all conflicts, or one in each by its row's key; have the run checked anew.

    Returns False where this is not the run's current preview.
    """
    conflicts = ComparedContact.objects.filter(run=run, is_conflict=True)
    with transaction.atomic():
        if not _checked_anew(run, preview_key):
            return False
        if isinstance(sides, Side):
            conflicts.update(choice=sides)
            return True
        for side in Side:
            chosen = [pk for pk, taken in sides.items() if taken is side]
            for part in slices(chosen):
                conflicts.filter(pk__in=part).update(choice=side)
    return True


def merge_or_replace(run: ImportRun, preview_key: UUID, *, merges: bool) -> bool:
    """Have a run checked anew, merged with the site's changes or in their place.

    Returns False where this is not its current preview.
    """
    return _checked_anew(run, preview_key, merges=merges)


def _checked_anew(run: ImportRun, preview_key: UUID, **values: Any) -> bool:
    previewed = _previewed(run, preview_key)
    changed = change_state(previewed, (RunState.READY,), RunState.RECEIVED, **values)
    return _handed_over(run, changed)


def _previewed(run: ImportRun, preview_key: UUID) -> QuerySet[ImportRun]:
    return ImportRun.objects.filter(pk=run.pk, preview_key=preview_key)


def ask_to_undo(run: ImportRun, user: Any) -> None:
    """Have a run undone. Raises UndoRefused where it cannot be."""
    check_undo(run)
    changed = change_state(_as_stored(run), (RunState.DONE,), RunState.UNDOING, undone_by=user)
    if not _handed_over(run, changed):
        raise UndoRefused("Cet import vient d'être annulé par ailleurs.", [])


def resume(run: ImportRun) -> bool:
    """Have an interrupted run checked anew; return False where it is not interrupted."""
    changed = change_state(_as_stored(run), (RunState.FAILED,), RunState.RECEIVED)
    return _handed_over(run, changed)


def abandon(run: ImportRun) -> bool:
    """Abandon a run, and delete its files and its plan; return False where it is too late."""
    states = [state for state, becomes in TRANSITIONS.items() if RunState.ABANDONED in becomes]
    if not change_state(_as_stored(run), states, RunState.ABANDONED):
        return False
    run.refresh_from_db()
    forget_files(run)
    forget_plan(run)
    return True


def _as_stored(run: ImportRun) -> QuerySet[ImportRun]:
    return ImportRun.objects.filter(pk=run.pk)


def _handed_over(run: ImportRun, changed: int) -> bool:
    """Where the state was changed, enqueue the work that it asks for."""
    if changed:
        run.refresh_from_db()
        ask_for_work(run.pk)
    return bool(changed)


# --- What a worker does -------------------------------------------------------------------------


@task()
def work_on_import(pk: int) -> None:
    """Do what the run's state asks for. Enqueued twice, it does no harm."""
    work_on(pk)


def ask_for_work(pk: int) -> None:
    """Enqueue the work on a run, once the caller's transaction is committed."""
    transaction.on_commit(lambda: work_on_import.enqueue(pk))


def ask_for_overdue_work() -> None:
    """Enqueue the work on runs whose worker died, or whose task was lost."""
    for run in take_overdue():
        ask_for_work(run.pk)


def work_on(pk: int) -> None:
    """Check, apply or undo the run, as its state asks; the state tells the outcome."""
    state = _state(pk)
    if state in (RunState.RECEIVED, RunState.CHECKING):
        try:
            check_run(pk)
        except (FileRefused, ImportRefused):
            logger.info("Import %s is refused.", pk)
    elif state == RunState.APPLYING:
        apply_run(pk)
    elif state == RunState.UNDOING:
        undo_run(pk)
    if _state(pk) == RunState.RECEIVED:
        # This worker was told to stop, or the preview was outdated: it is to be checked anew.
        ask_for_work(pk)


def _state(pk: int) -> str | None:
    return ImportRun.objects.values_list("state", flat=True).filter(pk=pk).first()
