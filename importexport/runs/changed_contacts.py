"""The contacts that an applied run changed, and the addresses of their histories."""

from collections.abc import Collection, Iterable

from django.urls import reverse

from base.database import slices
from base.models import Event
from contacts.journal import lines_of_import
from contacts.models import Contact, FormerContact
from importexport.models import ChangeKind, ImportChange, ImportRun
from members.models import Member


def history_addresses(run: ImportRun, changes: Iterable[ImportChange]) -> dict[int, str]:
    """Return the address of the history of each change's contact, by the key of the change.

    Without those that have none: of a run that is not applied, of a member that is deleted, of a
    deleted contact whose history is forgotten.
    """
    if run.applied_at is None:
        return {}
    found = list(changes)
    added = _added_contacts(run, {change.member_id for change in found})
    contacts = {
        change.pk: added.get((change.member_id, change.position))
        if change.kind == ChangeKind.ADDED
        else change.contact_id
        for change in found
    }
    known = _with_history({key for key in contacts.values() if key})
    members = Member.objects.in_bulk({change.member_id for change in found})
    return {
        change.pk: reverse("contact_history:contact", args=[change.member_id, contacts[change.pk]])
        for change in found
        if change.member_id in members and contacts[change.pk] in known
    }


def _added_contacts(run: ImportRun, members: Collection[int]) -> dict[tuple[int, int | None], int]:
    """Return the keys of the contacts that the run added, by their member and position then.

    An added contact has no key before the run is applied; the history knows it.
    """
    added = lines_of_import(run.pk).filter(member_id__in=members, event=Event.ADDED)
    rows = added.values_list("member_id", "position", "contact_id")
    return {(member_id, position): contact_id for member_id, position, contact_id in rows}


def _with_history(contacts: Collection[int]) -> set[int]:
    found: set[int] = set()
    for keys in slices(contacts):
        found |= set(Contact.objects.filter(pk__in=keys).values_list("pk", flat=True))
        lines = FormerContact.objects.filter(contact_id__in=set(keys) - found)
        found |= set(lines.values_list("contact_id", flat=True))
    return found
