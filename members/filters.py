"""Further filters of the members' screen, which the apps above bring along."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from members.models import Member


@dataclass(frozen=True)
class MemberFilter:
    """A filter: its name in the address, its words on screen, which members it shows.

    The condition is made anew each time: settings may change it.
    """

    key: str
    label: str
    condition: Callable[[], Q]

    def apply(self, members: QuerySet[Member]) -> QuerySet[Member]:
        """Return those of the members that the filter shows."""
        return members.filter(self.condition())


_filters: dict[str, MemberFilter] = {}


def register_filters(filters: Iterable[MemberFilter]) -> None:
    """Offer filters on the members' screen."""
    _filters.update({offered.key: offered for offered in filters})


def member_filters() -> dict[str, MemberFilter]:
    """Return the filters on offer, by their key."""
    return dict(_filters)
