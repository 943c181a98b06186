"""The site's members and contacts as a run finds them: read, digested, locked."""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterator
from itertools import chain
from typing import Any

from django.db import connection, transaction

from base.database import slices
from contacts.models import CONTACT_FIELDS, Contact
from importexport.models import ImportedMember, ImportRun
from importexport.rows.known_members import KnownMember
from importexport.runs.pairs import StoredContact
from members.models import KINDS_WITH_CONTACTS, Member

_ROWS_AT_A_TIME = 2_000
Stored = dict[int, list[StoredContact]]


def known_members() -> dict[str, KnownMember]:
    """Return all members by their reference, as a check needs them."""
    found = Member.objects.order_by().values_list("reference", "pk", "name", "kind")
    return {
        reference: KnownMember(pk, name, kind in KINDS_WITH_CONTACTS)
        for reference, pk, name, kind in found.iterator()
    }


def stored_contacts(members: Collection[int]) -> Stored:
    """Return the contacts of these members, by member and position."""
    return _by_member(_read(members))


def digested_contacts(members: Collection[int] | None) -> tuple[Stored, str]:
    """Return the contacts of these members (None: of all), by member and position; and a digest.

    Whenever the contacts change, so does their digest.
    """
    if members is None:
        # Before the contacts are read: what changes meanwhile is then a change since.
        digest_of_all = _digest_of_all()
        return _by_member(_read(None)), digest_of_all
    digest = hashlib.sha256()
    return _by_member(_noted(_read(members), digest)), digest.hexdigest()


def contacts_digest(members: Collection[int] | None) -> str:
    """Return the digest of `digested_contacts` only."""
    if members is None:
        return _digest_of_all()
    digest = hashlib.sha256()
    for _ in _noted(_read(members), digest):
        pass
    return digest.hexdigest()


def _digest_of_all() -> str:
    """Return numbers that change with any contact, without reading them all.

    Whatever changes or deletes a contact gives FormerContact a row (contacts/triggers.py). SQLite
    loses its triggers in a migration, which its number of the schema shows.
    """
    numbers = "(SELECT MAX(id) FROM contacts_formercontact), COUNT(*), SUM(id)"
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            numbers += ", (SELECT schema_version FROM pragma_schema_version)"
            cursor.execute(f"SELECT {numbers} FROM contacts_contact")  # noqa: S608
            return " ".join(map(str, cursor.fetchone()))
        with transaction.atomic():
            # Who writes now may have a lower key than the last one that is committed.
            cursor.execute("LOCK TABLE contacts_contact IN SHARE MODE")
            cursor.execute(f"SELECT {numbers} FROM contacts_contact")  # noqa: S608
            return " ".join(map(str, cursor.fetchone()))


_Rows = Iterator[list[tuple[Any, ...]]]


def _by_member(parts: _Rows) -> Stored:
    stored: defaultdict[int, list[StoredContact]] = defaultdict(list)
    for rows in parts:
        for row in rows:
            stored[row[0]].append(StoredContact(row[1], row[2], row[3:]))
    return stored


def _noted(parts: _Rows, digest: "hashlib._Hash") -> _Rows:
    for rows in parts:
        digest.update(repr(rows).encode())
        yield rows


def _read(members: Collection[int] | None) -> _Rows:
    """Yield the contacts in lists whose lengths, and so the digest, depend on nothing else."""
    contacts = Contact.objects.order_by("member_id", "position")
    found = contacts.values_list("member_id", "pk", "position", *CONTACT_FIELDS)
    if members is None:
        rows = found.iterator(chunk_size=_ROWS_AT_A_TIME)
    else:
        parts = (found.filter(member_id__in=keys) for keys in slices(sorted(members)))
        rows = chain.from_iterable(parts)
    return slices(rows, _ROWS_AT_A_TIME)


def lock_contacts(run: ImportRun, *, is_whole_site: bool) -> set[int]:
    """Lock the run's members, or all, and the table of contacts until the commit.

    Members first, then the table, as all who change contacts do, so that no deadlock arises. On
    SQLite the transaction alone locks. Returns the keys of the members locked.
    """
    members = Member.objects.filter(kind__in=KINDS_WITH_CONTACTS).order_by("pk")
    if not is_whole_site:
        named = ImportedMember.objects.filter(run=run)
        members = members.filter(pk__in=named.values("member_id"))
    locked = set(members.select_for_update(no_key=True).values_list("pk", flat=True))
    if connection.vendor == "postgresql":
        # Against writers that lock no member.
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {Contact._meta.db_table} IN SHARE ROW EXCLUSIVE MODE")
    return locked
