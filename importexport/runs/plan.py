"""What a run will do: planned from plain values, without the database."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from importexport.rows.columns import ContactRow
from importexport.runs.pairs import FileColumns, StoredContact, Values, pair_rows

_ALL_COLUMNS = FileColumns()


class Addition(NamedTuple):
    """A contact to be added at its position, from a line of the file."""

    member_id: int
    position: int
    values: Values
    line: int


class Modification(NamedTuple):
    """A contact that gets the values of a line of the file; `previous` are those it has now."""

    member_id: int
    id: int
    position: int
    previous_position: int
    values: Values
    previous: Values
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
    """How many contacts of one member are added, modified, removed, only moved, and kept.

    `last_position` is the position of the member's last contact of now, 0 without any.
    """

    member_id: int
    is_in_file: bool
    last_position: int
    added: int = 0
    modified: int = 0
    removed: int = 0
    moved: int = 0
    kept: int = 0


@dataclass
class Plan:
    """The changes, by kind, and the members in the order of the file.

    `same_count` and `alike_count` are for an addition alone: the rows that are on the site already,
    with the same values or with others.
    """

    added: list[Addition] = field(default_factory=list)
    modified: list[Modification] = field(default_factory=list)
    moved: list[Move] = field(default_factory=list)
    removed: list[Removal] = field(default_factory=list)
    members: list[MemberPlan] = field(default_factory=list)
    kept_count: int = 0
    row_count: int = 0
    same_count: int = 0
    alike_count: int = 0

    @property
    def member_count(self) -> int:
        return len(self.members) - self.emptied_member_count

    @property
    def emptied_member_count(self) -> int:
        """The number of members who lose all contacts because they are not in the file."""
        return sum(not member.is_in_file for member in self.members)


Stored = Mapping[int, Sequence[StoredContact]]


def plan_addition(
    rows: Sequence[ContactRow], stored: Stored, columns: FileColumns = _ALL_COLUMNS
) -> Plan:
    """Plan to add every row below its member's contacts, also where it is there already.

    `stored` has the contacts of each member of the file, by position.
    """
    plan = Plan(row_count=len(rows))
    positions: dict[int, int] = {}
    for row in rows:
        member_id = row.member_id
        if member_id not in positions:
            positions[member_id] = _last_position(stored, member_id)
        positions[member_id] += 1
        plan.added.append(Addition(member_id, positions[member_id], row.values, row.line))
    for member_id, position in positions.items():
        last = _last_position(stored, member_id)
        plan.members.append(
            MemberPlan(member_id, is_in_file=True, last_position=last, added=position - last)
        )
    if stored:
        _count_present(plan, rows, stored, columns)
    return plan


def plan_update(
    rows: Sequence[ContactRow], stored: Stored, columns: FileColumns = _ALL_COLUMNS
) -> Plan:
    """Plan to modify the contacts that rows are, and to add the other rows below them.

    `stored` has the contacts of each member of the file, by position. No contact moves.
    """
    plan = Plan(row_count=len(rows))
    for member_id, member_rows in _by_member(rows).items():
        contacts = stored.get(member_id, ())
        last = position = _last_position(stored, member_id)
        added, modified = len(plan.added), len(plan.modified)
        for row, contact in zip(
            member_rows, pair_rows(member_rows, contacts, columns), strict=True
        ):
            if contact is None:
                position += 1
                plan.added.append(Addition(member_id, position, row.values, row.line))
            else:
                _keep(plan, member_id, row, contact, contact.position, columns)
        added, modified = len(plan.added) - added, len(plan.modified) - modified
        kept = len(member_rows) - added - modified
        plan.kept_count += kept
        plan.members.append(
            MemberPlan(
                member_id,
                is_in_file=True,
                last_position=last,
                added=added,
                modified=modified,
                kept=kept,
            )
        )
    return plan


def plan_synchronisation(
    rows: Sequence[ContactRow], stored: Stored, columns: FileColumns = _ALL_COLUMNS
) -> Plan:
    """Plan to make the contacts of all members in `stored` or in the file exactly the rows.

    `stored` has the contacts of each member to be synchronised, by position; a member without any
    may be absent. A contact that a row is keeps its key.
    """
    rows_by_member = _by_member(rows)
    plan = Plan(row_count=len(rows))
    for member_id, member_rows in rows_by_member.items():
        _plan_member(plan, member_id, member_rows, stored.get(member_id, ()), columns)
    for member_id, contacts in stored.items():
        if member_id not in rows_by_member:
            last = _last_position(stored, member_id)
            plan.removed += [
                Removal(member_id, contact.id, contact.position) for contact in contacts
            ]
            plan.members.append(
                MemberPlan(member_id, is_in_file=False, last_position=last, removed=len(contacts))
            )
    return plan


def _last_position(stored: Stored, member_id: int) -> int:
    contacts = stored.get(member_id)
    return contacts[-1].position if contacts else 0


def _by_member(rows: Sequence[ContactRow]) -> dict[int, list[ContactRow]]:
    found: defaultdict[int, list[ContactRow]] = defaultdict(list)
    for row in rows:
        found[row.member_id].append(row)
    return found


def _plan_member(
    plan: Plan,
    member_id: int,
    rows: Sequence[ContactRow],
    contacts: Sequence[StoredContact],
    columns: FileColumns,
) -> None:
    """Plan the rows in the file's order, and the removal of contacts that no row is.

    A contact moves only where its position is not below that of the row before.
    """
    added, modified, moved = len(plan.added), len(plan.modified), len(plan.moved)
    kept_keys = set()
    position = 0
    for row, contact in zip(rows, pair_rows(rows, contacts, columns), strict=True):
        position += 1
        if contact is None:
            plan.added.append(Addition(member_id, position, row.values, row.line))
            continue
        position = max(position, contact.position)
        kept_keys.add(contact.id)
        _keep(plan, member_id, row, contact, position, columns)
    gone = [contact for contact in contacts if contact.id not in kept_keys]
    plan.removed += [Removal(member_id, contact.id, contact.position) for contact in gone]
    added, modified = len(plan.added) - added, len(plan.modified) - modified
    moved = len(plan.moved) - moved
    plan.kept_count += len(kept_keys) - modified
    plan.members.append(
        MemberPlan(
            member_id=member_id,
            is_in_file=True,
            last_position=contacts[-1].position if contacts else 0,
            added=added,
            modified=modified,
            removed=len(gone),
            moved=moved,
            kept=len(kept_keys) - modified - moved,
        )
    )


def _keep(
    plan: Plan,
    member_id: int,
    row: ContactRow,
    contact: StoredContact,
    position: int,
    columns: FileColumns,
) -> None:
    """Plan that a contact stays, at a position, with the values of its row."""
    values = columns.merged(row.values, contact.values)
    if values != contact.values:
        plan.modified.append(
            Modification(
                member_id, contact.id, position, contact.position, values, contact.values, row.line
            )
        )
    elif position != contact.position:
        plan.moved.append(Move(member_id, contact.id, position, contact.position))


def _count_present(
    plan: Plan, rows: Sequence[ContactRow], stored: Stored, columns: FileColumns
) -> None:
    """Count the rows that are on the site already, with the same values or with others."""
    for member_id, member_rows in _by_member(rows).items():
        paired = pair_rows(member_rows, stored.get(member_id, ()), columns)
        for row, contact in zip(member_rows, paired, strict=True):
            if contact is not None:
                is_same = columns.merged(row.values, contact.values) == contact.values
                plan.same_count += is_same
                plan.alike_count += not is_same
