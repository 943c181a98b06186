"""What the site has before an import: its members, its contacts, and a digest of them."""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterator
from itertools import chain
from typing import Any

from django.db.models import Max

from base.database import slices
from contacts.models import CONTACT_FIELDS, Contact
from importexport.rows.checking import KnownMember
from importexport.runs.plan import StoredContact
from members.models import KINDS_WITH_CONTACTS, Member

_ROWS_AT_A_TIME = 2_000
Stored = dict[int, list[StoredContact]]


def known_members() -> dict[str, KnownMember]:
    """Return what a check needs to know of each member, by its reference."""
    found = Member.objects.order_by().values_list("reference", "pk", "name", "kind")
    return {
        reference: KnownMember(pk, name, kind in KINDS_WITH_CONTACTS)
        for reference, pk, name, kind in found.iterator()
    }


def last_positions() -> dict[int, int]:
    """Return the place of each member's last contact."""
    return dict(Contact.objects.order_by().values_list("member_id").annotate(Max("position")))


def stored_contacts(members: Collection[int] | None) -> tuple[Stored, str]:
    """Return the contacts of these members, or of all, by member and position; and a digest."""
    stored: defaultdict[int, list[StoredContact]] = defaultdict(list)
    digest = hashlib.sha256()
    for rows in _read(members):
        digest.update(repr(rows).encode())
        for member_id, pk, position, *values in rows:
            stored[member_id].append(StoredContact(pk, position, tuple(values)))
    return stored, digest.hexdigest()


def contacts_digest(members: Collection[int] | None) -> str:
    """Return the digest that `stored_contacts` gave, if the contacts are still the same."""
    digest = hashlib.sha256()
    for rows in _read(members):
        digest.update(repr(rows).encode())
    return digest.hexdigest()


def _read(members: Collection[int] | None) -> Iterator[list[tuple[Any, ...]]]:
    """Yield the contacts in lists of the same length, whoever asks."""
    contacts = Contact.objects.order_by("member_id", "position")
    found = contacts.values_list("member_id", "pk", "position", *CONTACT_FIELDS)
    if members is None:
        rows = found.iterator(chunk_size=_ROWS_AT_A_TIME)
    else:
        parts = (found.filter(member_id__in=some) for some in slices(sorted(members)))
        rows = chain.from_iterable(parts)
    return slices(rows, _ROWS_AT_A_TIME)
