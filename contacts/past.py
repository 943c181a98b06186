"""The contacts of a moment that has passed, as far as they differ from those of now.

Computed from the history that the database's triggers keep, for RETENTION_FORMER_CONTACTS_DAYS.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple

from base.authorship import Way
from base.database import slices
from base.models import Event
from contacts.models import CONTACT_FIELDS, Contact, ForgottenStates, FormerContact

_STATE = ("member_id", "position", *CONTACT_FIELDS)


class PastContact(NamedTuple):
    """A contact as it was; `values` are in the order of CONTACT_FIELDS."""

    member_id: int
    id: int
    position: int
    values: tuple[Any, ...]


@dataclass(frozen=True)
class Past:
    """How the contacts of a moment differ from those of now.

    `contacts` are those that changed since, as they were; `changed` has the keys of these and of
    the contacts that were not there yet; `members` those of the members who had or have one of
    them.
    """

    contacts: Sequence[PastContact]
    changed: Collection[int]
    members: Collection[int]


def is_known(moment: datetime) -> bool:
    """Return whether nothing that happened after that moment is forgotten."""
    return not ForgottenStates.objects.filter(until__gt=moment).exists()


def past_of(moment: datetime, runs: Collection[int] = ()) -> Past:
    """Return how the contacts of that moment differ from those of now.

    What the imports `runs` changed since counts as done at that moment already: the contacts that
    they added or removed, and each value or position that they wrote.
    """
    contacts = []
    changed = set()
    members: set[int] = set()
    lines = FormerContact.lines.filter(at__gt=moment).order_by("contact_id", "at", "pk")
    by_contact = groupby(lines.iterator(2_000), lambda line: line.contact_id)
    for part in slices((pk, list(of_contact)) for pk, of_contact in by_contact):
        now = Contact.objects.in_bulk([pk for pk, _ in part])
        for pk, of_contact in part:
            changed.add(pk)
            members.update(state.member_id for state in (*of_contact, now.get(pk)) if state)
            if was := _state_then(of_contact, now.get(pk), runs):
                contacts.append(PastContact(was[0], pk, was[1], was[2:]))
    return Past(contacts, changed, members)


_State = tuple[Any, ...] | None


def _state_then(
    lines: Sequence[FormerContact], now: Contact | None, runs: Collection[int]
) -> _State:
    """Return what a contact was before its first line, with what these runs changed in it since.

    None for a contact that was not there.
    """
    state = _before(lines[0])
    for line, after in zip(lines, _states_after(lines, now), strict=True):
        if line.author.way != Way.IMPORT or line.author.run_id not in runs:
            continue
        before = _before(line)
        if state and before and after:
            state = tuple(
                new if new != old else value
                for value, old, new in zip(state, before, after, strict=True)
            )
        else:
            state = after
    return state


def _states_after(lines: Sequence[FormerContact], now: Contact | None) -> Iterator[_State]:
    """Yield what a contact became by each line."""
    for line, following in zip(lines, (*lines[1:], now), strict=True):
        yield None if line.event == Event.DELETED or following is None else _values(following)


def _before(line: FormerContact) -> _State:
    return None if line.event == Event.ADDED else _values(line)


def _values(state: Any) -> tuple[Any, ...]:
    return tuple(getattr(state, name) for name in _STATE)
