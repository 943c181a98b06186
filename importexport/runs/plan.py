"""What a run will do: planned from plain values, then stored in the run's tables."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db import transaction

from base.database import insert_rows_in_steps
from contacts.models import CONTACT_FIELDS
from importexport.models import ChangeKind, ImportChange, ImportedMember, ImportRun
from importexport.rows.columns import ContactRow
from importexport.rows.values import Value


class StoredContact(NamedTuple):
    """A contact of the site; `values` are in the order of CONTACT_FIELDS."""

    id: int
    position: int
    values: tuple[Value, ...]


class Addition(NamedTuple):
    """A contact to be added at its position, from a line of the file."""

    member_id: int
    position: int
    values: tuple[Value, ...]
    line: int


class Move(NamedTuple):
    """A contact that only changes its position."""

    member_id: int
    id: int
    position: int
    previous_position: int


class Removal(NamedTuple):
    """A contact to be removed from its position."""

    member_id: int
    id: int
    position: int


class MemberPlan(NamedTuple):
    """How many contacts of one member are added, removed, moved and kept.

    `last_position` is the position of the member's last contact of now, 0 without any.
    """

    member_id: int
    is_in_file: bool
    added: int
    removed: int
    moved: int
    kept: int
    last_position: int


@dataclass
class Plan:
    """The changes, by kind, and the members in the order of the file."""

    added: list[Addition] = field(default_factory=list)
    moved: list[Move] = field(default_factory=list)
    removed: list[Removal] = field(default_factory=list)
    members: list[MemberPlan] = field(default_factory=list)
    kept_count: int = 0
    row_count: int = 0

    @property
    def member_count(self) -> int:
        return len(self.members) - self.emptied_member_count

    @property
    def emptied_member_count(self) -> int:
        """The number of members who lose all contacts because they are not in the file."""
        return sum(not member.is_in_file for member in self.members)


# --- Planned ------------------------------------------------------------------------------------


def plan_addition(rows: Sequence[ContactRow], last_positions: Mapping[int, int]) -> Plan:
    """Plan to add every row below its member's contacts.

    `last_positions` has the position of each member's last contact, where there is one.
    """
    plan = Plan(row_count=len(rows))
    added: defaultdict[int, int] = defaultdict(int)
    for row in rows:
        member_id = row.member_id
        added[member_id] += 1
        position = last_positions.get(member_id, 0) + added[member_id]
        plan.added.append(Addition(member_id, position, row.values, row.line))
    plan.members = [
        MemberPlan(
            member_id,
            is_in_file=True,
            added=count,
            removed=0,
            moved=0,
            kept=0,
            last_position=last_positions.get(member_id, 0),
        )
        for member_id, count in added.items()
    ]
    return plan


def plan_synchronisation(
    rows: Sequence[ContactRow], stored: Mapping[int, Sequence[StoredContact]]
) -> Plan:
    """Plan to make the contacts of all members in `stored` or in the file exactly the rows.

    `stored` has the contacts of each member to be synchronised, by position; a member without any
    may be absent. A contact with the values of a row of its member is kept.
    """
    rows_by_member: defaultdict[int, list[ContactRow]] = defaultdict(list)
    for row in rows:
        rows_by_member[row.member_id].append(row)
    plan = Plan(row_count=len(rows))
    for member_id, member_rows in rows_by_member.items():
        _plan_member(plan, member_id, member_rows, stored.get(member_id, ()))
    for member_id, contacts in stored.items():
        if member_id not in rows_by_member:
            _plan_emptying(plan, member_id, contacts)
    return plan


def _plan_member(
    plan: Plan, member_id: int, rows: Sequence[ContactRow], stored: Sequence[StoredContact]
) -> None:
    """Pair each row with an equal contact, in the file's order, and add the rows without a pair.

    A kept contact moves only where its position is not below that of the row before.
    """
    added, moved = len(plan.added), len(plan.moved)
    same: defaultdict[tuple[Value, ...], list[StoredContact]] = defaultdict(list)
    for contact in reversed(stored):
        same[contact.values].append(contact)
    position = kept = 0
    for row in rows:
        alike = same.get(row.values)
        if not alike:
            position += 1
            plan.added.append(Addition(member_id, position, row.values, row.line))
            continue
        contact = alike.pop()
        kept += 1
        if contact.position > position:
            position = contact.position
        else:
            position += 1
            plan.moved.append(Move(member_id, contact.id, position, contact.position))
    gone = [contact for alike in same.values() for contact in alike]
    plan.removed += [Removal(member_id, contact.id, contact.position) for contact in gone]
    plan.kept_count += kept
    moved = len(plan.moved) - moved
    plan.members.append(
        MemberPlan(
            member_id=member_id,
            is_in_file=True,
            added=len(plan.added) - added,
            removed=len(gone),
            moved=moved,
            kept=kept - moved,
            last_position=stored[-1].position if stored else 0,
        )
    )


def _plan_emptying(plan: Plan, member_id: int, contacts: Sequence[StoredContact]) -> None:
    plan.removed += [Removal(member_id, contact.id, contact.position) for contact in contacts]
    plan.members.append(
        MemberPlan(
            member_id,
            is_in_file=False,
            added=0,
            removed=len(contacts),
            moved=0,
            kept=0,
            last_position=contacts[-1].position,
        )
    )


# --- Stored -------------------------------------------------------------------------------------


def store_plan(run: ImportRun, plan: Plan, heartbeat: Callable[[], object]) -> None:
    """Store the plan of a run in place of an earlier one, in several transactions.

    Each begins with a heartbeat: it locks the run's row until the commit, so that the plans of two
    workers never mix, and raises where the claim is lost.
    """
    with transaction.atomic():
        heartbeat()
        forget_plan(run)
    members = ((run.pk, number, *member) for number, member in enumerate(plan.members, start=1))
    insert_rows_in_steps(ImportedMember, _MEMBER_COLUMNS, members, heartbeat)
    insert_rows_in_steps(ImportChange, _ADDED_COLUMNS, _additions(run.pk, plan), heartbeat)
    insert_rows_in_steps(ImportChange, _OTHER_COLUMNS, _others(run.pk, plan), heartbeat)


def forget_plan(run: ImportRun) -> None:
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
