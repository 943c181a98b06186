"""What a run will do: planned from plain values, without the database."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from importexport.rows.columns import ContactRow
from importexport.runs.merge import Merge
from importexport.runs.pairs import FileColumns, StoredContact, WantedContact, pair_rows
from importexport.runs.planned import Addition, MemberPlan, Modification, Move, Plan, Removal

_ALL_COLUMNS = FileColumns()
Stored = Mapping[int, Sequence[StoredContact]]
# The merges of the members that changed on the site after the file was exported.
Merges = Mapping[int, Merge]
_NO_MERGES: Merges = {}


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
    rows: Sequence[ContactRow],
    stored: Stored,
    columns: FileColumns = _ALL_COLUMNS,
    merges: Merges = _NO_MERGES,
) -> Plan:
    """Plan to modify the contacts that rows are, and to add the other rows below them.

    `stored` has the contacts of each member of the file, by position; `merges`, what becomes of
    the members that changed after the export. No contact moves.
    """
    plan = Plan(row_count=len(rows))
    for member_id, member_rows in _by_member(rows).items():
        contacts = stored.get(member_id, ())
        wanted = _merged(plan, merges, member_id)
        if wanted is None:
            wanted = _wanted(member_rows, contacts, columns)
        last = position = _last_position(stored, member_id)
        added, modified = len(plan.added), len(plan.modified)
        for one in wanted:
            if one.contact is None:
                position += 1
                _add(plan, member_id, one, position)
            else:
                _keep(plan, member_id, one, one.contact, one.contact.position)
        added, modified = len(plan.added) - added, len(plan.modified) - modified
        kept = len(wanted) - added - modified
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
    rows: Sequence[ContactRow],
    stored: Stored,
    columns: FileColumns = _ALL_COLUMNS,
    merges: Merges = _NO_MERGES,
) -> Plan:
    """Plan to make the contacts of all members in `stored` or in the file exactly the rows.

    `stored` has the contacts of each member to be synchronised, by position; a member without any
    may be absent. `merges` has what becomes of the members that changed after the export. A contact
    that a row is keeps its key.
    """
    rows_by_member = _by_member(rows)
    plan = Plan(row_count=len(rows))
    for member_id, member_rows in rows_by_member.items():
        contacts = stored.get(member_id, ())
        wanted = _merged(plan, merges, member_id)
        if wanted is None:
            wanted = _wanted(member_rows, contacts, columns)
        _plan_member(plan, member_id, wanted, contacts)
    for member_id, contacts in stored.items():
        if member_id in rows_by_member:
            continue
        # A merge may keep contacts of a member without rows.
        wanted = _merged(plan, merges, member_id) or ()
        _plan_member(plan, member_id, wanted, contacts, is_in_file=False)
    return plan


def _last_position(stored: Stored, member_id: int) -> int:
    contacts = stored.get(member_id)
    return contacts[-1].position if contacts else 0


def _by_member(rows: Sequence[ContactRow]) -> dict[int, list[ContactRow]]:
    found: defaultdict[int, list[ContactRow]] = defaultdict(list)
    for row in rows:
        found[row.member_id].append(row)
    return found


def _merged(plan: Plan, merges: Merges, member_id: int) -> Sequence[WantedContact] | None:
    """Return what a merge makes of a member's contacts, None for a member without a merge."""
    merge = merges.get(member_id)
    if merge is None:
        return None
    plan.comparisons += ((member_id, compared) for compared in merge.comparisons)
    return merge.contacts


def _wanted(
    rows: Sequence[ContactRow], contacts: Sequence[StoredContact], columns: FileColumns
) -> list[WantedContact]:
    """Return what the rows of a member make of its contacts."""
    return [
        WantedContact(
            contact,
            columns.merged(row.values, contact.values) if contact else row.values,
            row.line,
        )
        for row, contact in zip(rows, pair_rows(rows, contacts, columns), strict=True)
    ]


def _plan_member(
    plan: Plan,
    member_id: int,
    wanted: Sequence[WantedContact],
    contacts: Sequence[StoredContact],
    *,
    is_in_file: bool = True,
) -> None:
    """Plan the wanted contacts in their order, and the removal of the others.

    A contact moves only where its position is not below that of the one before.
    """
    added, modified, moved = len(plan.added), len(plan.modified), len(plan.moved)
    kept_keys = set()
    position = 0
    for one in wanted:
        position += 1
        if one.contact is None:
            _add(plan, member_id, one, position)
            continue
        position = max(position, one.contact.position)
        kept_keys.add(one.contact.id)
        _keep(plan, member_id, one, one.contact, position)
    gone = [contact for contact in contacts if contact.id not in kept_keys]
    plan.removed += [Removal(member_id, contact.id, contact.position) for contact in gone]
    added, modified = len(plan.added) - added, len(plan.modified) - modified
    moved = len(plan.moved) - moved
    plan.kept_count += len(kept_keys) - modified
    plan.members.append(
        MemberPlan(
            member_id=member_id,
            is_in_file=is_in_file or bool(wanted),
            last_position=contacts[-1].position if contacts else 0,
            added=added,
            modified=modified,
            removed=len(gone),
            moved=moved,
            kept=len(kept_keys) - modified - moved,
        )
    )


def _add(plan: Plan, member_id: int, wanted: WantedContact, position: int) -> None:
    plan.added.append(Addition(member_id, position, wanted.values, wanted.line))


def _keep(
    plan: Plan, member_id: int, wanted: WantedContact, contact: StoredContact, position: int
) -> None:
    """Plan that a contact stays, at a position, with the values wanted for it."""
    if wanted.values != contact.values:
        plan.modified.append(
            Modification(
                member_id,
                contact.id,
                position,
                contact.position,
                wanted.values,
                contact.values,
                wanted.line,
            )
        )
    elif position != contact.position:
        plan.moved.append(Move(member_id, contact.id, position, contact.position))


def _count_present(
    plan: Plan, rows: Sequence[ContactRow], stored: Stored, columns: FileColumns
) -> None:
    """Count the rows that are on the site already, with the same values or with others."""
    for member_id, member_rows in _by_member(rows).items():
        for one in _wanted(member_rows, stored.get(member_id, ()), columns):
            if one.contact:
                is_same = one.values == one.contact.values
                plan.same_count += is_same
                plan.alike_count += not is_same
