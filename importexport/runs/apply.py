"""What a run has noted goes into the site's contacts, and back, in the database itself.

To be called inside a transaction that holds the members, so that all of it happens or nothing.
"""

from datetime import datetime
from typing import Any, Literal

from django.contrib.auth import get_user_model
from django.db import connection
from django.db.models import F, Max

from base.database import moment
from contacts.models import CONTACT_FIELDS, Contact
from importexport.models import ChangeKind, ImportChange, ImportRun

_FIELDS = ", ".join(CONTACT_FIELDS)
_NOTED = ", ".join(f"change.{name}" for name in CONTACT_FIELDS)
# What else a contact has that comes back with it.
_KEPT = ("refused_address", "updated_by_id")


def apply_changes(run: ImportRun, now: datetime) -> None:
    """Remove, move and add contacts as the run has noted; new ones bear the time `now`."""
    _remove(run)
    _move(run, "position")
    if not run.is_synchronisation:
        _lower_additions(run)
    _add(run, now)


def take_back_changes(run: ImportRun) -> None:
    """Bring contacts and places back to what they were before `apply_changes`.

    Nothing may have changed since in what the run added, removed or moved.
    """
    _execute(_DELETE_ADDED, run.pk, ChangeKind.ADDED)
    _move(run, "previous_position")
    _execute(_PUT_BACK, run.pk, ChangeKind.REMOVED)


_KEEP_REMOVED = f"""
UPDATE importexport_importchange AS change
SET {", ".join(f"{name} = contact.{name}" for name in (*CONTACT_FIELDS, *_KEPT))},
    contact_created_at = contact.created_at, contact_updated_at = contact.updated_at
FROM contacts_contact AS contact
WHERE change.run_id = %s AND change.kind = %s AND contact.id = change.contact_id
"""  # noqa: S608 (names of our own)
_DELETE_REMOVED = """
DELETE FROM contacts_contact WHERE id IN
    (SELECT contact_id FROM importexport_importchange WHERE run_id = %s AND kind = %s)
"""
_DELETE_ADDED = """
DELETE FROM contacts_contact WHERE id IN
    (SELECT contact.id FROM importexport_importchange AS change
     JOIN contacts_contact AS contact
     ON contact.member_id = change.member_id AND contact.position = change.position
     WHERE change.run_id = %s AND change.kind = %s)
"""
_PUT_BACK = f"""
INSERT INTO contacts_contact
    (id, member_id, position, {_FIELDS}, refused_address, updated_by_id, created_at, updated_at)
SELECT contact_id, member_id, previous_position, {_NOTED}, refused_address, account.id,
    contact_created_at, contact_updated_at
FROM importexport_importchange AS change
LEFT JOIN {get_user_model()._meta.db_table} AS account ON account.id = change.updated_by_id
WHERE run_id = %s AND kind = %s
"""  # noqa: S608 (names of our own)
_ADD = f"""
INSERT INTO contacts_contact (member_id, position, {_FIELDS}, updated_by_id, created_at, updated_at)
SELECT member_id, position, {_FIELDS}, CAST(%s AS bigint), %s, %s
FROM importexport_importchange WHERE run_id = %s AND kind = %s ORDER BY id
"""  # noqa: S608 (names of our own)
_NEW_LAST_POSITIONS = """
SELECT COALESCE(MAX(contact.position), 0) - member.last_position, member.member_id
FROM importexport_importedmember AS member
LEFT JOIN contacts_contact AS contact ON contact.member_id = member.member_id
WHERE member.run_id = %s
GROUP BY member.member_id, member.last_position
HAVING COALESCE(MAX(contact.position), 0) <> member.last_position
"""


def _execute(sql: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def _remove(run: ImportRun) -> None:
    _execute(_KEEP_REMOVED, run.pk, ChangeKind.REMOVED)
    _execute(_DELETE_REMOVED, run.pk, ChangeKind.REMOVED)


def _move(run: ImportRun, to: Literal["position", "previous_position"]) -> None:
    """Give contacts other places; two never share one, not even for a moment."""
    moves = ImportChange.objects.filter(run=run, kind=ChangeKind.MOVED)
    furthest = moves.aggregate(Max(to))[f"{to}__max"]
    if furthest is None:
        return
    highest = Contact.objects.aggregate(Max("position"))["position__max"] or 0
    moved = Contact.objects.filter(pk__in=moves.values("contact_id"))
    moved.update(position=F("position") + max(highest, furthest) + 1)
    _execute(
        f"""
        UPDATE contacts_contact AS contact SET position = change.{to}
        FROM importexport_importchange AS change
        WHERE change.run_id = %s AND change.kind = %s AND contact.id = change.contact_id
        """,  # noqa: S608 (a name of our own)
        run.pk,
        ChangeKind.MOVED,
    )


def _lower_additions(run: ImportRun) -> None:
    """Note further places for members that got or lost contacts since the preview was made."""
    with connection.cursor() as cursor:
        cursor.execute(_NEW_LAST_POSITIONS, [run.pk])
        shifts = cursor.fetchall()
    for shift, member_id in shifts:
        ImportChange.objects.filter(run=run, member=member_id, kind=ChangeKind.ADDED).update(
            position=F("position") + shift
        )


def _add(run: ImportRun, now: datetime) -> None:
    created_at = moment(now)
    _execute(_ADD, run.created_by_id, created_at, created_at, run.pk, ChangeKind.ADDED)
