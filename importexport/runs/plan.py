"""What an import will do: pure, from the contacts of the site and the rows of the file."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from importexport.rows.columns import ContactRow, Value


class StoredContact(NamedTuple):
    """A contact as it is on the site; `values` in the order of CONTACT_FIELDS."""

    id: int
    position: int
    values: tuple[Value, ...]


class Addition(NamedTuple):
    """A contact to be added at its place; `line` is the row that asks for it."""

    member_id: int
    position: int
    values: tuple[Value, ...]
    line: int


class Move(NamedTuple):
    """A contact that stays as it is, at another place."""

    member_id: int
    id: int
    position: int
    previous_position: int


class Removal(NamedTuple):
    """A contact to be removed from its place."""

    member_id: int
    id: int
    position: int


class MemberPlan(NamedTuple):
    """What happens to the contacts of one member, in numbers.

    `last_position` is the place of the last contact that the member has now, 0 without any.
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
    """The changes that make the site's contacts what the file asks for; members as in the file."""

    added: list[Addition] = field(default_factory=list)
    moved: list[Move] = field(default_factory=list)
    removed: list[Removal] = field(default_factory=list)
    members: list[MemberPlan] = field(default_factory=list)
    kept_count: int = 0
    row_count: int = 0

    @property
    def member_count(self) -> int:
        """How many members the file names."""
        return len(self.members) - self.emptied_member_count

    @property
    def emptied_member_count(self) -> int:
        """How many members lose all their contacts because the file does not name them."""
        return sum(not member.is_in_file for member in self.members)


def plan_addition(rows: Sequence[ContactRow], last_positions: Mapping[int, int]) -> Plan:
    """Plan to add every row below the contacts that its member has.

    `last_positions` gives the position of each member's last contact, where it has one.
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
    """Plan to make the contacts of the members of `stored` and of the file exactly the rows.

    `stored` has the contacts of each member that is to be synchronised and has some, by position.
    A contact that is the same as a row of its member is kept.
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
    """Walk down the file's order; a kept contact moves only where it is not below the last."""
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
