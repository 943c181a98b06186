"""The plan of a run in the run's tables, where its preview and its applying find it."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.db import transaction

from base.database import insert_rows_in_steps, slices
from contacts.models import CONTACT_FIELDS
from importexport.models import (
    ChangeKind,
    ComparedContact,
    ImportChange,
    ImportedMember,
    ImportRun,
    PreviousValues,
)
from importexport.runs.planned import Plan
from importexport.runs.stale_export import compared_contact


def store_plan(
    run: ImportRun, plan: Plan, effects: Mapping[int, int], heartbeat: Callable[[], object]
) -> None:
    """Store the plan of a run and its effects by member, in place of earlier ones.

    Takes several transactions. Each begins with a heartbeat: it locks the run's row until the
    commit, so that the plans of two workers never mix, and raises where the claim is lost.
    """
    with transaction.atomic():
        heartbeat()
        forget_plan(run)
    members = (
        (run.pk, number, *member, effects.get(member.member_id, 0))
        for number, member in enumerate(plan.members, start=1)
    )
    insert_rows_in_steps(ImportedMember, _MEMBER_COLUMNS, members, heartbeat)
    insert_rows_in_steps(ImportChange, _ADDED_COLUMNS, _additions(run.pk, plan), heartbeat)
    insert_rows_in_steps(ImportChange, _MODIFIED_COLUMNS, _modifications(run.pk, plan), heartbeat)
    insert_rows_in_steps(PreviousValues, _PREVIOUS_COLUMNS, _previous(run.pk, plan), heartbeat)
    insert_rows_in_steps(ImportChange, _OTHER_COLUMNS, _others(run.pk, plan), heartbeat)
    for part in slices(plan.comparisons, _COMPARISONS_AT_A_TIME):
        with transaction.atomic():
            heartbeat()
            ComparedContact.objects.bulk_create(compared_contact(run, *one) for one in part)


def forget_plan(run: ImportRun) -> None:
    ComparedContact.objects.filter(run=run).delete()
    PreviousValues.objects.filter(run=run).delete()
    ImportChange.objects.filter(run=run).delete()
    ImportedMember.objects.filter(run=run).delete()


_COMPARISONS_AT_A_TIME = 2_000
_MEMBER_COLUMNS = (
    "run_id",
    "number",
    "member_id",
    "is_in_file",
    "last_position",
    "added",
    "modified",
    "removed",
    "moved",
    "kept",
    "effects",
)
_ADDED_COLUMNS = ("run_id", "kind", "member_id", "position", "line", *CONTACT_FIELDS)
_MODIFIED_COLUMNS = (
    "run_id",
    "kind",
    "member_id",
    "contact_id",
    "position",
    "previous_position",
    "line",
    *CONTACT_FIELDS,
)
_PREVIOUS_COLUMNS = ("run_id", "contact_id", *CONTACT_FIELDS)
_OTHER_COLUMNS = ("run_id", "kind", "member_id", "contact_id", "position", "previous_position")


def _additions(run_id: int, plan: Plan) -> Iterator[tuple[Any, ...]]:
    kind = int(ChangeKind.ADDED)
    return (
        (run_id, kind, member_id, position, line, *values)
        for member_id, position, values, line in plan.added
    )


def _modifications(run_id: int, plan: Plan) -> Iterator[tuple[Any, ...]]:
    kind = int(ChangeKind.MODIFIED)
    return (
        (run_id, kind, member_id, pk, position, previous, line, *values)
        for member_id, pk, position, previous, values, _, line in plan.modified
    )


def _previous(run_id: int, plan: Plan) -> Iterator[tuple[Any, ...]]:
    return ((run_id, change.id, *change.previous) for change in plan.modified)


def _others(run_id: int, plan: Plan) -> Iterator[tuple[Any, ...]]:
    moved, removed = int(ChangeKind.MOVED), int(ChangeKind.REMOVED)
    for member_id, pk, position, previous in plan.moved:
        yield run_id, moved, member_id, pk, position, previous
    for member_id, pk, position in plan.removed:
        yield run_id, removed, member_id, pk, None, position
