"""What happened to a contact, or to those of a member, by whom, from which values to which."""

from django.db.models import QuerySet

from base.authorship import Way
from base.changes import Change, newest_changes
from contacts.models import Contact, FormerContact


def changes_of_contact(
    contact_id: int, *, count: int, older_than: int | None = None
) -> list[Change[FormerContact]]:
    """Return the newest changes of a contact, also of a deleted one, the newest first.

    With `older_than`, the number of a change, only those before it.
    """
    rows = FormerContact.lines.filter(contact_id=contact_id)
    return newest_changes(rows, Contact, "contact_id", count=count, older_than=older_than)


def changes_of_contacts(
    member_id: int, *, count: int, older_than: int | None = None
) -> list[Change[FormerContact]]:
    """Return the newest changes of contacts that were then a member's, also of deleted ones."""
    rows = FormerContact.lines.filter(member_id=member_id)
    return newest_changes(rows, Contact, "contact_id", count=count, older_than=older_than)


def lines_of_import(run_id: int) -> "QuerySet[FormerContact]":
    """Return what an import did to contacts, line by line, without its undoing."""
    return FormerContact.lines.filter(author__startswith=f"{Way.IMPORT.value} {run_id} ")
