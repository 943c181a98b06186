"""Whom a message is for, as the address of its page says: members one by one, or a search.

A search stays a search: it may find a hundred thousand members.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.models import BigAutoField, QuerySet
from django.http import QueryDict

from directory.filters import find_members
from directory.forms import MemberFilterForm
from members.models import Member

_HIGHEST_KEY = BigAutoField.MAX_BIGINT


class NothingChosen(ValueError):
    """There is no member to write to; the message says why, in French."""


@dataclass(frozen=True)
class Selection:
    """The members chosen; `missing` of them were deleted meanwhile."""

    members: QuerySet[Member]
    missing: int = 0


def selection_from(parameters: QueryDict) -> Selection:
    """Return the members that the parameters name; raise NothingChosen where there are none."""
    if parameters.get("to") == "search":
        return Selection(_searched(screen_parameters(parameters)))
    keys = set(_keys(parameters.getlist("members")))
    if not keys:
        raise NothingChosen("Cochez d'abord les membres à qui vous voulez écrire.")
    members = Member.objects.filter(pk__in=keys)
    found = members.count()
    if not found:
        raise NothingChosen("Les membres choisis n'existent plus.")
    return Selection(members, len(keys) - found)


def screen_parameters(parameters: QueryDict) -> QueryDict:
    """Return the parameters that the members' screen had: its search, order and page."""
    return QueryDict(str(parameters.get("screen", "")).removeprefix("?"))


def _searched(parameters: QueryDict) -> QuerySet[Member]:
    """Return what the search finds; one that is wrong must not find everybody."""
    form = MemberFilterForm(parameters)
    if not form.is_valid():
        raise NothingChosen("Cette recherche n'est pas valable : cherchez à nouveau les membres.")
    members = find_members(form.wanted)
    if not members.exists():
        raise NothingChosen("Cette recherche ne trouve plus aucun membre.")
    return members


def _keys(values: Iterable[str]) -> Iterator[int]:
    """Yield the keys, of which one value may hold several, with commas between."""
    for value in values:
        for key in value.split(","):
            if key.isascii() and key.isdigit() and int(key[:20]) <= _HIGHEST_KEY:
                yield int(key[:20])
