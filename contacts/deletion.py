"""Delete a contact so that the same person can restore it.

Its values are kept in the session of that person, and end with it.
"""

from datetime import datetime
from typing import Any

from django.contrib.sessions.backends.base import SessionBase

from accounts.models import User
from contacts.models import CONTACT_FIELDS, Contact
from contacts.order import make_room
from members.models import Member

SESSION_KEY = "deleted_contacts"
# How many deletions a session remembers.
KEPT = 20


def delete_contact(contact: Contact, session: SessionBase) -> None:
    deleted: dict[str, dict[str, Any]] = session.get(SESSION_KEY, {})
    deleted[str(contact.pk)] = {
        **{name: getattr(contact, name) for name in (*CONTACT_FIELDS, "refused_address")},
        "refused_at": contact.refused_at and contact.refused_at.isoformat(),
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
    """Recreate a deleted contact under its old key, at its old place; return it.

    The member must be locked (members/locks.py). Return None if this session did not delete the
    contact, or if it was restored already.
    """
    deleted: dict[str, dict[str, Any]] = session.get(SESSION_KEY, {})
    values = deleted.get(str(contact_id))
    if not values or values["member_id"] != member.pk:
        return None
    # Two clicks on the button send two requests, which may both have read the session before.
    if Contact.objects.filter(pk=contact_id).exists():
        return None
    contact = _put_back(member, Contact(pk=contact_id, updated_by=user), dict(values))
    del deleted[str(contact_id)]
    session[SESSION_KEY] = deleted
    return contact


def _put_back(member: Member, contact: Contact, values: dict[str, Any]) -> Contact:
    created_at = datetime.fromisoformat(values.pop("created_at"))
    refused_at = values.pop("refused_at", None)
    contact.refused_at = datetime.fromisoformat(refused_at) if refused_at else None
    for name, value in values.items():
        setattr(contact, name, value)
    if member.contacts.filter(position=contact.position).exists():
        make_room(member, contact.position)
    contact.save(force_insert=True)
    Contact.objects.filter(pk=contact.pk).update(created_at=created_at)
    return contact
