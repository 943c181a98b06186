"""An applied run is undone: the contacts and positions from before come back, all or none.

Changes made on the site since are kept. Where they concern contacts of the run, or the positions
these come back to, the undoing is refused.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.contrib.auth import get_user_model
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils import timezone

from base.authorship import Way, written_by
from base.database import analyze
from contacts.models import CONTACT_FIELDS, Contact
from importexport.models import ChangeKind, ImportChange, ImportRun
from importexport.runs.apply import JOINED, execute, move_contacts, respell_marks
from importexport.runs.failures import failures_noted
from importexport.runs.leases import claim, finish, locked
from importexport.runs.site_state import lock_contacts
from importexport.states import RunState
from members.models import KINDS_WITH_CONTACTS, Member

# At most this many obstacles are named; all are counted.
MOST_NAMED = 50
_NOT_NEWEST = (
    "Un import plus récent est en place. Annulez-le d'abord : les imports s'annulent "
    "du plus récent au plus ancien."
)
_NOT_DONE = "Cet import n'est pas en place : il n'y a rien à annuler."
_FORGOTTEN = (
    "Cet import est trop ancien : ce qu'il faudrait pour l'annuler a été effacé, après le délai "
    "de conservation."
)
_CHANGED = "Des contacts de cet import ont changé depuis : il ne peut pas être annulé tel quel."


class Obstacle(NamedTuple):
    """A change that cannot be undone: whose contact, its name, and what happened to it."""

    member_id: int
    contact: str
    reason: str


@dataclass
class UndoRefused(Exception):
    """A run that cannot be undone now; nothing was changed."""

    sentence: str
    obstacles: list[Obstacle]
    obstacle_count: int = 0

    def __str__(self) -> str:
        return self.sentence

    @property
    def more(self) -> int:
        """The number of obstacles that are counted, but not named."""
        return self.obstacle_count - len(self.obstacles)


def undo_run(pk: int) -> None:
    """Undo all changes of a run, or none; where that is refused, the run says why."""
    run = claim(pk, (RunState.UNDOING,), RunState.UNDOING)
    if run is None:
        return
    with failures_noted(run, RunState.DONE):
        analyze(*JOINED)
        try:
            with locked(run):
                lock_contacts(run, is_whole_site=False)
                check_undo(run)
                with written_by(Way.UNDO, account=run.undone_by_id, run=run.pk):
                    undo_changes(run)
                finish(run, RunState.UNDONE, undone_at=timezone.now())
        except UndoRefused as refusal:
            finish(run, RunState.DONE, message=str(refusal))


def undo_changes(run: ImportRun) -> None:
    """Delete added contacts, put modified, moved and removed ones back as they were.

    Removed ones come back with their keys.

    To be called in a transaction that locks the contacts, after `check_undo`.
    """
    execute(_DELETE_ADDED, run.pk, ChangeKind.ADDED)
    execute(_UNMODIFY, run.pk, ChangeKind.MODIFIED)
    respell_marks(run)
    move_contacts(run, "previous_position")
    execute(_PUT_BACK, run.pk, ChangeKind.REMOVED)


_ACCOUNTS = get_user_model()._meta.db_table
_DELETE_ADDED = """
DELETE FROM contacts_contact WHERE id IN
    (SELECT contact.id FROM importexport_importchange AS change
     JOIN contacts_contact AS contact
     ON contact.member_id = change.member_id AND contact.position = change.position
     WHERE change.run_id = %s AND change.kind = %s)
"""
_UNMODIFY = f"""
UPDATE contacts_contact AS contact
SET {", ".join(f"{name} = previous.{name}" for name in CONTACT_FIELDS)},
    updated_by_id = (SELECT id FROM {_ACCOUNTS} WHERE id = change.updated_by_id),
    updated_at = change.contact_updated_at
FROM importexport_importchange AS change
JOIN importexport_previousvalues AS previous
ON previous.run_id = change.run_id AND previous.contact_id = change.contact_id
WHERE change.run_id = %s AND change.kind = %s AND contact.id = change.contact_id
"""  # noqa: S608 (names of our own)
_PUT_BACK = f"""
INSERT INTO contacts_contact
    (id, member_id, position, {", ".join(CONTACT_FIELDS)}, refused_address, refused_at,
    updated_by_id, created_at, updated_at)
SELECT contact_id, member_id, previous_position,
    {", ".join(f"change.{name}" for name in CONTACT_FIELDS)}, refused_address, refused_at,
    account.id, contact_created_at, contact_updated_at
FROM importexport_importchange AS change
LEFT JOIN {_ACCOUNTS} AS account ON account.id = change.updated_by_id
WHERE run_id = %s AND kind = %s
"""  # noqa: S608 (names of our own)


# --- Whether it can be undone -------------------------------------------------------------------


def check_undo(run: ImportRun) -> None:
    """Raise UndoRefused, with the reasons, unless the whole run can be undone."""
    if run.state not in (RunState.DONE, RunState.UNDOING) or run.applied_at is None:
        raise UndoRefused(_NOT_DONE, [])
    in_place = ImportRun.objects.filter(state__in=(RunState.DONE, RunState.UNDOING))
    if in_place.filter(applied_at__gt=run.applied_at).exists():
        raise UndoRefused(_NOT_NEWEST, [])
    if run.forgotten_at:
        raise UndoRefused(_FORGOTTEN, [])
    found: list[Obstacle] = []
    count = 0
    for changes, reason in _obstacles(run, run.applied_at):
        number = changes.count()
        count += number
        if number and len(found) < MOST_NAMED:
            named = changes.select_related("contact")[: MOST_NAMED - len(found)]
            found += [Obstacle(change.member_id, _title(change), reason) for change in named]
    if count:
        raise UndoRefused(_CHANGED, found, count)


def _obstacles(run: ImportRun, applied_at: datetime) -> list[tuple[QuerySet[ImportChange], str]]:
    """Return the changes that cannot be undone, with the reason."""
    changes = ImportChange.objects.filter(run=run)
    added = changes.filter(kind=ChangeKind.ADDED)
    modified = changes.filter(kind=ChangeKind.MODIFIED)
    moved = changes.filter(kind=ChangeKind.MOVED)
    removed = changes.filter(kind=ChangeKind.REMOVED)
    as_added = Contact.objects.filter(
        member_id=OuterRef("member_id"),
        position=OuterRef("position"),
        created_at=applied_at,
        **{name: OuterRef(name) for name in CONTACT_FIELDS},
    )
    as_modified = Contact.objects.filter(
        pk=OuterRef("contact_id"),
        member_id=OuterRef("member_id"),
        position=OuterRef("position"),
        updated_at=applied_at,
        **{name: OuterRef(name) for name in CONTACT_FIELDS},
    )
    as_moved = Contact.objects.filter(
        pk=OuterRef("contact_id"), member_id=OuterRef("member_id"), position=OuterRef("position")
    )
    may_have_it = Member.objects.filter(pk=OuterRef("member_id"), kind__in=KINDS_WITH_CONTACTS)
    back = Contact.objects.filter(pk=OuterRef("contact_id"))
    at_place = Contact.objects.filter(
        member_id=OuterRef("member_id"), position=OuterRef("previous_position")
    )
    # Not nested in `at_place`: PostgreSQL might compare all contacts with all changes first.
    put_there = changes.exclude(kind=ChangeKind.REMOVED).filter(
        member_id=OuterRef("member_id"),
        position=OuterRef("previous_position"),
    )
    freed = changes.exclude(kind=ChangeKind.ADDED).exclude(position=F("previous_position"))
    return [
        (added.exclude(Exists(as_added)), "ajouté par l'import, puis modifié ou supprimé"),
        (modified.exclude(Exists(as_modified)), "modifié par l'import, puis modifié ou supprimé"),
        (moved.exclude(Exists(as_moved)), "déplacé par l'import, puis déplacé ou supprimé"),
        (removed.exclude(Exists(may_have_it)), "son membre ne peut plus avoir de contacts"),
        (removed.filter(Exists(back)), "supprimé par l'import, mais de nouveau présent"),
        (
            freed.filter(Exists(at_place), ~Exists(put_there)),
            "un autre contact a pris sa place depuis",
        ),
    ]


def _title(change: ImportChange) -> str:
    """Return the contact's name; the change of a moved contact has no values of its own."""
    if change.kind == ChangeKind.MOVED and change.contact:
        return str(change.contact.title)
    return change.title
