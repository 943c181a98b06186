"""What has changed in contacts since a moment, computed from their former states.

The database's triggers fill FormerContact (base/recorder.py). Code that restores a deleted
contact under its old key must keep its `created_at` and set `updated_at` to now: these two show
that it had been deleted in between.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, TextChoices

from base.database import STATEMENT, forget_rows, slices
from base.models import Event
from contacts.models import CONTACT_FIELDS, Contact, FormerContact
from contacts.triggers import STATE


class ChangeKind(TextChoices):
    """The difference between a contact then and now."""

    ADDED = "added", "ajouté"
    CHANGED = "changed", "modifié"
    MOVED = "moved", "déplacé"
    DELETED = "deleted", "supprimé"


@dataclass(frozen=True)
class SiteChange:
    """A contact that differs from what it was, and when it last changed."""

    kind: ChangeKind
    member_id: int
    contact_id: int
    title: str
    at: datetime


def changes_since(moment: datetime, members: Collection[int] | None = None) -> Iterator[SiteChange]:
    """Yield each contact that differs now from what it was at that moment; added ones come last.

    Contacts changed and changed back, or added and deleted since, are left out. With `members`,
    yield only contacts that belonged to one of them then, or belong now. Reads 900 contacts at a
    time.
    """
    wanted = None if members is None else frozenset(members)
    former = FormerContact.objects.filter(at__gt=moment)
    for part in slices(_by_contact(former)):
        now = Contact.objects.in_bulk([first.contact_id for first, _ in part])
        for first, last in part:
            contact = now.get(first.contact_id)
            concerned = {first.member_id, contact.member_id if contact else last.member_id}
            if first.created_at > moment or not (wanted is None or concerned & wanted):
                continue
            if kind := _kind(first, contact):
                yield _change(kind, contact or last, first.contact_id, last.at)
    yield from _added_since(moment, wanted)


def forget_former_contacts(older_than: datetime) -> int:
    """Delete what was recorded of contacts before then; return how many lines."""
    return forget_rows(FormerContact.lines.filter(at__lt=older_than))


def _by_contact(
    former: QuerySet[FormerContact],
) -> Iterator[tuple[FormerContact, FormerContact]]:
    """Yield the first and the last former state of each contact."""
    ordered: Iterable[FormerContact] = former.order_by("contact_id", "at", "pk").iterator(2_000)
    for _, grouped in groupby(ordered, lambda state: state.contact_id):
        states = list(grouped)
        yield states[0], states[-1]


def _kind(then: FormerContact, now: Contact | None) -> ChangeKind | None:
    if now is None:
        return ChangeKind.DELETED
    if any(getattr(then, name) != getattr(now, name) for name in CONTACT_FIELDS):
        return ChangeKind.CHANGED
    if any(getattr(then, name) != getattr(now, name) for name in STATE):
        return ChangeKind.MOVED
    return None


def _added_since(moment: datetime, wanted: frozenset[int] | None) -> Iterator[SiteChange]:
    since = FormerContact.objects.filter(contact_id=OuterRef("pk"), at__gt=moment)
    deleted = FormerContact.objects.filter(event=Event.DELETED, at__lte=moment)
    brought_back = Q(~Exists(since), pk__in=deleted.values("contact_id"), updated_at__gt=moment)
    for condition in (Q(created_at__gt=moment), Q(brought_back, created_at__lte=moment)):
        contacts: QuerySet[Contact] = Contact.objects.filter(condition).order_by("pk")
        if wanted is not None and len(wanted) <= STATEMENT:
            contacts = contacts.filter(member_id__in=wanted)
        for contact in contacts.iterator(2_000):
            if wanted is None or contact.member_id in wanted:
                yield _change(ChangeKind.ADDED, contact, contact.pk, contact.updated_at)


def _change(kind: ChangeKind, state: Any, contact_id: int, at: datetime) -> SiteChange:
    return SiteChange(kind, state.member_id, contact_id, state.title, at)
