"""What a worker or a command does for an import: checks it, applies it, undoes it.

Each is done whole or not at all, whatever ends the worker meanwhile: the contacts of the site are
those of before it, or those of after it.
"""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from logging import getLogger
from typing import IO, cast

from django.db import Error, connection, transaction
from django.utils import timezone
from django_tasks import task

from base.worker import STOPPING, nameless
from contacts.models import Contact
from importexport.exports.stamp import read_moment
from importexport.files.table import FileRefused
from importexport.models import ImportRun, RunState
from importexport.rows.checking import CheckedFile, Remarks
from importexport.rows.columns import ContactRow
from importexport.rows.remarks import shown
from importexport.runs.apply import apply_changes, take_back_changes
from importexport.runs.failures import failure_sentence
from importexport.runs.holding import PreviewOutdated, check_preview, hold_contacts
from importexport.runs.intake import Options, keep_marked_file
from importexport.runs.leases import ClaimLost, claim, finish, renew, take_overdue
from importexport.runs.outdating import previewed, told_since
from importexport.runs.plan import Plan, plan_addition, plan_synchronisation
from importexport.runs.reading import ImportRefused, Tell, check_file, read_table
from importexport.runs.site_state import last_positions, stored_contacts
from importexport.runs.staleness import note_stale_changes
from importexport.runs.storing import store_plan
from importexport.runs.undo import UndoRefused, check_undo

logger = getLogger(__name__)


class _Stopped(Exception):
    """This worker was told to end; another one begins anew."""


@dataclass(frozen=True)
class Outcome:
    """What an import would do, in numbers, and the warnings about its file."""

    rows: int
    members: int
    added: int
    removed: int
    moved: int
    unchanged: int
    emptied_members: int
    warnings: Remarks


def preview(file: IO[bytes], asked: Options, tell: Tell) -> Outcome:
    """Say what an import would do, and note nothing.

    Raises FileRefused for a file that cannot be read, ImportRefused for one with faulty rows.
    """
    checked = check_file(read_table(file), sync=asked.sync, tell=tell)
    plan, _ = _plan(checked.rows, asked)
    return _outcome(plan, checked)


@task()
def work_on_import(pk: int) -> None:
    """Do what a run waits for, as a worker does: its state tells the outcome.

    A task asked for twice does no harm: what is to be done, the run itself says.
    """
    work_on(pk)


def ask_for_work(run: ImportRun) -> None:
    """Have a worker look at the run once the caller's transaction is committed."""
    transaction.on_commit(lambda: work_on_import.enqueue(run.pk))


def ask_for_overdue_work() -> None:
    """Give runs whose worker died, or whose task was lost, to a worker again."""
    for run in take_overdue():
        ask_for_work(run)


def work_on(pk: int) -> None:
    """Do what a run waits for, as a worker does: its state tells the outcome."""
    state = ImportRun.objects.values_list("state", flat=True).filter(pk=pk).first()
    if state in (RunState.RECEIVED, RunState.CHECKING):
        try:
            check_run(pk)
        except (FileRefused, ImportRefused):
            logger.info("Import %s is refused.", pk)
    elif state == RunState.APPLYING:
        apply_run(pk)
    elif state == RunState.UNDOING:
        undo_run(pk)


# --- Checked ------------------------------------------------------------------------------------


def check_run(pk: int, tell: Tell = lambda _read, _expected: None) -> Outcome | None:
    """Check the file of a run, and note what its import would do.

    Returns None where another worker is at it, or where it failed. Raises FileRefused or
    ImportRefused, once the run has noted it, for a file that cannot be imported.
    """
    run = claim(pk, (RunState.RECEIVED, RunState.CHECKING), RunState.CHECKING)
    if run is None:
        return None
    with _failures_noted(run, RunState.FAILED), run.file.open("rb") as stored:
        return _check(run, cast("IO[bytes]", stored.file), tell)
    return None


def _check(run: ImportRun, file: IO[bytes], tell: Tell) -> Outcome:
    def go_on(**values: int) -> None:
        if STOPPING.is_set():
            raise _Stopped
        renew(run, **values)

    def follow(rows_read: int, rows_expected: int) -> None:
        go_on(rows_read=rows_read, rows_expected=rows_expected)
        tell(rows_read, rows_expected)

    try:
        table = read_table(file)
        checked = check_file(table, sync=run.is_synchronisation, tell=follow)
    except FileRefused as refusal:
        finish(run, RunState.REFUSED, message=str(refusal), outdated=None)
        raise
    except ImportRefused as refusal:
        _refuse(run, file, refusal.checked.errors)
        raise
    exported = read_moment(table.properties)
    plan, site_digest = _plan(checked.rows, Options.of(run))
    store_plan(run, plan, go_on)
    outcome = _outcome(plan, checked)
    _make_ready(run, outcome, site_digest, exported.at if exported else None)
    return outcome


def _refuse(run: ImportRun, file: IO[bytes], errors: Remarks) -> None:
    keep_marked_file(run, file, errors)
    finish(
        run,
        RunState.REFUSED,
        errors=shown(errors),
        marked_file=run.marked_file.name,
        outdated=None,
    )


def _make_ready(
    run: ImportRun, outcome: Outcome, site_digest: str, exported_at: datetime | None
) -> None:
    stale_count = 0
    if exported_at and run.is_synchronisation:
        with _held(run):
            stale_count = note_stale_changes(run, exported_at)
    finish(
        run,
        RunState.READY,
        message="",
        checked_at=timezone.now(),
        exported_at=exported_at,
        site_digest=site_digest,
        preview_key=uuid.uuid4(),
        row_count=outcome.rows,
        member_count=outcome.members,
        added_count=outcome.added,
        removed_count=outcome.removed,
        moved_count=outcome.moved,
        unchanged_count=outcome.unchanged,
        emptied_member_count=outcome.emptied_members,
        stale_count=stale_count,
        site_contact_count=Contact.objects.count(),
        warnings=shown(outcome.warnings),
        outdated=told_since(run) if run.outdated else None,
    )


def _plan(rows: list[ContactRow], asked: Options) -> tuple[Plan, str]:
    """Return the plan, and the digest of the contacts on which it rests."""
    if not asked.sync:
        return plan_addition(rows, last_positions()), ""
    members = {row.member_id for row in rows} if asked.only_members_in_file else None
    stored, digest = stored_contacts(members)
    return plan_synchronisation(rows, stored), digest


def _outcome(plan: Plan, checked: CheckedFile) -> Outcome:
    return Outcome(
        rows=plan.row_count,
        members=plan.member_count,
        added=len(plan.added),
        removed=len(plan.removed),
        moved=len(plan.moved),
        unchanged=plan.kept_count,
        emptied_members=plan.emptied_member_count,
        warnings=checked.warnings,
    )


# --- Applied -------------------------------------------------------------------------------------


def apply_run(pk: int) -> None:
    """Do what a confirmed run has noted, all of it, unless the site is not as in its preview.

    Then nothing is done, and the preview is made anew.
    """
    run = claim(pk, (RunState.APPLYING,), RunState.APPLYING)
    if run is None:
        return
    with _failures_noted(run, RunState.FAILED):
        try:
            with _held(run):
                check_preview(run)
                now = timezone.now()
                apply_changes(run, now)
                finish(run, RunState.DONE, applied_at=now, outdated=None)
        except PreviewOutdated:
            finish(run, RunState.RECEIVED, outdated=previewed(run))
            ask_for_work(run)


# --- Undone --------------------------------------------------------------------------------------


def undo_run(pk: int) -> None:
    """Take an import back, all of it; where that is no longer possible, the run says why."""
    run = claim(pk, (RunState.UNDOING,), RunState.UNDOING)
    if run is None:
        return
    with _failures_noted(run, RunState.DONE):
        try:
            with _held(run):
                hold_contacts(run, is_whole_site=False)
                check_undo(run)
                take_back_changes(run)
                finish(run, RunState.UNDONE, undone_at=timezone.now(), message="")
        except UndoRefused as refusal:
            finish(run, RunState.DONE, message=str(refusal))


@contextmanager
def _held(run: ImportRun) -> Iterator[None]:
    """Begin the transaction in which the run is carried out, by this worker alone."""
    with transaction.atomic():
        ours = ImportRun.objects.filter(pk=run.pk, claim=run.claim)
        if not ours.select_for_update(no_key=True).values_list("pk").first():
            raise ClaimLost
        yield


@contextmanager
def _failures_noted(run: ImportRun, falls_back_to: RunState) -> Iterator[None]:
    """Note on the run what stopped the work, and what to do about it.

    Where that cannot be noted either, the run is taken up again once its lease has run out.
    """
    try:
        yield
    except (FileRefused, ImportRefused):
        raise
    except _Stopped:
        finish(run, RunState.RECEIVED)
        ask_for_work(run)
    except ClaimLost:
        logger.info("Import %s went on elsewhere.", run.pk)
    except Exception as error:  # noqa: BLE001 (whatever it is, the person must hear of it)
        logger.error("Import %s stopped: %s", run.pk, nameless(error))  # noqa: TRY400
        _note_failure(run, falls_back_to, failure_sentence(error))


def _note_failure(run: ImportRun, state: RunState, sentence: str) -> None:
    # Where the database went away, what is left of the connection is of no use.
    if not connection.in_atomic_block and not connection.is_usable():
        connection.close()
    try:
        finish(run, state, message=sentence)
    except ClaimLost:
        logger.info("Import %s went on elsewhere.", run.pk)
    except Error as error:
        # Not raised: with it would go the first error, whose words may name a person.
        logger.error("That could not be noted: %s", nameless(error))  # noqa: TRY400
