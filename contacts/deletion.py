"""Bringing back a contact that was just deleted.

What is needed lies in the session of the person who deleted it, and goes with it.
"""

from datetime import datetime
from typing import Any

from django.contrib.sessions.backends.base import SessionBase

from accounts.models import User
from contacts.models import CONTACT_FIELDS, Contact
from contacts.order import reorder
from members.models import Member

SESSION_KEY = "deleted_contacts"
# How many deletions one session can take back.
KEPT = 20


def delete_contact(contact: Contact, session: SessionBase) -> None:
    """Delete a contact so that this session can restore it."""
    deleted: dict[str, dict[str, Any]] = session.get(SESSION_KEY, {})
    deleted[str(contact.pk)] = {
        **{name: getattr(contact, name) for name in (*CONTACT_FIELDS, "refused_address")},
        "member_id": contact.member_id,
        "position": contact.position,
        "created_at": contact.created_at.isoformat(),
    }
    contact.delete()
    session[SESSION_KEY] = dict(list(deleted.items())[-KEPT:])


def restore_contact(
    member: Member,
    contact_id: int,
    session: SessionBase,
    user: User | None = None,
) -> Contact | None:
    """Bring a deleted contact back to its place among its member's contacts, and return it.

    The member must be held (members/locks.py). Returns None where this session did not delete
    the contact, or has restored it already.
    """
    deleted: dict[str, dict[str, Any]] = session.get(SESSION_KEY, {})
    values = deleted.get(str(contact_id))
    if not values or values["member_id"] != member.pk:
        return None
    # The same button pressed twice sends two requests that know the same session.
    if Contact.objects.filter(pk=contact_id).exists():
        return None
    contact = _put_back(member, Contact(pk=contact_id, updated_by=user), dict(values))
    del deleted[str(contact_id)]
    session[SESSION_KEY] = deleted
    return contact


def _put_back(member: Member, contact: Contact, values: dict[str, Any]) -> Contact:
    created_at = datetime.fromisoformat(values.pop("created_at"))
    for name, value in values.items():
        setattr(contact, name, value)
    others = list(member.contacts.values_list("pk", "position"))
    place = contact.position
    is_taken = any(position == place for _, position in others)
    if is_taken:
        contact.position = max(position for _, position in others) + 1
    contact.save(force_insert=True)
    Contact.objects.filter(pk=contact.pk).update(created_at=created_at)
    if is_taken:
        order = [pk for pk, _ in others]
        order.insert(sum(position < place for _, position in others), contact.pk)
        reorder(member, order)
    return contact
