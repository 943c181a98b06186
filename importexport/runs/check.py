"""A run is checked: its plan is stored and its preview ready, or it is refused."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import IO, cast

from django.utils import timezone

from contacts.models import Contact
from contacts.past import is_known
from importexport.exports.stamp import ExportMoment, read_moment
from importexport.files.table import FileRefused
from importexport.models import ImportMode, ImportRun, Side
from importexport.rows.checking import CheckedFile
from importexport.rows.remarks import Remarks
from importexport.runs import leases
from importexport.runs.consequences import Consequences
from importexport.runs.failures import failures_noted
from importexport.runs.intake import (
    Heartbeat,
    ImportRefused,
    Options,
    check_file,
    keep_marked_file,
    read_table,
)
from importexport.runs.leases import claim, finish, locked
from importexport.runs.merge import Choose, Comparison, Merge
from importexport.runs.pairs import FileColumns
from importexport.runs.plan import plan_addition, plan_synchronisation, plan_update
from importexport.runs.plan_tables import store_plan
from importexport.runs.planned import Plan
from importexport.runs.routing_state import consequences_of
from importexport.runs.site_changes import mark_stale_changes, with_changes_since
from importexport.runs.site_state import digested_contacts, stored_contacts
from importexport.runs.stale_export import choices_of, merge_export
from importexport.states import RunState


@dataclass(frozen=True)
class Outcome:
    """What an import would do, in numbers, and the warnings about its file."""

    rows: int
    members: int
    added: int
    modified: int
    removed: int
    moved: int
    unchanged: int
    emptied_members: int
    same: int
    alike: int
    missing_columns: list[str]
    is_merged: bool
    comparisons: Sequence[tuple[int, Comparison]]
    warnings: Remarks
    left_out: Sequence[str]
    consequences: Consequences

    @property
    def conflicts(self) -> list[tuple[int, Comparison]]:
        """The contacts that the site and the file changed otherwise, each after its member."""
        return [one for one in self.comparisons if one[1].is_conflict]

    @property
    def undecided(self) -> list[tuple[int, Comparison]]:
        """The conflicts in which nobody chose yet."""
        return [one for one in self.conflicts if one[1].choice is None]


def preview_file(
    file: IO[bytes], options: Options, heartbeat: Heartbeat, on_conflict: Side | None = None
) -> Outcome:
    """Return what an import of the file would do, and store nothing.

    `on_conflict` is whose values count in conflicts. Raises FileRefused for a file that cannot be
    read, ImportRefused for one with faulty rows.
    """
    table = read_table(file)
    checked = check_file(table, mode=options.mode, heartbeat=heartbeat)
    base = _base(options, read_moment(table.properties))
    plan, _, found = _plan(checked, options, base, lambda _conflict: on_conflict)
    return _outcome(plan, checked, found)


def check_run(
    pk: int,
    heartbeat: Heartbeat = lambda _read, _expected: None,
    on_conflict: Side | None = None,
) -> Outcome | None:
    """Check the file of a run, and store its plan and its preview.

    `on_conflict` is whose values count in conflicts without a choice. Returns None where another
    worker has the run, or where it failed. Raises FileRefused or ImportRefused, once the run has
    noted it, for a file that cannot be imported.
    """
    run = claim(pk, (RunState.RECEIVED, RunState.CHECKING), RunState.CHECKING)
    if run is None:
        return None
    with failures_noted(run, RunState.FAILED), run.file.open("rb") as stored:
        return _check(run, cast("IO[bytes]", stored.file), heartbeat, on_conflict)
    return None


def _check(
    run: ImportRun, file: IO[bytes], heartbeat: Heartbeat, on_conflict: Side | None
) -> Outcome:
    def beat(rows_read: int, rows_expected: int) -> None:
        leases.heartbeat(run, rows_read=rows_read, rows_expected=rows_expected)
        heartbeat(rows_read, rows_expected)

    try:
        table = read_table(file)
        checked = check_file(table, mode=ImportMode(run.mode), heartbeat=beat)
    except FileRefused as refusal:
        finish(run, RunState.REFUSED, message=str(refusal))
        raise
    except ImportRefused as refusal:
        _refuse(run, file, refusal.checked.errors)
        raise
    options = Options.of(run)
    exported = read_moment(table.properties)
    base = _base(options, exported)
    plan, site_digest, found = _plan(checked, options, base, choices_of(run, on_conflict))
    store_plan(run, plan, found.effects, partial(leases.heartbeat, run))
    outcome = _outcome(plan, checked, found)
    exported_at = exported.at if exported else None
    _make_ready(run, outcome, site_digest, exported_at, is_base_known=base is not None)
    return outcome


def _refuse(run: ImportRun, file: IO[bytes], errors: Remarks) -> None:
    keep_marked_file(run, file, errors)
    finish(run, RunState.REFUSED, errors=errors.summary(), marked_file=run.marked_file.name)


def _make_ready(
    run: ImportRun,
    outcome: Outcome,
    site_digest: str,
    exported_at: datetime | None,
    *,
    is_base_known: bool,
) -> None:
    stale_count = 0
    if exported_at and run.mode != ImportMode.ADDITION and not is_base_known:
        with locked(run):
            stale_count = mark_stale_changes(run, exported_at)
    finish(
        run,
        RunState.READY,
        checked_at=timezone.now(),
        exported_at=exported_at,
        site_digest=site_digest,
        preview_key=uuid.uuid4(),
        row_count=outcome.rows,
        member_count=outcome.members,
        added_count=outcome.added,
        modified_count=outcome.modified,
        removed_count=outcome.removed,
        moved_count=outcome.moved,
        unchanged_count=outcome.unchanged,
        emptied_member_count=outcome.emptied_members,
        stale_count=stale_count,
        is_merged=outcome.is_merged,
        kept_change_count=len(outcome.comparisons) - len(outcome.conflicts),
        conflict_count=len(outcome.conflicts),
        undecided_count=len(outcome.undecided),
        same_count=outcome.same,
        alike_count=outcome.alike,
        consequences=outcome.consequences.numbers(),
        missing_columns=outcome.missing_columns,
        site_contact_count=Contact.objects.count(),
        warnings={**outcome.warnings.summary(), "left_out": list(outcome.left_out)},
        outdated=with_changes_since(run) if run.outdated else None,
    )


def _base(options: Options, exported: ExportMoment | None) -> datetime | None:
    """Return the moment of the export that the file was made from, None where nothing is merged."""
    if options.mode == ImportMode.ADDITION or not options.merges:
        return None
    return exported.at if exported and is_known(exported.at) else None


def _plan(
    checked: CheckedFile, options: Options, base: datetime | None, choose: Choose
) -> tuple[Plan, str, Consequences]:
    """Return the plan, the digest of the contacts that it depends on, and its consequences.

    The digest is "" for an addition. With a base, what changed on the site after it is merged;
    `choose` decides the conflicts.
    """
    rows, columns = checked.rows, FileColumns(checked.fields)
    in_file = {row.member_id for row in rows}
    if options.mode == ImportMode.ADDITION:
        present = stored_contacts(in_file)
        plan = plan_addition(rows, present, columns)
        return plan, "", consequences_of(plan, present)
    synchronises = options.mode == ImportMode.SYNCHRONISATION
    among = None if synchronises and not options.only_members_in_file else in_file
    stored, digest = digested_contacts(among)
    merges: dict[int, Merge] = {}
    if base:
        merges = merge_export(
            rows, stored, columns, base, choose, among=among, removes=synchronises
        )
    plan_all = plan_synchronisation if synchronises else plan_update
    plan = plan_all(rows, stored, columns, merges)
    plan.is_merged = bool(merges)
    return plan, digest, consequences_of(plan, stored)


def _outcome(plan: Plan, checked: CheckedFile, found: Consequences) -> Outcome:
    return Outcome(
        rows=plan.row_count,
        members=plan.member_count,
        added=len(plan.added),
        modified=len(plan.modified),
        removed=len(plan.removed),
        moved=len(plan.moved),
        unchanged=plan.kept_count,
        emptied_members=plan.emptied_member_count,
        same=plan.same_count,
        alike=plan.alike_count,
        missing_columns=checked.missing_titles,
        is_merged=plan.is_merged,
        comparisons=plan.comparisons,
        warnings=checked.warnings,
        left_out=checked.left_out,
        consequences=found,
    )
