"""The search of the members' screen: who is found, and whom one sees first.

A word is looked for anywhere in a member's reference, name, address of mail and phones, and in its
contacts' names, addresses and phones; several words may be found in several of these. The screen
shows the best matches first:

0. the reference is the text that was typed;
1. the reference or the name begins with it;
2. a word begins with each word that was typed;
3. the words are somewhere.

So that each keystroke is quick whatever the site's size, the screen shows `MOST` of many members:
first those that the text begins, by name, then others that match, not always the first by name.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import connections
from django.db.models import Case, Q, QuerySet, Value, When
from django.db.models.lookups import Exact

from base.text import Term, fold, search_terms
from directory.search.sql import (
    among,
    beginning_words,
    beginnings,
    folded_reference,
    holds,
    members_holding,
    some_members_holding,
)
from members.models import Member

MOST = 500
# A word that so many members hold is still looked for by the index, beside more common ones.
_MANY = 10_000
_BY_NAME = ("sort_name", "reference")
Sort = Callable[[QuerySet[Member]], QuerySet[Member]]


@dataclass(frozen=True)
class Found:
    """The keys of the members to be shown, in their order; whether there are more of them."""

    keys: list[int]
    has_more: bool = False


def matching_members(members: QuerySet[Member], text: str) -> QuerySet[Member]:
    """Return those of the members in which, or in whose contacts, each word of the text is."""
    connection = connections[members.db]
    for term in search_terms(text):
        members = members.filter(pk__in=members_holding(connection, term))
    return members


def find_first(members: QuerySet[Member], text: str, sort: Sort | None = None) -> Found:
    """Return the first of the members that match a text, at most `MOST` of them.

    They come in the order of `sort`; without one, the best matches come first. The text must hold
    a word. The number of queries depends on nothing but the words.
    """
    search = _Search(members, text)
    if search.few:
        found = search.matching()
        return _cut(_keys(sort(found) if sort else search.ranked(found)))
    if sort:
        return _cut(_keys(sort(search.matching())))
    beginning = search.beginning()
    if len(beginning) > MOST:
        return _cut(beginning)
    return _cut([*beginning, *search.others(beginning)])


class _Search:
    """One search: its words, and which of them the index is to be asked for."""

    def __init__(self, members: QuerySet[Member], text: str) -> None:
        self.connection: Any = connections[members.db]
        self.members = members
        self.is_narrowed = bool(members.query.where)
        self.whole = " ".join(fold(text).split())
        self.first = {term: self._some(term, MOST) for term in search_terms(text)}
        self.few = {term for term, keys in self.first.items() if len(keys) <= MOST}

    def matching(self) -> QuerySet[Member]:
        """Return all that match."""
        indexed = self.few or {term for term in self.first if self._is_rather_rare(term)}
        found = self.members
        for term in self.first:
            if term in indexed:
                found = found.filter(pk__in=members_holding(self.connection, term))
            else:
                found = found.filter(holds(term))
        return found

    def ranked(self, found: QuerySet[Member]) -> QuerySet[Member]:
        """Return these, few of them, the best first."""
        at_words = Q()
        for term in self.first:
            words = members_holding(self.connection, beginning_words(term))
            at_words &= Q(pk__in=words)
        by_reference, by_name = beginnings(self.connection, self.whole)
        rank = Case(
            When(self._is_exact(), 0),
            When(by_reference | by_name, 1),
            When(at_words, 2),
            default=3,
        )
        return found.annotate(rank=rank).order_by("rank", *_BY_NAME)

    def beginning(self) -> list[int]:
        """Return the first of those whose reference or name begins with the text."""
        by_reference, by_name = beginnings(self.connection, self.whole)
        named = _keys(self.members.filter(by_name).order_by(*_BY_NAME))
        order = folded_reference(self.connection)
        referenced = [
            *_keys(self.members.filter(self._is_exact())),
            *_keys(self.members.filter(by_reference).order_by(order)),
        ]
        if not referenced:
            return named
        rank = Case(When(self._is_exact(), 0), default=1)
        found = self.members.filter(pk__in=among(self.connection, {*named, *referenced}))
        return _keys(found.annotate(rank=rank).order_by("rank", *_BY_NAME))

    def others(self, shown: list[int]) -> list[int]:
        """Return some of those that match besides, so many that the screen is full."""
        if self.is_narrowed or len(self.first) > 1:
            rest = self.matching().exclude(pk__in=among(self.connection, shown))
        else:
            (some,) = self.first.values()
            rest = self.members.filter(pk__in=among(self.connection, set(some).difference(shown)))
        return _keys(rest.order_by(*_BY_NAME))

    def _is_rather_rare(self, term: Term) -> bool:
        return len(self.first) > 1 and len(self._some(term, _MANY)) <= _MANY

    def _some(self, texts: Term, most: int) -> list[int]:
        """Return one key more than that, if there are so many."""
        return some_members_holding(self.connection, texts, most + 1)

    def _is_exact(self) -> Q:
        return Q(Exact(folded_reference(self.connection), Value(self.whole)))


def _keys(members: QuerySet[Member]) -> list[int]:
    return list(members.values_list("pk", flat=True)[: MOST + 1])


def _cut(keys: list[int]) -> Found:
    return Found(keys[:MOST], len(keys) > MOST)
