"""The pages of the history of a member and of a contact, and of a member's deleted contacts.

A page goes on from where the one before ended, so that the last one is as quick as the first.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import merge
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef
from django.http import QueryDict

from base.changes import Change, newest_changes
from base.models import Event
from contacts.history_lines import Line, groups_of, is_of_member, lines_of
from contacts.journal import changes_of_contact, changes_of_contacts
from contacts.models import Contact, FormerContact
from members.former import changes_of_member
from members.models import Member

LINES_A_PAGE = 50
# Read for a page: more than its lines, since one line may stand for many moves.
CHANGES_READ = 200


class Mark(NamedTuple):
    """Where a page ends: the numbers of the last changes on it, None where it has none yet."""

    contacts: int | None = None
    member: int | None = None

    @classmethod
    def read(cls, query: Mapping[str, str]) -> "Mark":
        """Return the mark that an address holds."""
        return cls(*(_number(query.get(name, "")) for name in cls._fields))

    @property
    def query(self) -> str:
        """The mark as an address holds it."""
        query = QueryDict(mutable=True)
        query.update({name: value for name, value in self._asdict().items() if value})
        return query.urlencode()

    def after(self, change: Change[Any]) -> "Mark":
        if is_of_member(change):
            return self._replace(member=change.number)
        return self._replace(contacts=change.number)


def _number(text: str) -> int | None:
    # Databases take no greater number.
    return int(text[:18]) if text.isascii() and text.isdecimal() else None


@dataclass(frozen=True)
class HistoryPage:
    """Lines, the newest first, and where older ones go on, if there are any."""

    lines: Sequence[Line]
    older: Mark | None

    @property
    def run_ids(self) -> set[int]:
        """The keys of the imports that the lines name."""
        runs = {line.change.author.run_id for line in self.lines}
        return {run_id for run_id in runs if run_id is not None}


def member_history(member: Member, mark: Mark) -> HistoryPage:
    """Return what happened to a member and to its contacts, from the mark on."""
    count = CHANGES_READ + 1
    of_contacts = changes_of_contacts(member.pk, count=count, older_than=mark.contacts)
    of_member = changes_of_member(member.pk, count=count, older_than=mark.member)
    # Each list keeps its order, whatever its moments say: a page ends at a change of each.
    found: Iterable[Change[Any]] = merge(
        of_contacts, of_member, key=lambda change: change.at, reverse=True
    )
    return _page(list(found), member, mark)


def contact_history(member: Member, contact_id: int, mark: Mark) -> HistoryPage:
    found = changes_of_contact(contact_id, count=CHANGES_READ + 1, older_than=mark.contacts)
    return _page(found, member, mark)


def deleted_contacts(member: Member, mark: Mark) -> HistoryPage:
    """Return the last deletions of contacts that are not back since."""
    later = FormerContact.lines.filter(contact_id=OuterRef("contact_id"), pk__gt=OuterRef("pk"))
    deletions = FormerContact.lines.filter(
        ~Exists(Contact.objects.filter(pk=OuterRef("contact_id"))),
        ~Exists(later),
        member_id=member.pk,
        event=Event.DELETED,
    )
    found = newest_changes(
        deletions, Contact, "contact_id", count=LINES_A_PAGE + 1, older_than=mark.contacts
    )
    return _page(found, member, mark)


def _page(found: Sequence[Change[Any]], member: Member, mark: Mark) -> HistoryPage:
    groups = groups_of(found[:CHANGES_READ])
    shown = groups[:LINES_A_PAGE]
    has_more = len(groups) > len(shown) or len(found) > CHANGES_READ
    for change in (change for group in shown for change in group):
        mark = mark.after(change)
    return HistoryPage(lines_of(shown, member), mark if has_more else None)
