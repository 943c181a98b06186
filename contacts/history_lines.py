"""The history of contacts and members as its pages show it, line by line.

A line is a change; contacts that only changed places, at once and by the same author, share one.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise
from typing import Any

from accounts.authors import UNKNOWN, author_names
from base.authorship import Author, Way
from base.changes import Change
from base.differences import Difference, differences, field_texts
from base.models import Event
from contacts.models import CONTACT_FIELDS, Contact, ContactValues, FormerContact
from members.models import MEMBER_FIELDS, FormerMember, Member

# A new order of many contacts takes several statements; less than this passes between two of them.
_ONE_ORDER = timedelta(seconds=1)
# A line names at most this many of the contacts that changed places.
MOST_MOVED_NAMED = 20

_Change = Change[Any]
_Group = Sequence[_Change]


@dataclass(frozen=True)
class Moved:
    """A contact that changed places; where it was and where it went."""

    title: str
    before: int
    after: int


@dataclass(frozen=True)
class Line:
    """A line of history; `contact_id` is None where it is about the member or several contacts.

    `values` are those of what was added or deleted, `differences` those of what was changed.
    """

    change: _Change
    author: str
    kind: str
    title: str = ""
    contact_id: int | None = None
    # Whether the contact is still there.
    is_there: bool = False
    differences: Sequence[Difference] = ()
    values: Mapping[str, str] = field(default_factory=dict)
    moved: Sequence[Moved] = ()
    more_moved: int = 0
    # Whether there is a former state of the contact to go back to.
    can_restore: bool = False

    @property
    def run_title(self) -> str:
        """What to call the import that made the change, if one did."""
        author = self.change.author
        if author.run_id is None:
            return ""
        return (
            f"annulation de l'import {author.run_id}"
            if author.way == Way.UNDO
            else f"import {author.run_id}"
        )


# --- Changes that share a line -------------------------------------------------------------------


def groups_of(changes: Sequence[_Change]) -> list[list[_Change]]:
    """Put moves that are one new order together, and each other change by itself."""
    groups = [[change] for change in changes[:1]]
    for later, earlier in pairwise(changes):
        if _is_one_order(later, earlier):
            groups[-1].append(earlier)
        else:
            groups.append([earlier])
    return groups


def _is_one_order(later: _Change, earlier: _Change) -> bool:
    return (
        _is_move(later)
        and _is_move(earlier)
        and later.author == earlier.author
        and later.at - earlier.at < _ONE_ORDER
    )


def _is_move(change: _Change) -> bool:
    """Whether only the place of a contact changed."""
    return (
        not is_of_member(change)
        and change.event == Event.CHANGED
        and change.after is not None
        and not change.differing(CONTACT_FIELDS)
    )


def is_of_member(change: _Change) -> bool:
    return isinstance(change.before or change.after, (FormerMember, Member))


# --- Lines -------------------------------------------------------------------------------------


def lines_of(groups: Sequence[_Group], member: Member) -> list[Line]:
    """Describe each group; one of moves that end where they began is left out."""
    changes = [group[0] for group in groups]
    authors = _author_names(changes)
    of_contacts = [change for change in changes if not is_of_member(change)]
    now = Contact.objects.in_bulk({change.key for change in of_contacts})
    back = _numbers_of_returns(of_contacts)
    lines = []
    for group in groups:
        change, author = group[0], authors[group[0].author]
        if is_of_member(change):
            lines.append(_member_line(change, author))
        elif _is_move(change):
            lines += _order_lines(group, author, now)
        else:
            is_back = change.number in back
            lines.append(_contact_line(change, author, member, now.get(change.key), is_back))
    return lines


def _author_names(changes: Iterable[_Change]) -> dict[Author, str]:
    """Return what to call each author; nothing for an import of an unknown one."""
    names = author_names(change.author for change in changes)
    return {one: "" if one.run_id and name == UNKNOWN else name for one, name in names.items()}


def _member_line(change: _Change, author: str) -> Line:
    values, differing = _texts(change, MEMBER_FIELDS)
    kind = _MEMBER_KINDS[change.event]
    return Line(change, author, kind, differences=differing, values=values)


_MEMBER_KINDS = {
    Event.ADDED: "Fiche ajoutée",
    Event.CHANGED: "Fiche modifiée",
    Event.DELETED: "Fiche supprimée",
}


def _contact_line(
    change: _Change, author: str, member: Member, now: Contact | None, is_back: bool
) -> Line:
    values, differing = _texts(change, CONTACT_FIELDS)
    return Line(
        change,
        author,
        "Rétabli" if is_back else _KINDS[change.event],
        title=state.title if (state := change.after or change.before) else "",
        contact_id=change.key,
        is_there=now is not None,
        values=values,
        differences=differing,
        can_restore=_can_restore(change.before, member, now),
    )


_KINDS = {Event.ADDED: "Ajouté", Event.CHANGED: "Modifié", Event.DELETED: "Supprimé"}


def _texts(change: _Change, fields: Sequence[str]) -> tuple[dict[str, str], list[Difference]]:
    """Return the texts of what was added or deleted; or the differences."""
    if change.before and change.after:
        return {}, differences(
            field_texts(change.before, fields), field_texts(change.after, fields)
        )
    state = change.before or change.after
    texts = field_texts(state, fields) if state else {}
    return {title: text for title, text in texts.items() if text}, []


def _can_restore(before: FormerContact | None, member: Member, now: Contact | None) -> bool:
    if before is None or not member.has_contacts:
        return False
    return now is None or differs(before, now)


def differs(one: ContactValues, other: ContactValues) -> bool:
    return any(getattr(one, name) != getattr(other, name) for name in CONTACT_FIELDS)


def _numbers_of_returns(changes: Iterable[_Change]) -> set[int]:
    """Return the numbers of the additions of contacts that had been deleted before."""
    added = [change for change in changes if change.event == Event.ADDED]
    deleted = FormerContact.lines.filter(
        contact_id__in={change.key for change in added}, event=Event.DELETED
    )
    first = dict(deleted.order_by("-pk").values_list("contact_id", "pk"))
    return {one.number for one in added if first.get(one.key, one.number) < one.number}


def _order_lines(group: _Group, author: str, now: Mapping[int, Contact]) -> Iterator[Line]:
    """Describe a new order; nothing where each contact ends where it was before."""
    newest = {change.key: change for change in reversed(group)}
    oldest = {change.key: change for change in group}
    states = [(oldest[key].before, change.after) for key, change in newest.items()]
    moved = [
        Moved(after.title, before.position, after.position)
        for before, after in states
        if before and after and before.position != after.position
    ]
    moved.sort(key=lambda one: (-abs(one.after - one.before), one.after))
    if len(moved) == 1:
        key = group[0].key
        yield Line(group[0], author, "Déplacé", moved[0].title, key, key in now, moved=moved)
    elif moved:
        named = moved[:MOST_MOVED_NAMED]
        yield Line(
            group[0], author, "Ordre modifié", moved=named, more_moved=len(moved) - len(named)
        )
