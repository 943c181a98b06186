"""Which contact of the site each row of a file is, within one member; from plain values alone.

A row is first the contact with the same values. Of what is left, a row and a contact are a pair if
they share the mail address, else the name, else a phone number, and no other row or contact left
shares it. The order of the rows decides nothing but which of several equal rows is which.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from operator import itemgetter
from typing import NamedTuple

from base.addresses import address_key
from base.text import fold, phone_digits
from contacts.models import CONTACT_FIELDS
from importexport.rows.columns import ContactRow
from importexport.rows.values import Value

Values = tuple[Value, ...]
_NAME = CONTACT_FIELDS.index("name")
_EMAIL = CONTACT_FIELDS.index("email")
_PHONES = CONTACT_FIELDS.index("phones")


class StoredContact(NamedTuple):
    """A contact of the site; `values` are in the order of CONTACT_FIELDS."""

    id: int
    position: int
    values: Values


def by_field(values: Values | None) -> dict[str, Value] | None:
    """Return the values by the names of their fields; None for None."""
    return None if values is None else dict(zip(CONTACT_FIELDS, values, strict=True))


class WantedContact(NamedTuple):
    """A contact as a run leaves it, from a line of the file or from the site alone.

    `contact` is the one that it is on the site, None for one to be added.
    """

    contact: StoredContact | None
    values: Values
    line: int | None


class FileColumns:
    """The fields for which a file has a column; a contact keeps its values of the others."""

    def __init__(self, fields: Collection[str] = CONTACT_FIELDS) -> None:
        self.missing = tuple(name for name in CONTACT_FIELDS if name not in fields)
        there = [place for place, name in enumerate(CONTACT_FIELDS) if name in fields]
        self._compared: Callable[[Values], object] = itemgetter(*there)
        self._kept = frozenset(range(len(CONTACT_FIELDS))) - {*there}

    def compared(self, values: Values) -> object:
        """Return what a row and a contact have in common if the row changes nothing."""
        return self._compared(values) if self._kept else values

    def merged(self, row: Values, stored: Values) -> Values:
        """Return the row's values, and the contact's where the file has no column."""
        if not self._kept:
            return row
        return tuple(stored[n] if n in self._kept else value for n, value in enumerate(row))


def pair_rows(
    rows: Sequence[ContactRow], contacts: Sequence[StoredContact], columns: FileColumns
) -> list[StoredContact | None]:
    """Return for each row of a member its contact, or None for a row that is a new contact.

    `contacts` are all contacts of the member, by position.
    """
    if not contacts:
        return [None] * len(rows)
    if len(rows) == len(contacts) and all(
        row.values == contact.values for row, contact in zip(rows, contacts, strict=True)
    ):
        # As for nearly all members of an export that comes back.
        return [*contacts]
    same: defaultdict[object, list[StoredContact]] = defaultdict(list)
    for contact in reversed(contacts):
        same[columns.compared(contact.values)].append(contact)
    paired: list[StoredContact | None] = []
    new = []
    for number, row in enumerate(rows):
        alike = same.get(columns.compared(row.values))
        if not alike:
            new.append(number)
        paired.append(alike.pop() if alike else None)
    gone = [contact for alike in same.values() for contact in alike] if new else []
    for keys in (_addresses, _names, _phones):
        if not (new and gone):
            break
        found = _sole_pairs(
            [(number, keys(rows[number].values)) for number in new],
            [(place, keys(contact.values)) for place, contact in enumerate(gone)],
        )
        for number, place in found.items():
            paired[number] = gone[place]
        taken = {*found.values()}
        new = [number for number in new if number not in found]
        gone = [contact for place, contact in enumerate(gone) if place not in taken]
    return paired


def _sole_pairs(
    rows: Sequence[tuple[int, set[str]]], contacts: Sequence[tuple[int, set[str]]]
) -> dict[int, int]:
    """Return the pairs of a row and a contact that share a key with nobody but each other."""
    row_of, contact_of = _sole_holders(rows), _sole_holders(contacts)
    pairs = {}
    for number, keys in rows:
        place = _sole({contact_of[key] for key in keys if key in contact_of})
        if place is not None:
            pairs[number] = place
    contact_keys = dict(contacts)
    return {
        number: place
        for number, place in pairs.items()
        if _sole({row_of[key] for key in contact_keys[place] if key in row_of}) == number
    }


def _sole_holders(holders: Iterable[tuple[int, set[str]]]) -> dict[str, int | None]:
    """Return who has each key, None where several have it."""
    found: dict[str, int | None] = {}
    for holder, keys in holders:
        for key in keys:
            found[key] = None if key in found else holder
    return found


def _sole(candidates: set[int | None]) -> int | None:
    return next(iter(candidates)) if len(candidates) == 1 else None


def _addresses(values: Values) -> set[str]:
    return {address_key(str(values[_EMAIL]))} - {""}


def _names(values: Values) -> set[str]:
    return {fold(str(values[_NAME]))} - {""}


def _phones(values: Values) -> set[str]:
    return {*phone_digits(str(values[_PHONES])).split()}
