"""What an import will do: pure, from the contacts of the site and the rows of the file."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from importexport.columns import ContactRow, Value


class StoredContact(NamedTuple):
    """A contact as it is on the site; `values` in the order of CONTACT_FIELDS."""

    id: int
    position: int
    values: tuple[Value, ...]


class Addition(NamedTuple):
    """A contact to be added, at its place."""

    member_id: int
    position: int
    values: tuple[Value, ...]


class Move(NamedTuple):
    """A contact that stays as it is, at another place."""

    id: int
    position: int


@dataclass
class Plan:
    """The changes that make the site's contacts what the file asks for."""

    added: list[Addition] = field(default_factory=list)
    moved: list[Move] = field(default_factory=list)
    removed: list[int] = field(default_factory=list)
    kept_count: int = 0
    row_count: int = 0
    member_count: int = 0
    emptied_member_count: int = 0


def plan_addition(rows: Sequence[ContactRow], last_positions: Mapping[int, int]) -> Plan:
    """Plan to add every row below the contacts that its member has.

    `last_positions` gives the position of each member's last contact, where it has one.
    """
    positions = defaultdict(int, last_positions)
    plan = Plan(row_count=len(rows), member_count=len({row.member_id for row in rows}))
    for row in rows:
        positions[row.member_id] += 1
        plan.added.append(Addition(row.member_id, positions[row.member_id], row.values))
    return plan


def plan_synchronisation(
    rows: Sequence[ContactRow], stored: Mapping[int, Sequence[StoredContact]]
) -> Plan:
    """Plan to make the contacts of the whole site exactly the rows, in their order.

    `stored` has the contacts of every member that has some, by position. A contact that is the
    same as a row of its member is kept.
    """
    rows_by_member: defaultdict[int, list[ContactRow]] = defaultdict(list)
    for row in rows:
        rows_by_member[row.member_id].append(row)
    plan = Plan(row_count=len(rows), member_count=len(rows_by_member))
    for member_id, member_rows in rows_by_member.items():
        _plan_member(plan, member_id, member_rows, stored.get(member_id, ()))
    for member_id, contacts in stored.items():
        if member_id not in rows_by_member:
            plan.emptied_member_count += 1
            plan.removed += [contact.id for contact in contacts]
    return plan


def _plan_member(
    plan: Plan, member_id: int, rows: Iterable[ContactRow], stored: Sequence[StoredContact]
) -> None:
    """Walk down the file's order; a kept contact moves only where it is not below the last."""
    same: defaultdict[tuple[Value, ...], list[StoredContact]] = defaultdict(list)
    for contact in reversed(stored):
        same[contact.values].append(contact)
    position = 0
    for row in rows:
        alike = same.get(row.values)
        if not alike:
            position += 1
            plan.added.append(Addition(member_id, position, row.values))
            continue
        plan.kept_count += 1
        contact = alike.pop()
        if contact.position > position:
            position = contact.position
        else:
            position += 1
            plan.moved.append(Move(contact.id, position))
    plan.removed += [contact.id for alike in same.values() for contact in alike]
