"""Bringing back a contact that was just deleted.

What is needed lies in the session of the person who deleted it, and goes with it.
"""

from datetime import datetime
from typing import Any

from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction

from contacts.models import CONTACT_FIELDS, Contact
from contacts.ordering import reorder
from members.models import Member

SESSION_KEY = "deleted_contacts"
# How many deletions one session can take back.
KEPT = 20


def delete_contact(contact: Contact, session: SessionBase) -> None:
    """Delete a contact so that this session can restore it."""
    deleted: dict[str, dict[str, Any]] = session.get(SESSION_KEY, {})
    deleted[str(contact.pk)] = {
        **{name: getattr(contact, name) for name in CONTACT_FIELDS},
        "member_id": contact.member_id,
        "position": contact.position,
        "created_at": contact.created_at.isoformat(),
    }
    contact.delete()
    session[SESSION_KEY] = dict(list(deleted.items())[-KEPT:])


def restore_contact(member: Member, contact_id: int, session: SessionBase) -> Contact | None:
    """Bring a deleted contact back to its place among its member's contacts, and return it.

    Returns None where this session did not delete it, or has restored it already.
    """
    deleted: dict[str, dict[str, Any]] = session.get(SESSION_KEY, {})
    values = deleted.get(str(contact_id))
    if not values or values["member_id"] != member.pk:
        return None
    with transaction.atomic():
        Member.objects.select_for_update().get(pk=member.pk)
        # The same button pressed twice sends two requests that know the same session.
        if Contact.objects.filter(pk=contact_id).exists():
            return None
        contact = _put_back(member, contact_id, dict(values))
    del deleted[str(contact_id)]
    session[SESSION_KEY] = deleted
    return contact


def _put_back(member: Member, contact_id: int, values: dict[str, Any]) -> Contact:
    created_at = datetime.fromisoformat(values.pop("created_at"))
    position = values.pop("position")
    others = list(member.contacts.values_list("pk", "position"))
    taken = any(place == position for _, place in others)
    contact = Contact(pk=contact_id, **values)
    if not taken:
        contact.position = position
    contact.save(force_insert=True)
    Contact.objects.filter(pk=contact_id).update(created_at=created_at)
    if taken:
        order = [pk for pk, _ in others]
        order.insert(sum(place < position for _, place in others), contact_id)
        reorder(member, order)
    return contact
