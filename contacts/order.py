"""The order of a member's contacts.

In all functions the member must be locked (members/locks.py). A contact's position is distinct
within its member at every moment: what moves goes to free positions first.
"""

from collections.abc import Mapping, Sequence

from django.db import transaction
from django.db.models import F, Max, QuerySet

from base.database import slices
from contacts.models import ASIDE, Contact
from members.models import Member

_ALL = slice(None)


class OrderRefused(Exception):
    """The new order does not name exactly the contacts that stand there now."""


def reorder(member: Member, contact_ids: Sequence[int], page: slice = _ALL) -> None:
    """Put the contacts of a page into the order of `contact_ids`; without a page, all of them.

    They share out the positions that they have; other contacts keep theirs. Raise OrderRefused,
    and change nothing, unless `contact_ids` names each contact of the page exactly once.
    """
    placed = dict(member.contacts.order_by("position").values_list("pk", "position")[page])
    if sorted(contact_ids) != sorted(placed):
        raise OrderRefused
    new = zip(contact_ids, sorted(placed.values()), strict=True)
    _move(member, {pk: position for pk, position in new if placed[pk] != position})


def step(contact: Contact, by: int) -> None:
    """Move a contact by one place: 1 down, -1 up; at an end it stays."""
    others = contact.member.contacts
    if by < 0:
        other = others.filter(position__lt=contact.position).order_by("-position").first()
    else:
        other = others.filter(position__gt=contact.position).order_by("position").first()
    if other:
        _move(contact.member, {contact.pk: other.position, other.pk: contact.position})


def move_to_end(contact: Contact) -> None:
    """Move a contact below all others."""
    last = _highest(contact.member)
    if contact.position < last:
        _only(contact).update(position=last + 1)


def move_to_beginning(contact: Contact) -> None:
    """Move a contact above all others; those above it go down by one position."""
    above = contact.member.contacts.filter(position__lt=contact.position)
    first = above.order_by("position").first()
    if first is None:
        return
    with transaction.atomic():
        above.update(position=F("position") + ASIDE)
        _only(contact).update(position=first.position)
        _bring_back(contact.member)


def make_room(member: Member, position: int) -> None:
    """Free a position: the contact there and all below it go down by one."""
    with transaction.atomic():
        member.contacts.filter(position__gte=position).update(position=F("position") + ASIDE)
        _bring_back(member)


def _bring_back(member: Member) -> None:
    """Put the contacts that were moved aside one position below where they were."""
    aside: QuerySet[Contact] = member.contacts.filter(position__gte=ASIDE)
    aside.update(position=F("position") - (ASIDE - 1))


def _move(member: Member, positions: Mapping[int, int]) -> None:
    """Give contacts, by their keys, positions that are free or that they have themselves."""
    if not positions:
        return
    with transaction.atomic():
        for keys in slices(positions):
            member.contacts.filter(pk__in=keys).update(position=F("position") + ASIDE)
        moved = [Contact(pk=pk, position=position) for pk, position in positions.items()]
        Contact.objects.bulk_update(moved, ["position"], batch_size=200)


def _only(contact: Contact) -> QuerySet[Contact]:
    return Contact.objects.filter(pk=contact.pk)


def _highest(member: Member) -> int:
    return int(member.contacts.aggregate(last=Max("position"))["last"] or 0)
