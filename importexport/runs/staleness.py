"""Which changes of an import would silently undo what was done on the site since the export."""

from datetime import datetime

from django.db import connection

from base.database import moment
from contacts.models import CONTACT_FIELDS
from importexport.models import ChangeKind, ImportChange, ImportRun


def note_stale_changes(run: ImportRun, exported_at: datetime) -> int:
    """Mark the changes of a synchronisation that would undo later ones; return how many.

    A contact that was added, changed or brought back on the site after the export would be
    removed, one that was moved would be moved back, one that was deleted would return.
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
# Of which changes; where it shows that something was done, and when; what binds the two.
_RULES = (
    (
        ChangeKind.REMOVED,
        "contacts_contact AS contact",
        "contact.updated_at",
        "contact.id = change.contact_id",
    ),
    (
        ChangeKind.REMOVED,
        "contacts_formercontact AS former",
        "former.at",
        "former.contact_id = change.contact_id",
    ),
    (
        ChangeKind.REMOVED,
        """importexport_importchange AS returned
        JOIN importexport_importrun AS undone ON returned.run_id = undone.id""",
        "undone.undone_at",
        f"returned.kind = {int(ChangeKind.REMOVED)} AND returned.contact_id = change.contact_id",
    ),
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
        f"former.is_deleted AND former.member_id = change.member_id AND {_SAME_VALUES}",
    ),
)
