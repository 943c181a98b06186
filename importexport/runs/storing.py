"""A plan goes into the tables of its run, where people look at it and from where it is applied."""

from collections.abc import Callable, Iterator
from typing import Any

from django.db import transaction

from base.database import insert_rows_in_steps
from contacts.models import CONTACT_FIELDS
from importexport.models import ChangeKind, ImportChange, ImportedMember, ImportRun
from importexport.runs.plan import Plan


def store_plan(run: ImportRun, plan: Plan, hold: Callable[[], object]) -> None:
    """Note what the run would do, in place of what was noted before.

    Calls `hold` first in each of its transactions. It keeps others from the run until the commit,
    so that no two plans mix, and raises where the run is another's by now.
    """
    with transaction.atomic():
        hold()
        forget_plan(run)
    members = ((run.pk, number, *member) for number, member in enumerate(plan.members, start=1))
    insert_rows_in_steps(ImportedMember, _MEMBER_COLUMNS, members, hold)
    insert_rows_in_steps(ImportChange, _ADDED_COLUMNS, _additions(run.pk, plan), hold)
    insert_rows_in_steps(ImportChange, _OTHER_COLUMNS, _others(run.pk, plan), hold)


def forget_plan(run: ImportRun) -> None:
    """Delete what was noted of a run."""
    ImportChange.objects.filter(run=run).delete()
    ImportedMember.objects.filter(run=run).delete()


_MEMBER_COLUMNS = (
    "run_id",
    "number",
    "member_id",
    "is_in_file",
    "added",
    "removed",
    "moved",
    "kept",
    "last_position",
)
_ADDED_COLUMNS = ("run_id", "kind", "member_id", "position", "line", *CONTACT_FIELDS)
_OTHER_COLUMNS = ("run_id", "kind", "member_id", "contact_id", "position", "previous_position")


def _additions(run_id: int, plan: Plan) -> Iterator[tuple[Any, ...]]:
    kind = int(ChangeKind.ADDED)
    return (
        (run_id, kind, member_id, position, line, *values)
        for member_id, position, values, line in plan.added
    )


def _others(run_id: int, plan: Plan) -> Iterator[tuple[Any, ...]]:
    moved, removed = int(ChangeKind.MOVED), int(ChangeKind.REMOVED)
    for member_id, pk, position, previous in plan.moved:
        yield run_id, moved, member_id, pk, position, previous
    for member_id, pk, position in plan.removed:
        yield run_id, removed, member_id, pk, None, position
