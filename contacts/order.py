"""The order of a member's contacts."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import F

from base.database import slices
from contacts.models import Contact
from members.models import Member


class OrderRefused(Exception):
    """The new order does not name exactly the contacts that the member has now."""


def reorder(member: Member, contact_ids: Sequence[int]) -> None:
    """Set the positions of the member's contacts to 1, 2, 3… in the order of `contact_ids`.

    The member must be locked (members/locks.py). Raise OrderRefused, and change nothing, unless
    `contact_ids` names each current contact exactly once.
    """
    with transaction.atomic():
        contacts = {contact.pk: contact for contact in member.contacts.all()}
        if sorted(contact_ids) != sorted(contacts):
            raise OrderRefused
        places = dict(zip(contact_ids, range(1, len(contacts) + 1), strict=True))
        moving = [contact for pk, contact in contacts.items() if contact.position != places[pk]]
        if not moving:
            return
        # Positions are unique within a member at every moment: move all to free ones first.
        offset = len(contacts) + max(contact.position for contact in contacts.values())
        for keys in slices(contact.pk for contact in moving):
            member.contacts.filter(pk__in=keys).update(position=F("position") + offset)
        for contact in moving:
            contact.position = places[contact.pk]
        Contact.objects.bulk_update(moving, ["position"], batch_size=200)


def moved(contact_ids: Sequence[int], contact_id: int, step: int) -> list[int]:
    """Return the order with one contact moved by a step: 1 down, -1 up; at an end it stays.

    Raise OrderRefused if the contact is not in the order.
    """
    order = list(contact_ids)
    if contact_id not in order:
        raise OrderRefused
    place = order.index(contact_id)
    order.insert(max(0, place + step), order.pop(place))
    return order
