"""What happened to a contact, or to those of a member, by whom, from which values to which."""

from datetime import datetime
from functools import reduce
from operator import or_

from django.db.models import Q

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


def changes_of_run(
    run_id: int, applied_at: datetime, *, count: int, older_than: int | None = None
) -> list[Change[FormerContact]]:
    """Return the newest changes of contacts by an import applied then, and by its undoing."""
    since = FormerContact.lines.filter(at__gte=applied_at)
    by_run = (Q(author__startswith=f"{way.value} {run_id} ") for way in (Way.IMPORT, Way.UNDO))
    rows = since.filter(reduce(or_, by_run))
    return newest_changes(rows, Contact, "contact_id", count=count, older_than=older_than)
