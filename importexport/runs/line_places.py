"""Which lines of a run stand where: found by the database, so that a page reads its own lines only.

A line is a change of the run, or a contact that the run keeps. A member's lines stand by position;
at the same one, changes come before the contact that is kept.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import Count, F, IntegerField, QuerySet, Value, Window
from django.db.models.functions import Coalesce, RowNumber

from contacts.models import Contact
from importexport.models import ChangeKind, ImportChange, ImportRun
from importexport.states import RunState


class Place(NamedTuple):
    """A line: its position, and the key of a change or (`is_kept`) of a contact."""

    position: int
    is_kept: int
    pk: int


@dataclass(frozen=True)
class Wanted:
    """Which lines are looked for: all, of some kinds, the kept ones, or those that are stale.

    Kept contacts are lines only while the run is ready; later they may have changed.
    """

    run: ImportRun
    kinds: Sequence[ChangeKind] = tuple(ChangeKind)
    has_kept: bool = True
    only_stale: bool = False

    def changes(self, members: Sequence[int]) -> QuerySet[ImportChange, Any]:
        changes = ImportChange.objects.filter(
            run=self.run, member__in=members, kind__in=[int(kind) for kind in self.kinds]
        )
        if self.only_stale:
            changes = changes.filter(site_changed_at__isnull=False)
        place = Coalesce("position", "previous_position", Value(0))
        return changes.order_by().annotate(place=place, is_kept=_number(0))

    def kept(self, members: Sequence[int]) -> QuerySet[Contact, Any]:
        if self.run.state != RunState.READY or not self.has_kept or self.only_stale:
            nothing = Contact.objects.none().order_by()
            return nothing.annotate(place=F("position"), is_kept=_number(1))
        contacts = Contact.objects.filter(member__in=members)
        changes = ImportChange.objects.filter(run=self.run, member__in=members)
        # EXCEPT compares both lists once; NOT EXISTS would read one for each entry of the other.
        untouched = (
            contacts.order_by().values("pk").difference(changes.order_by().values("contact"))
        )
        found: QuerySet[Contact] = Contact.objects.filter(pk__in=untouched)
        return found.order_by().annotate(place=F("position"), is_kept=_number(1))


class MemberPlaces(Sequence[Place]):
    """All lines of one member, for a paginator."""

    def __init__(self, wanted: Wanted, member_id: int) -> None:
        columns = ("place", "is_kept", "pk")
        changes = wanted.changes([member_id]).values_list(*columns)
        self._kept = wanted.kept([member_id])
        self._changes = wanted.changes([member_id])
        self._all = changes.union(self._kept.values_list(*columns), all=True).order_by(*columns)

    def __len__(self) -> int:
        return self._changes.count() + self._kept.count()

    def __getitem__(self, part: Any) -> Any:
        return [Place(*row) for row in self._all[part]]


class FirstPlaces(NamedTuple):
    """The first lines of a member, and how many it has in all."""

    places: Sequence[Place]
    total: int


def first_places(wanted: Wanted, members: Sequence[int], limit: int) -> dict[int, FirstPlaces]:
    """Return the first lines of each member that has any, by its key."""
    first: defaultdict[int, list[Place]] = defaultdict(list)
    totals: defaultdict[int, dict[int, int]] = defaultdict(dict)
    for rows in (wanted.changes(members), wanted.kept(members)):
        ranked = rows.annotate(
            rank=Window(RowNumber(), partition_by=[F("member")], order_by=[F("place"), F("pk")]),
            total=Window(Count("pk"), partition_by=[F("member")]),
        ).filter(rank__lte=limit)
        for member, total, *place in ranked.values_list(
            "member", "total", "place", "is_kept", "pk"
        ):
            found = Place(*place)
            first[member].append(found)
            totals[member][found.is_kept] = total
    return {
        member: FirstPlaces(sorted(places)[:limit], sum(totals[member].values()))
        for member, places in first.items()
    }


def _number(number: int) -> Value:
    return Value(number, output_field=IntegerField())
