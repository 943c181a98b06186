"""The search of the members' screen: which members match, and which come first.

A member matches if each word typed is somewhere in its searched fields (`SEARCHED_TEXTS` and
`SEARCHED_PHONES` of members/models.py) or in those of one of its contacts (contacts/models.py);
each word may be in a different one. The best matches come first:

0. the reference equals the text typed;
1. the reference or the name begins with it;
2. for each word typed, a word of the reference or of a name begins with it, also of a contact's;
3. for each word typed, a word of the member or of a contact begins with it;
4. each word is somewhere.

So that each keystroke is quick on a site of any size, the screen shows at most `MOST` members:
those of ranks 0 and 1 by name, then other matches, not always the first by name.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import connections
from django.db.models import Case, Q, QuerySet, Value, When
from django.db.models.lookups import Exact

from base.text import fold
from directory.search.sql import (
    among,
    beginning_words,
    beginnings,
    first_members_holding,
    folded,
    holds,
    members_holding,
    name_holds,
)
from directory.search.terms import Term, search_terms
from members.models import Member

MOST = 500
# In a search for several words, a word that at most this many members hold is looked up in the
# index, and the others are then looked for in the members found.
_MANY = 10_000
_BY_NAME = ("sort_name", "sort_reference", "pk")
Sort = Callable[[QuerySet[Member]], QuerySet[Member]]


@dataclass(frozen=True)
class Found:
    """The keys of the members to show, in order, and whether more members match."""

    keys: list[int]
    has_more: bool = False


def matching_members(members: QuerySet[Member], text: str) -> QuerySet[Member]:
    """Return the members that match the text; each of its words is looked for once, here."""
    if not search_terms(text):
        return members
    search = _Search(members, text)
    keys = search.matching(to_the_end=True).order_by().values_list("pk", flat=True)
    return Member.objects.filter(pk__in=among(search.connection, list(keys)))


def find_first(members: QuerySet[Member], text: str, sort: Sort | None = None) -> Found:
    """Return at most `MOST` members that match the text, in the order of `sort`.

    Without a sort, the best matches come first. The text must hold at least one word.
    """
    search = _Search(members, text)
    if search.rare_terms:
        matching = search.matching()
        return _cut(_keys(sort(matching) if sort else search.ranked(matching)))
    if sort:
        return _cut(_keys(sort(search.matching())))
    beginning = search.beginning()
    if len(beginning) > MOST:
        return _cut(beginning)
    return _cut([*beginning, *search.others(beginning)])


class _Search:
    """One search: its terms, and the terms that few members hold."""

    def __init__(self, members: QuerySet[Member], text: str) -> None:
        self.connection: Any = connections[members.db]
        self.members = members
        self.is_narrowed = bool(members.query.where)
        self.folded_text = fold(text)
        # For each term, the keys of at most MOST + 1 members that hold it.
        self.keys_of = {term: self._keys_holding(term, MOST) for term in search_terms(text)}
        self.rare_terms = {term for term, keys in self.keys_of.items() if len(keys) <= MOST}

    def matching(self, *, to_the_end: bool = False) -> QuerySet[Member]:
        """Return the members that hold each term; `to_the_end`: all of them will be read."""
        indexed = self.rare_terms
        if not indexed and (to_the_end or len(self.keys_of) > 1):
            indexed = {term for term in self.keys_of if self._is_rather_rare(term)}
        matching = self.members
        for term in self.keys_of:
            if term in indexed:
                matching = matching.filter(pk__in=members_holding(self.connection, term))
            else:
                matching = matching.filter(holds(term))
        return matching

    def ranked(self, matching: QuerySet[Member]) -> QuerySet[Member]:
        """Sort members by rank, reading each of them: for few members."""
        in_names, at_words = Q(), Q()
        for term in self.keys_of:
            words = beginning_words(term)
            in_names &= name_holds(words)
            at_words &= holds(words)
        by_reference, by_name = beginnings(self.connection, self.folded_text)
        rank = Case(
            When(self._is_reference(), 0),
            When(by_reference | by_name, 1),
            When(in_names, 2),
            When(at_words, 3),
            default=4,
        )
        return matching.annotate(rank=rank).order_by("rank", *_BY_NAME)

    def beginning(self) -> list[int]:
        """Return the keys of ranks 0 and 1: the reference or the name begins with the text."""
        by_reference, by_name = beginnings(self.connection, self.folded_text)
        keys_by_name = _keys(self.members.filter(by_name).order_by(*_BY_NAME))
        order = folded(self.connection, "reference")
        keys_by_reference = [
            *_keys(self.members.filter(self._is_reference())),
            *_keys(self.members.filter(by_reference).order_by(order)),
        ]
        if not keys_by_reference:
            return keys_by_name
        rank = Case(When(self._is_reference(), 0), default=1)
        keys = {*keys_by_name, *keys_by_reference}
        members = self.members.filter(pk__in=among(self.connection, keys))
        return _keys(members.annotate(rank=rank).order_by("rank", *_BY_NAME))

    def others(self, shown: list[int]) -> list[int]:
        """Return the keys of other members that match, enough to fill the screen."""
        if self.is_narrowed or len(self.keys_of) > 1:
            rest = self.matching().exclude(pk__in=among(self.connection, shown))
        else:
            (keys,) = self.keys_of.values()
            rest = self.members.filter(pk__in=among(self.connection, set(keys).difference(shown)))
        return _keys(rest.order_by(*_BY_NAME))

    def _is_rather_rare(self, term: Term) -> bool:
        return len(self._keys_holding(term, _MANY)) <= _MANY

    def _keys_holding(self, term: Term, most: int) -> list[int]:
        """Return at most `most` + 1 keys of members that hold the term."""
        return first_members_holding(self.connection, term, most + 1)

    def _is_reference(self) -> Q:
        return Q(Exact(folded(self.connection, "reference"), Value(self.folded_text)))


def _keys(members: QuerySet[Member]) -> list[int]:
    return list(members.values_list("pk", flat=True)[: MOST + 1])


def _cut(keys: list[int]) -> Found:
    return Found(keys[:MOST], len(keys) > MOST)
