"""A confirmed run is applied: its changes go into the site's contacts, in one transaction."""

from datetime import datetime
from typing import Any, Literal

from django.db import connection
from django.db.models import F, QuerySet
from django.utils import timezone

from base.addresses import refused_spelling
from base.authorship import Way, written_by
from base.database import analyze, moment
from contacts.models import ASIDE, CONTACT_FIELDS, Contact
from contacts.triggers import CONTACTS
from importexport.models import (
    ChangeKind,
    ImportChange,
    ImportedMember,
    ImportMode,
    ImportRun,
    PreviousValues,
)
from importexport.runs.failures import failures_noted
from importexport.runs.leases import claim, finish, locked
from importexport.runs.site_changes import PreviewOutdated, check_preview, preview_numbers
from importexport.states import RunState

_FIELDS = ", ".join(CONTACT_FIELDS)
# The tables that a run's statements join.
JOINED = (Contact, ImportChange, ImportedMember, PreviousValues)
# The other columns of a removed contact that undoing restores.
_KEPT = ("refused_address", "refused_at", "updated_by_id")


def apply_run(pk: int) -> None:
    """Apply all changes of a confirmed run, or none.

    Where the site changed after the preview was made, the run is received again, to be checked.
    """
    run = claim(pk, (RunState.APPLYING,), RunState.APPLYING)
    if run is None:
        return
    with failures_noted(run, RunState.FAILED):
        analyze(*JOINED)
        try:
            with locked(run):
                check_preview(run)
                now = timezone.now()
                with written_by(Way.IMPORT, account=run.created_by_id, run=run.pk):
                    apply_changes(run, now)
                finish(run, RunState.DONE, applied_at=now)
        except PreviewOutdated:
            finish(run, RunState.RECEIVED, outdated=preview_numbers(run))


def apply_changes(run: ImportRun, now: datetime) -> None:
    """Remove, modify, move and add the contacts of the run's changes, all at `now`.

    To be called in a transaction that locks the contacts.
    """
    _remove(run)
    _modify(run, now)
    move_contacts(run, "position")
    if run.mode == ImportMode.ADDITION:
        _shift_additions(run)
    _add(run, now)
    execute(_KEEP_MARKS, run.pk, ChangeKind.REMOVED)


_COPY_REMOVED = f"""
UPDATE importexport_importchange AS change
SET {", ".join(f"{name} = contact.{name}" for name in (*CONTACT_FIELDS, *_KEPT))},
    contact_created_at = contact.created_at, contact_updated_at = contact.updated_at
FROM contacts_contact AS contact
WHERE change.run_id = %s AND change.kind = %s AND contact.id = change.contact_id
"""  # noqa: S608 (names of our own)
# Without the mark of a refused address: it stays with the contact, and counts for that address.
_KEEP_MODIFIED = """
UPDATE importexport_importchange AS change
SET updated_by_id = contact.updated_by_id, contact_updated_at = contact.updated_at
FROM contacts_contact AS contact
WHERE change.run_id = %s AND change.kind = %s AND contact.id = change.contact_id
"""
_MODIFY = f"""
UPDATE contacts_contact AS contact
SET {", ".join(f"{name} = change.{name}" for name in CONTACT_FIELDS)},
    updated_by_id = CAST(%s AS bigint), updated_at = %s
FROM importexport_importchange AS change
WHERE change.run_id = %s AND change.kind = %s AND contact.id = change.contact_id
"""  # noqa: S608 (names of our own)
_DELETE_REMOVED = """
DELETE FROM contacts_contact WHERE id IN
    (SELECT contact_id FROM importexport_importchange WHERE run_id = %s AND kind = %s)
"""
_ADD = f"""
INSERT INTO contacts_contact (member_id, position, {_FIELDS}, updated_by_id, created_at, updated_at)
SELECT member_id, position, {_FIELDS}, CAST(%s AS bigint), %s, %s
FROM importexport_importchange WHERE run_id = %s AND kind = %s ORDER BY id
"""  # noqa: S608 (names of our own)
# An address that was refused stays so where its member has it again.
_KEEP_MARKS = """
UPDATE contacts_contact AS contact
SET refused_address = contact.email, refused_at = change.refused_at
FROM importexport_importchange AS change
WHERE change.run_id = %s AND change.kind = %s AND change.refused_address <> ''
    AND contact.member_id = change.member_id AND contact.refused_address = ''
    AND LOWER(contact.email) = LOWER(change.refused_address)
"""
_SHIFTS = """
SELECT COALESCE(MAX(contact.position), 0) - member.last_position, member.member_id
FROM importexport_importedmember AS member
LEFT JOIN contacts_contact AS contact ON contact.member_id = member.member_id
WHERE member.run_id = %s
GROUP BY member.member_id, member.last_position
HAVING COALESCE(MAX(contact.position), 0) <> member.last_position
"""


def execute(sql: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def move_contacts(run: ImportRun, to: Literal["position", "previous_position"]) -> None:
    """Give the contacts that the run moves their new positions, or their previous ones.

    All are moved aside first: no two contacts of a member ever share a position.
    """
    moves = moving_changes(run)
    moved = Contact.objects.filter(pk__in=moves.values("contact_id"))
    if not moved.update(position=F("position") + ASIDE):
        return
    execute(
        f"""
        UPDATE contacts_contact AS contact SET position = change.{to}
        FROM importexport_importchange AS change
        WHERE change.run_id = %s AND change.kind IN (%s, %s)
            AND change.position <> change.previous_position AND contact.id = change.contact_id
        """,  # noqa: S608 (a name of our own)
        run.pk,
        *_MOVING,
    )


def moving_changes(run: ImportRun) -> QuerySet[ImportChange]:
    """Return the changes that give a contact another position."""
    changes = ImportChange.objects.filter(run=run, kind__in=_MOVING)
    return changes.exclude(position=F("previous_position"))


_MOVING = (ChangeKind.MOVED, ChangeKind.MODIFIED)


def _modify(run: ImportRun, now: datetime) -> None:
    execute(_KEEP_MODIFIED, run.pk, ChangeKind.MODIFIED)
    execute(_MODIFY, run.created_by_id, moment(now), run.pk, ChangeKind.MODIFIED)
    respell_marks(run)


def respell_marks(run: ImportRun) -> None:
    """Spell refused addresses as the run's modified contacts now have them.

    To be called once it has changed their addresses: a mark counts where the two are equal.
    """
    modified = ImportChange.objects.filter(run=run, kind=ChangeKind.MODIFIED)
    marked = Contact.objects.filter(pk__in=modified.values("contact_id")).exclude(
        refused_address__in=("", F("email"))
    )
    for contact in marked.only("email", "refused_address").iterator():
        spelling = refused_spelling(contact.refused_address, contact.email)
        Contact.objects.filter(pk=contact.pk).update(refused_address=spelling)


def _remove(run: ImportRun) -> None:
    execute(_COPY_REMOVED, run.pk, ChangeKind.REMOVED)
    execute(_DELETE_REMOVED, run.pk, ChangeKind.REMOVED)


def _shift_additions(run: ImportRun) -> None:
    """Shift the positions to be added where a member's last position changed since the preview."""
    with connection.cursor() as cursor:
        cursor.execute(_SHIFTS, [run.pk])
        shifts = cursor.fetchall()
    for shift, member_id in shifts:
        ImportChange.objects.filter(run=run, member=member_id, kind=ChangeKind.ADDED).update(
            position=F("position") + shift
        )


def _add(run: ImportRun, now: datetime) -> None:
    created_at = moment(now)
    with CONTACTS.adding_many():
        execute(_ADD, run.created_by_id, created_at, created_at, run.pk, ChangeKind.ADDED)
