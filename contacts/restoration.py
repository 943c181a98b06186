"""Bring a contact back to a former state: a deleted one, or the values of one that is there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from accounts.models import User
from base.conflicts import opened_version, sealed_version
from base.differences import Difference, differences, field_texts
from base.models import Event
from contacts.models import (
    CONTACT_FIELDS,
    NO_CONTACTS_FOR_INDIVIDUALS,
    Contact,
    FormerContact,
)
from members.models import Member

_FORGOTTEN = "Cet ancien état n'est plus dans l'historique : il a été effacé."
_ELSEWHERE = "Ce contact appartient maintenant à un autre membre."
_SAME = "Ce contact est déjà comme il était alors : il n'y a rien à rétablir."
_CHANGED = "Ce contact a changé entre-temps. Relisez ce qui sera rétabli, puis confirmez."
_DELETED = "Ce contact a été supprimé entre-temps. Relisez ce qui sera rétabli, puis confirmez."
_BACK = "Ce contact est revenu entre-temps. Relisez ce qui sera rétabli, puis confirmez."


class RestorationRefused(Exception):
    """A former state that cannot come back, with a sentence that says why."""


@dataclass(frozen=True)
class Restoration:
    """A former state of a contact, and the contact as it is now, None where it is deleted."""

    member: Member
    former: FormerContact
    contact: Contact | None

    @cached_property
    def differences(self) -> Sequence[Difference]:
        """What would be other in the contact; nothing where it is deleted."""
        if self.contact is None:
            return []
        then = field_texts(self.former, CONTACT_FIELDS)
        return differences(field_texts(self.contact, CONTACT_FIELDS), then)

    @cached_property
    def values(self) -> Mapping[str, str]:
        """The former values that are not empty."""
        texts = field_texts(self.former, CONTACT_FIELDS)
        return {title: text for title, text in texts.items() if text}

    @cached_property
    def deletion(self) -> FormerContact:
        """The contact's state when it was deleted: its place, and the mark of a refused address."""
        deletions = FormerContact.lines.filter(
            contact_id=self.former.contact_id, event=Event.DELETED
        )
        return deletions.order_by("-pk").first() or self.former

    @property
    def is_place_taken(self) -> bool:
        return self.member.contacts.filter(position=self.deletion.position).exists()

    @property
    def version(self) -> str:
        """The contact as it is now, signed, for a hidden field of the form."""
        return sealed_version(self.contact, CONTACT_FIELDS) if self.contact else ""

    def change_since(self, version: str) -> str:
        """Return a sentence if the contact is no longer what the form showed, else nothing."""
        if self.contact is None:
            return _DELETED if version else ""
        if not version:
            return _BACK
        opened = opened_version(self.contact, version)
        stored = {name: getattr(self.contact, name) for name in CONTACT_FIELDS}
        return "" if opened and opened.values == stored else _CHANGED


def find_restoration(member: Member, number: int, *, is_lock_needed: bool = False) -> Restoration:
    """Return what restoring this line of a contact's history would do.

    Raise RestorationRefused where it can do nothing. To restore, the contact must be locked.
    """
    former = FormerContact.objects.filter(member_id=member.pk, pk=number).first()
    if former is None:
        raise RestorationRefused(_FORGOTTEN)
    if not member.has_contacts:
        raise RestorationRefused(NO_CONTACTS_FOR_INDIVIDUALS)
    contacts = Contact.objects.filter(pk=former.contact_id)
    if is_lock_needed:
        # The mail worker marks refused addresses without locking the member.
        contacts = contacts.select_for_update()
    contact = contacts.first()
    if contact and contact.member_id != member.pk:
        raise RestorationRefused(_ELSEWHERE)
    restoration = Restoration(member, former, contact)
    if contact and not restoration.differences:
        raise RestorationRefused(_SAME)
    return restoration


def restore(restoration: Restoration, user: User) -> Contact:
    """Give the contact its former values; a deleted one comes back under its old key.

    That one takes its old place, or goes below the others where another contact has it now, and
    keeps the mark of a refused address. The member must be locked (members/locks.py).
    """
    contact = restoration.contact or _deleted_contact(restoration)
    for name in CONTACT_FIELDS:
        setattr(contact, name, getattr(restoration.former, name))
    contact.updated_by = user
    is_new = restoration.contact is None
    contact.save(force_insert=is_new)
    if is_new:
        # `auto_now_add` has set it to now.
        contact.created_at = restoration.former.created_at
        Contact.objects.filter(pk=contact.pk).update(created_at=contact.created_at)
    return contact


def _deleted_contact(restoration: Restoration) -> Contact:
    deletion = restoration.deletion
    contact = Contact(pk=deletion.contact_id, member=restoration.member)
    contact.refused_address, contact.refused_at = deletion.refused_address, deletion.refused_at
    if not restoration.is_place_taken:
        contact.position = deletion.position
    return contact
