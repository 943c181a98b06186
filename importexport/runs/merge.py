"""What a file that was exported some time ago changes on a site that has changed since.

Three states of a member's contacts are compared, field by field: the base, which the file was
exported from, the site as it is now, and the file. What only one side changed is taken from that
side; where both changed the same thing otherwise, there is a conflict, and a person chooses.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from importexport.models import Side
from importexport.rows.columns import ContactRow
from importexport.runs.pairs import (
    FileColumns,
    StoredContact,
    Values,
    WantedContact,
    pair_rows,
)


class Comparison(NamedTuple):
    """A contact that the site has changed since the export, in its three states.

    `base` is None for a contact added since, `site` for one deleted since, `file` for one without
    a row. The site's change is kept, unless it is a conflict in which the file is chosen; a
    conflict without a choice keeps it for now.
    """

    contact_id: int
    line: int | None
    base: Values | None
    site: Values | None
    file: Values | None
    is_conflict: bool = False
    choice: Side | None = None


Choose = Callable[[Comparison], Side | None]
"""Return what a person chose for a conflict, None where nobody did yet."""


@dataclass
class Merge:
    """The contacts of a member after the merge, in their order, and what was compared for it."""

    contacts: list[WantedContact] = field(default_factory=list)
    comparisons: list[Comparison] = field(default_factory=list)


def merge_member(
    rows: Sequence[ContactRow],
    base: Sequence[StoredContact],
    site: Sequence[StoredContact],
    columns: FileColumns,
    choose: Choose,
    *,
    removes: bool = True,
) -> Merge:
    """Merge the rows of a member into its contacts.

    `base` and `site` are the member's contacts then and now, each by position. Where the run
    `removes` nothing, the outcome has only the contacts that rows are, in the order of the rows.
    """
    merging = _Merging(columns, choose, {contact.id: contact for contact in site})
    then = {contact.id for contact in base}
    paired = pair_rows(rows, base, columns)
    wanted: list[WantedContact | None] = [None] * len(rows)
    new_rows = []
    for number, (row, contact) in enumerate(zip(rows, paired, strict=True)):
        if contact is None:
            new_rows.append(number)
        else:
            wanted[number] = merging.of_row(row, contact)
    new_on_site = [contact for contact in site if contact.id not in then]
    twins = pair_rows([rows[number] for number in new_rows], new_on_site, columns)
    for number, twin in zip(new_rows, twins, strict=True):
        wanted[number] = merging.of_new_row(rows[number], twin)
    merged = [contact for contact in wanted if contact]
    if removes:
        with_rows = {contact.id for contact in [*paired, *twins] if contact}
        kept = merging.without_rows([one for one in base if one.id not in with_rows])
        kept += merging.added_since([one for one in new_on_site if one.id not in with_rows])
        merged = _in_order(merged, kept, paired, base, site)
    return Merge(merged, merging.comparisons)


class _Merging:
    """The steps of merging one member; `now` has the site's contacts by their keys."""

    def __init__(self, columns: FileColumns, choose: Choose, now: dict[int, StoredContact]) -> None:
        self.comparisons: list[Comparison] = []
        self._columns = columns
        self._choose = choose
        self._now = now

    def of_row(self, row: ContactRow, base: StoredContact) -> WantedContact | None:
        """Return the outcome of a row that is a contact of the base; None: it stays deleted."""
        site = self._now.get(base.id)
        file = self._columns.merged(row.values, base.values)
        compared = Comparison(base.id, row.line, base.values, site.values if site else None, file)
        if site is None:
            if file != base.values and self._is_file_chosen(compared):
                return WantedContact(None, file, row.line)
            if file == base.values:
                self.comparisons.append(compared)
            return None
        values, disputed = _merge_fields(base.values, site.values, file)
        if disputed:
            if self._is_file_chosen(compared):
                values = tuple(file[n] if n in disputed else one for n, one in enumerate(values))
        elif values != file:
            self.comparisons.append(compared)
        return WantedContact(site, values, row.line)

    def of_new_row(self, row: ContactRow, twin: StoredContact | None) -> WantedContact:
        """Return the outcome of a row that the base has not; `twin` is its contact of the site."""
        if twin is None:
            return WantedContact(None, row.values, row.line)
        file = self._columns.merged(row.values, twin.values)
        compared = Comparison(twin.id, row.line, None, twin.values, file)
        is_file = file != twin.values and self._is_file_chosen(compared)
        return WantedContact(twin, file if is_file else twin.values, row.line)

    def without_rows(self, gone: Sequence[StoredContact]) -> list[StoredContact]:
        """Return which contacts of the base stay, though the file has no row for them."""
        kept = []
        for base in gone:
            site = self._now.get(base.id)
            if site is None or site.values == base.values:
                continue
            if not self._is_file_chosen(Comparison(base.id, None, base.values, site.values, None)):
                kept.append(site)
        return kept

    def added_since(self, added: Sequence[StoredContact]) -> list[StoredContact]:
        """Return the contacts that were added on the site, and are not in the file: all stay."""
        self.comparisons += [Comparison(one.id, None, None, one.values, None) for one in added]
        return [*added]

    def _is_file_chosen(self, compared: Comparison) -> bool:
        """Note a conflict, and return whether the file is chosen in it."""
        conflict = compared._replace(is_conflict=True)
        conflict = conflict._replace(choice=self._choose(conflict))
        self.comparisons.append(conflict)
        return conflict.choice is Side.FILE


def _merge_fields(base: Values, site: Values, file: Values) -> tuple[Values, Collection[int]]:
    """Return the merged values, the site's where both changed a field otherwise; and these fields.

    A field is named by its place in the values.
    """
    values = []
    disputed = set()
    for place, (before, here, wanted) in enumerate(zip(base, site, file, strict=True)):
        values.append(wanted if here == before else here)
        if wanted not in (before, here) and here != before:
            disputed.add(place)
    return tuple(values), disputed


# --- The order ----------------------------------------------------------------------------------


def _in_order(
    merged: Sequence[WantedContact],
    kept: Sequence[StoredContact],
    paired: Sequence[StoredContact | None],
    base: Sequence[StoredContact],
    site: Sequence[StoredContact],
) -> list[WantedContact]:
    """Return the contacts in the site's order, or in the file's where the file changed the order.

    In the file's order, what the file has no row for comes below.
    """
    rest = [WantedContact(contact, contact.values, None) for contact in kept]
    in_file = [contact.id for contact in paired if contact]
    if _same_order(in_file, [contact.id for contact in base]):
        return _in_order_of_site(merged, rest, site)
    return [*merged, *rest]


def _same_order(some: Sequence[int], others: Sequence[int]) -> bool:
    """Return whether the keys that both have stand in the same order."""
    common = {*some} & {*others}
    return [one for one in some if one in common] == [one for one in others if one in common]


def _in_order_of_site(
    merged: Sequence[WantedContact], rest: Sequence[WantedContact], site: Sequence[StoredContact]
) -> list[WantedContact]:
    """Return contacts in the site's order, each new one below the row above it in the file."""
    place = {contact.id: number for number, contact in enumerate(site)}
    above = -1
    keyed = []
    for number, one in enumerate(merged):
        if one.contact:
            above = place[one.contact.id]
        keyed.append(((above, one.contact is None, number), one))
    keyed += [((place[one.contact.id], False, 0), one) for one in rest if one.contact]
    return [one for _, one in sorted(keyed, key=lambda pair: pair[0])]
