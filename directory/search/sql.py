"""Which rows hold a text, and so which members: by the indexes of directory/search/index.py.

All of it is SQL of the database at hand, made here and nowhere else.
"""

import json
import re
from collections.abc import Collection, Iterable, Iterator
from functools import reduce
from operator import or_
from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import RawSQL
from django.db.models.functions import Collate
from django.db.models.lookups import GreaterThanOrEqual, IsNull, LessThan, StartsWith

from base.text import Fold, Term
from contacts.models import Contact
from directory.search.index import NOT_PLAIN, changes_table, has_index, index_table, parts_table
from members.models import Member

# What a word begins after. A text that begins with a space is also found where a row begins.
_BOUNDARIES = (" ", "-", "'", ".", "@")
_TRIGRAM = 3
# So many trigrams tell a text well enough; the row itself decides.
_MOST_TRIGRAMS = 12
_HIGHEST = "\U0010ffff"

# So many rows of each member are thought to hold a text.
_ROWS_A_MEMBER = 4

# SQL with its parameters.
Sql = tuple[str, list[Any]]


def beginning_words(term: Term) -> Term:
    """Return what must be found where a word of the row is to begin with the term."""
    return tuple(boundary + spelling for boundary in _BOUNDARIES for spelling in term)


def members_holding(connection: BaseDatabaseWrapper, texts: Term) -> RawSQL:
    """Return the keys of all members that hold one of the texts, or have a contact that does.

    It is for `pk__in`.
    """
    ways = [way for some in _ways(connection, texts) for way in some]
    union = " UNION ALL ".join(sql for sql, _ in ways)
    return RawSQL(union, [value for _, values in ways for value in values])  # noqa: S611  ours


def some_members_holding(connection: BaseDatabaseWrapper, texts: Term, most: int) -> list[int]:
    """Return the keys of at most so many of these members, always the same ones.

    Where many hold the texts, it stops once it has enough.
    """
    keys: dict[int, None] = {}
    for some in _ways(connection, texts):
        union = " UNION ALL ".join(sql for sql, _ in some)
        values = [value for _, way in some for value in way]
        distinct = f"SELECT DISTINCT member_key FROM ({union}) AS found"  # noqa: S608
        if connection.vendor == "sqlite":
            rows = _ask(connection, f"{distinct} LIMIT {most:d}", values)
        else:
            # PostgreSQL would find them all before it knows which are distinct.
            rows = _ask(connection, f"{union} LIMIT {_ROWS_A_MEMBER * most:d}", values)
            if len(rows) == _ROWS_A_MEMBER * most and len(set(rows)) < most:
                rows = _ask(connection, f"{distinct} ORDER BY 1 LIMIT {most:d}", values)
        keys.update(dict.fromkeys(rows))
        if len(keys) >= most:
            break
    return list(keys)[:most]


def among(connection: BaseDatabaseWrapper, keys: Collection[int]) -> RawSQL:
    """Return hundreds of keys for `pk__in`, which takes its time over a list of them."""
    if connection.vendor == "postgresql":
        return RawSQL("SELECT unnest(%s::bigint[])", [list(keys)])
    return RawSQL("SELECT value FROM json_each(%s)", [json.dumps(list(keys))])


def _ask(connection: BaseDatabaseWrapper, sql: str, values: list[Any]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [key for (key,) in cursor.fetchall()]


def holds(texts: Term) -> models.Q:
    """Return the condition that a member holds one of the texts, for one member after the other.

    It asks no index: it is for texts that many members hold, and for members already found.
    """
    theirs = Contact._base_manager.filter(
        holds_text(texts), member=models.OuterRef("pk")
    ).order_by()
    # Not Exists: PostgreSQL might look for the contacts of all members first.
    return holds_text(texts) | models.Q(IsNull(models.Subquery(theirs.values("pk")[:1]), rhs=False))


def holds_text(texts: Iterable[str]) -> models.Q:
    """Return the condition that a member or a contact itself holds one of the texts."""
    return reduce(or_, (models.Q(search_text__contains=text) for text in texts), models.Q())


def beginnings(connection: BaseDatabaseWrapper, text: str) -> tuple[models.Q, models.Q]:
    """Return the conditions that a member's reference, and its name, begin with the text."""

    def begins(column: Any) -> models.Q:
        if connection.vendor == "postgresql":
            return models.Q(StartsWith(column, text))
        # SQLite asks an index for a range only.
        upto = models.Value(text + _HIGHEST)
        return models.Q(GreaterThanOrEqual(column, text)) & models.Q(LessThan(column, upto))

    return begins(folded_reference(connection)), begins(models.F("sort_name"))


def folded_reference(connection: BaseDatabaseWrapper) -> models.Func:
    """Return the references as the index has them that tells their beginnings."""
    folded = Fold("reference")
    return Collate(folded, "C") if connection.vendor == "postgresql" else folded


def _ways(connection: BaseDatabaseWrapper, texts: Term) -> Iterator[list[Sql]]:
    """Yield the SQL that finds the members themselves, then that which finds their contacts."""
    ways = [
        _sources(connection, Member, "id", texts),
        _sources(connection, Contact, "member_id", texts),
    ]
    # A letter or two are sooner found among contacts, of which there are more.
    yield from ways if min(map(len, texts)) >= _TRIGRAM else reversed(ways)


def _sources(
    connection: BaseDatabaseWrapper, model: type[models.Model], key: str, texts: Term
) -> list[Sql]:
    table = model._meta.db_table
    condition, values = _condition(connection, texts)
    if connection.vendor == "sqlite" and has_index(connection, model):
        found = f"SELECT held.{key} AS member_key"
        joined = f"{table} AS held ON held.id = candidate.key WHERE {condition}"
        candidates = _candidates(model, texts)
        candidates.append((f"SELECT id AS key FROM {changes_table(model)}", []))  # noqa: S608
        return [
            # CROSS JOIN keeps SQLite to this order.
            (f"{found} FROM ({sql}) AS candidate CROSS JOIN {joined}", [*wanted, *values])
            for sql, wanted in candidates
        ]
    return [(f"SELECT held.{key} AS member_key FROM {table} AS held WHERE {condition}", values)]  # noqa: S608


def _condition(connection: BaseDatabaseWrapper, texts: Term) -> Sql:
    """Return the condition that the row `held` holds one of the texts."""
    if connection.vendor == "sqlite":
        one = "instr(' ' || held.search_text, %s) > 0"
        return f"({' OR '.join([one] * len(texts))})", list(texts)
    ways = [_postgresql_condition(text) for text in texts]
    return f"({' OR '.join(sql for sql, _ in ways)})", [value for _, some in ways for value in some]


def _postgresql_condition(text: str) -> Sql:
    """Return the condition that the row holds the text, so that pg_trgm's index knows what to do.

    Trigrams tell nothing of two letters, but they do of two letters and any third one.
    """
    contains = "held.search_text LIKE %s"
    anywhere, escaped = f"%{_escaped(text)}%", _escaped(text)
    if text.startswith(" "):
        return f"({contains} OR {contains})", [anywhere, f"{_escaped(text[1:])}%"]
    if len(text) >= _TRIGRAM or text[0] in _BOUNDARIES:
        return contains, [anywhere]
    if not text.isascii():
        return f"({NOT_PLAIN.format('held.')} AND {contains})", [anywhere]
    if len(text) == 1:
        return contains, [anywhere]
    # The first part is the quickest to fail.
    sql = f"({contains} AND (held.search_text ~ %s OR {contains} OR {NOT_PLAIN.format('held.')}))"
    return sql, [anywhere, f"{re.escape(text)}[ -~]", f"%{escaped}"]


def _candidates(model: type[models.Model], texts: Term) -> list[Sql]:
    """Return the ways to the rows that may hold one of the texts, by their trigrams."""
    index, parts = index_table(model), parts_table(model)
    long = [text for text in texts if len(text) >= _TRIGRAM]
    ways: list[Sql] = []
    if long:
        expression = " OR ".join(f"({_all_trigrams(text)})" for text in long)
        ways.append((f"SELECT rowid AS key FROM {index} WHERE {index} MATCH %s", [expression]))  # noqa: S608
    ways.extend(
        (
            f"SELECT doc AS key FROM {parts} WHERE term >= %s AND term < %s",  # noqa: S608
            [text, text + _HIGHEST],
        )
        for text in texts
        if len(text) < _TRIGRAM
    )
    return ways


def _all_trigrams(text: str) -> str:
    starts = range(min(len(text) - _TRIGRAM + 1, _MOST_TRIGRAMS))
    found = dict.fromkeys(text[start : start + _TRIGRAM] for start in starts)
    return " AND ".join(_quoted(trigram) for trigram in found)


def _quoted(text: str) -> str:
    """Return the text as a string of FTS5's, in which no character means anything."""
    return '"' + text.replace('"', '""') + '"'


def _escaped(text: str) -> str:
    return "".join(f"\\{sign}" if sign in "\\%_" else sign for sign in text)
