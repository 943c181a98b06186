"""What happened to a contact, or to those of a member, by whom, from which values to which."""

from datetime import datetime

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


def changes_of_run(
    run_id: int, applied_at: datetime, *, count: int, older_than: int | None = None
) -> list[Change[FormerContact]]:
    """Return the newest changes of contacts by an import applied then, and by its undoing."""
    rows = FormerContact.lines.filter(run_id=run_id, at__gte=applied_at)
    return newest_changes(rows, Contact, "contact_id", count=count, older_than=older_than)
