"""What changed on the site after a file was exported, or after its preview was made."""

from datetime import datetime
from itertools import islice
from typing import Any

from django.db import connection
from django.utils import timezone

from base.database import moment
from base.models import Event
from contacts.history import SiteChange, changes_since
from contacts.models import CONTACT_FIELDS
from importexport.models import (
    ChangeKind,
    ImportChange,
    ImportedMember,
    ImportMode,
    ImportRun,
)
from importexport.runs.site_state import contacts_digest, lock_contacts

# At most this many changes since the preview are named.
MOST_NAMED = 50


# --- Since the export ---------------------------------------------------------------------------


def mark_stale_changes(run: ImportRun, exported_at: datetime) -> int:
    """Set `site_changed_at` of the changes that would undo later ones; return how many there are.

    Contacts added, edited or restored after the export would be removed or written over, contacts
    moved would be moved back, contacts deleted would return.
    """
    since = moment(exported_at)
    with connection.cursor() as cursor:
        for kind, source, time, condition in _RULES:
            cursor.execute(_MARK.format(source, time, condition), [since, run.pk, kind])
    return ImportChange.objects.filter(run=run, site_changed_at__isnull=False).count()


_MARK = """
UPDATE importexport_importchange AS change SET site_changed_at = {1}
FROM {0}
WHERE {1} > %s AND change.run_id = %s AND change.kind = %s AND {2}
"""
_SAME_VALUES = " AND ".join(f"former.{name} = change.{name}" for name in CONTACT_FIELDS)
_DELETED = f"former.event = {int(Event.DELETED)}"
_RETURNED = f"returned.kind <> {int(ChangeKind.ADDED)} AND returned.contact_id = change.contact_id"
# What records a change of a contact that the run removes or writes over: the rows, their time, the
# join.
_CHANGED = (
    ("contacts_contact AS contact", "contact.updated_at", "contact.id = change.contact_id"),
    ("contacts_formercontact AS former", "former.at", "former.contact_id = change.contact_id"),
    (
        """importexport_importchange AS returned
        JOIN importexport_importrun AS undone ON returned.run_id = undone.id""",
        "undone.undone_at",
        _RETURNED,
    ),
)
# The same for each kind of change.
_RULES = (
    *((ChangeKind.REMOVED, *rule) for rule in _CHANGED),
    *((ChangeKind.MODIFIED, *rule) for rule in _CHANGED),
    (
        ChangeKind.MOVED,
        "contacts_formercontact AS former",
        "former.at",
        "former.contact_id = change.contact_id AND former.position <> change.previous_position",
    ),
    (
        ChangeKind.ADDED,
        "contacts_formercontact AS former",
        "former.at",
        f"{_DELETED} AND former.member_id = change.member_id AND {_SAME_VALUES}",
    ),
)


# --- Since the preview --------------------------------------------------------------------------


class PreviewOutdated(Exception):
    """The site changed after the preview was made: the run would do something else."""


def check_preview(run: ImportRun) -> None:
    """Lock the contacts, and raise PreviewOutdated where the run would do something else now.

    An addition only needs its members: whatever happened to their contacts, it adds the same.
    """
    is_whole_site = run.is_synchronisation and not run.only_members_in_file
    locked = lock_contacts(run, is_whole_site=is_whole_site)
    in_file = ImportedMember.objects.filter(run=run, is_in_file=True)
    members = set(in_file.values_list("member_id", flat=True))
    if not members <= locked:
        raise PreviewOutdated
    if run.mode != ImportMode.ADDITION:
        digest = contacts_digest(None if is_whole_site else members)
        if digest != run.site_digest:
            raise PreviewOutdated


def preview_numbers(run: ImportRun) -> dict[str, Any]:
    """Return the numbers of a preview that is outdated, to be kept in `outdated`."""
    return {
        "checked_at": run.checked_at.isoformat() if run.checked_at else "",
        "added": run.added_count,
        "modified": run.modified_count,
        "removed": run.removed_count,
        "unchanged": run.unchanged_count,
    }


def with_changes_since(run: ImportRun) -> dict[str, Any]:
    """Return `outdated` with sentences for at most MOST_NAMED changes since that preview."""
    outdated = dict(run.outdated or {})
    if not outdated.get("checked_at"):
        return outdated
    since = datetime.fromisoformat(outdated["checked_at"])
    changes = list(islice(changes_since(since, _previewed_members(run)), MOST_NAMED + 1))
    outdated["changes"] = [_sentence(change) for change in changes[:MOST_NAMED]]
    outdated["has_more"] = len(changes) > MOST_NAMED
    return outdated


def _previewed_members(run: ImportRun) -> set[int] | None:
    """Return the keys of the members that the preview depends on; None for all."""
    if run.is_synchronisation and not run.only_members_in_file:
        return None
    return set(ImportedMember.objects.filter(run=run).values_list("member_id", flat=True))


def _sentence(change: SiteChange) -> str:
    at = timezone.localtime(change.at)
    return f"{change.title} : {change.kind.label} le {at:%d/%m/%Y à %H:%M}"
