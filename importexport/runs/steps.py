"""An import from file to site and back: what a person may ask for, at each of its steps.

Received, checked, ready (or refused), confirmed, applied, perhaps undone. Who asks only puts the
run into its next state; importexport/runs/worker.py does the work.
"""

from typing import Any
from uuid import UUID

from django.utils import timezone

from importexport.models import MOVING_STATES, ImportRun, RunState
from importexport.runs.intake import forget_files
from importexport.runs.leases import lease
from importexport.runs.storing import forget_plan
from importexport.runs.undo import UndoRefused, check_undo
from importexport.runs.worker import ask_for_work


def confirm(run: ImportRun, preview_key: UUID) -> bool:
    """Let a worker apply what this preview showed; False where it is not the one of now."""
    confirmed = _hand_over(run, RunState.READY, RunState.APPLYING, preview_key=preview_key)
    if confirmed:
        ask_for_work(run)
    return confirmed


def ask_to_undo(run: ImportRun, user: Any) -> None:
    """Let a worker take an import back. Raises UndoRefused where it cannot be."""
    check_undo(run)
    if not _hand_over(run, RunState.DONE, RunState.UNDOING, values={"undone_by": user}):
        raise UndoRefused("Cet import vient d'être annulé par ailleurs.", [])
    ask_for_work(run)


def abandon(run: ImportRun) -> bool:
    """Give an import up before it is applied, and forget its file; False where it is too late."""
    states = (RunState.RECEIVED, RunState.CHECKING, RunState.READY, RunState.FAILED)
    given_up = any(_hand_over(run, state, RunState.ABANDONED) for state in states)
    if given_up:
        forget_files(run)
        forget_plan(run)
    return given_up


def resume(run: ImportRun) -> bool:
    """Check an interrupted run anew; False where it is not interrupted."""
    resumed = _hand_over(run, RunState.FAILED, RunState.RECEIVED, values={"message": ""})
    if resumed:
        ask_for_work(run)
    return resumed


def _hand_over(
    run: ImportRun,
    state: RunState,
    becomes: RunState,
    values: dict[str, Any] | None = None,
    **conditions: Any,
) -> bool:
    """Put a run that is still as we know it into another state, with nobody at it."""
    until = timezone.now() + lease() if becomes in MOVING_STATES else None
    found = ImportRun.objects.filter(pk=run.pk, state=state, **conditions)
    changed = found.update(
        state=becomes, claim=None, claimed_until=until, attempts=0, **(values or {})
    )
    if changed:
        run.refresh_from_db()
    return bool(changed)
