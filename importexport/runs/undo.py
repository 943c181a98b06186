"""Whether an import can be taken back: exactly the contacts and the order from before.

Whatever else was done to the site's contacts since is kept; where it is about contacts of the
import, or about their places, nothing is taken back.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet

from contacts.models import CONTACT_FIELDS, Contact
from importexport.models import ChangeKind, ImportChange, ImportRun, RunState
from members.models import KINDS_WITH_CONTACTS, Member

# So many are named; further ones are only counted.
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
    """Why one change cannot be taken back: whose contact, which, and what happened to it."""

    member_id: int
    contact: str
    reason: str


@dataclass
class UndoRefused(Exception):
    """An import that cannot be taken back as things stand; nothing was changed."""

    sentence: str
    obstacles: list[Obstacle]
    obstacle_count: int = 0

    def __str__(self) -> str:
        return self.sentence

    @property
    def more(self) -> int:
        """How many obstacles are counted, but not named."""
        return self.obstacle_count - len(self.obstacles)


def check_undo(run: ImportRun) -> None:
    """Raise UndoRefused, saying why, unless the whole import can be taken back."""
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
            some = changes.select_related("contact")[: MOST_NAMED - len(found)]
            found += [Obstacle(change.member_id, _title(change), reason) for change in some]
    if count:
        raise UndoRefused(_CHANGED, found, count)


def _obstacles(run: ImportRun, applied_at: datetime) -> list[tuple[QuerySet[ImportChange], str]]:
    """Return the changes that cannot be taken back, and why."""
    changes = ImportChange.objects.filter(run=run)
    added = changes.filter(kind=ChangeKind.ADDED)
    moved = changes.filter(kind=ChangeKind.MOVED)
    removed = changes.filter(kind=ChangeKind.REMOVED)
    as_added = Contact.objects.filter(
        member_id=OuterRef("member_id"),
        position=OuterRef("position"),
        created_at=applied_at,
        **{name: OuterRef(name) for name in CONTACT_FIELDS},
    )
    as_moved = Contact.objects.filter(
        pk=OuterRef("contact_id"), member_id=OuterRef("member_id"), position=OuterRef("position")
    )
    may_have_it = Member.objects.filter(pk=OuterRef("member_id"), kind__in=KINDS_WITH_CONTACTS)
    back = Contact.objects.filter(pk=OuterRef("contact_id"))
    place_is_taken = Exists(_newcomers(run))
    return [
        (added.exclude(Exists(as_added)), "ajouté par l'import, puis modifié ou supprimé"),
        (moved.exclude(Exists(as_moved)), "déplacé par l'import, puis déplacé ou supprimé"),
        (removed.exclude(Exists(may_have_it)), "son membre ne peut plus avoir de contacts"),
        (removed.filter(Exists(back)), "supprimé par l'import, mais de nouveau présent"),
        (
            changes.exclude(kind=ChangeKind.ADDED).filter(place_is_taken),
            "un autre contact a pris sa place depuis",
        ),
    ]


def _newcomers(run: ImportRun) -> QuerySet[Contact]:
    """Return the contacts at the former place of a change, except those that the run put there."""
    put_there = ImportChange.objects.filter(
        Q(kind=ChangeKind.ADDED) | Q(kind=ChangeKind.MOVED),
        run=run,
        member_id=OuterRef("member_id"),
        position=OuterRef("position"),
    )
    at_place = Contact.objects.filter(
        member_id=OuterRef("member_id"), position=OuterRef("previous_position")
    )
    return at_place.exclude(Exists(put_there))


def _title(change: ImportChange) -> str:
    """Return what the contact of a change is called; a moved one bears its name itself."""
    if change.kind == ChangeKind.MOVED and change.contact:
        return str(change.contact.title)
    return change.title
