"""The SQL of the search: it finds the rows that hold a text, and the members of these rows.

It uses the indexes of directory/search/index.py, and differs between SQLite and PostgreSQL.
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
from django.db.models.functions import Collate, Concat, Length, Substr
from django.db.models.lookups import (
    Contains,
    GreaterThanOrEqual,
    IsNull,
    LessThan,
    StartsWith,
)

from base.text import Fold
from contacts.models import Contact
from directory.search.index import (
    NOT_PLAIN,
    changes_table,
    index_table,
    indexed_models,
    parts_table,
)
from directory.search.terms import Term
from members.models import Member

# A word begins after one of these. A text that begins with a space also matches the start of a row.
_BOUNDARIES = (" ", "'", ".", "@")
_TRIGRAM = 3
# At most this many trigrams of a text are looked up: that leaves few rows, which are then compared.
_MOST_TRIGRAMS = 12
_HIGHEST = "\U0010ffff"

# An estimate of how many rows (itself and contacts) of a member hold a text that it holds.
_ROWS_A_MEMBER = 4

# A statement or a condition, with its parameters.
Sql = tuple[str, list[Any]]


def beginning_words(term: Term) -> Term:
    """Return texts one of which a row holds if one of its words begins with the term."""
    return tuple(boundary + spelling for boundary in _BOUNDARIES for spelling in term)


def members_holding(connection: BaseDatabaseWrapper, texts: Term) -> RawSQL:
    """Return a subquery for `pk__in`: the members that hold one of the texts or whose contact does.

    Keys may come several times.
    """
    queries = [query for part in _queries(connection, texts) for query in part]
    union = " UNION ALL ".join(sql for sql, _ in queries)
    return RawSQL(union, [value for _, values in queries for value in values])  # noqa: S611  ours


def first_members_holding(connection: BaseDatabaseWrapper, texts: Term, most: int) -> list[int]:
    """Return the keys of at most `most` of the members of `members_holding`, always the same ones.

    If more members hold the texts, the database stops at that number.
    """
    keys: dict[int, None] = {}
    for part in _queries(connection, texts):
        union = " UNION ALL ".join(sql for sql, _ in part)
        values = [value for _, parameters in part for value in parameters]
        distinct = f"SELECT DISTINCT member_key FROM ({union}) AS found"  # noqa: S608
        if connection.vendor == "sqlite":
            rows = _fetch_keys(connection, f"{distinct} LIMIT {most:d}", values)
        else:
            # With DISTINCT, PostgreSQL finds all rows before it returns the first.
            rows = _fetch_keys(connection, f"{union} LIMIT {_ROWS_A_MEMBER * most:d}", values)
            if len(rows) == _ROWS_A_MEMBER * most and len(set(rows)) < most:
                rows = _fetch_keys(connection, f"{distinct} ORDER BY 1 LIMIT {most:d}", values)
        keys.update(dict.fromkeys(rows))
        if len(keys) >= most:
            break
    return list(keys)[:most]


def among(connection: BaseDatabaseWrapper, keys: Collection[int]) -> RawSQL:
    """Return a subquery of these keys for `pk__in`: Django is slow with a list of hundreds."""
    if connection.vendor == "postgresql":
        return RawSQL("SELECT unnest(%s::bigint[])", [list(keys)])
    return RawSQL("SELECT value FROM json_each(%s)", [json.dumps(list(keys))])


def _fetch_keys(connection: BaseDatabaseWrapper, sql: str, values: list[Any]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [key for (key,) in cursor.fetchall()]


def holds(texts: Term) -> models.Q:
    """Return the condition that a member or one of its contacts holds one of the texts.

    It uses no index, but looks at one member after the other: for texts that many members hold,
    or where few members are looked at. A text that begins with a space matches the start of a row.
    """
    row = Concat(models.Value(" "), "search_text", output_field=models.TextField())
    is_held = _any_holds(row, texts)
    contacts = Contact._base_manager.filter(is_held, member=models.OuterRef("pk")).order_by()
    # Exists would let PostgreSQL look for the contacts of all members first.
    has_contact = models.Q(IsNull(models.Subquery(contacts.values("pk")[:1]), rhs=False))
    return is_held | has_contact


def holds_text(texts: Iterable[str]) -> models.Q:
    return reduce(or_, (models.Q(search_text__contains=text) for text in texts), models.Q())


def beginnings(connection: BaseDatabaseWrapper, text: str) -> tuple[models.Q, models.Q]:
    """Return the conditions that a member's folded reference, or its name, begins with the text."""

    def begins(column: Any) -> models.Q:
        if connection.vendor == "postgresql":
            return models.Q(StartsWith(column, text))
        # SQLite uses an index only for a range.
        upto = models.Value(text + _HIGHEST)
        return models.Q(GreaterThanOrEqual(column, text)) & models.Q(LessThan(column, upto))

    # Without numbers, the text begins the sort key as well, and its index is in the right order.
    has_number = any(character.isdecimal() for character in text)
    name = folded(connection, "name") if has_number else models.F("sort_name")
    return begins(folded(connection, "reference")), begins(name)


def folded(connection: BaseDatabaseWrapper, field: str) -> models.Func:
    """Return the folded field of a member exactly as the index of its beginnings has it."""
    text = Fold(field)
    return Collate(text, "C") if connection.vendor == "postgresql" else text


def name_holds(texts: Term) -> models.Q:
    """Return the condition that a reference or name, also of a contact, holds one of the texts.

    It uses no index. A row's searchable text begins with them, so that many of its characters are
    looked at: folding them anew would take a tenth of a second for a screen.
    """
    in_contact = _any_holds(_beginning("name"), texts)
    contacts = Contact._base_manager.filter(in_contact, member=models.OuterRef("pk")).order_by()
    return _any_holds(_beginning("reference", "name"), texts) | models.Q(models.Exists(contacts))


def _beginning(*fields: str) -> models.Func:
    """Return the beginning of the searchable text, as long as these first fields of it."""
    row = Concat(models.Value(" "), "search_text", output_field=models.TextField())
    length = sum((Length(field) + 1 for field in fields), models.Value(0))
    return Substr(row, 1, length)


def _any_holds(text: models.Func, searched: Term) -> models.Q:
    return reduce(or_, (models.Q(Contains(text, one)) for one in searched), models.Q())


def _queries(connection: BaseDatabaseWrapper, texts: Term) -> Iterator[list[Sql]]:
    """Yield the queries for members by their own texts, and those by their contacts' texts."""
    indexed = indexed_models(connection)
    parts = [
        _queries_of(connection, model, key, texts, is_indexed=model in indexed)
        for model, key in ((Member, "id"), (Contact, "member_id"))
    ]
    # One or two letters are found sooner among contacts, of which there are more.
    yield from parts if min(map(len, texts)) >= _TRIGRAM else reversed(parts)


def _queries_of(
    connection: BaseDatabaseWrapper,
    model: type[models.Model],
    key: str,
    texts: Term,
    *,
    is_indexed: bool,
) -> list[Sql]:
    table = model._meta.db_table
    condition, values = _condition(connection, texts)
    if is_indexed:
        select = f"SELECT held.{key} AS member_key"
        joined = f"{table} AS held ON held.id = candidate.key WHERE {condition}"
        candidates = _candidates(model, texts)
        candidates.append((f"SELECT id AS key FROM {changes_table(model)}", []))  # noqa: S608
        return [
            # CROSS JOIN makes SQLite read the candidates first.
            (f"{select} FROM ({sql}) AS candidate CROSS JOIN {joined}", [*parameters, *values])
            for sql, parameters in candidates
        ]
    return [(f"SELECT held.{key} AS member_key FROM {table} AS held WHERE {condition}", values)]  # noqa: S608


def _condition(connection: BaseDatabaseWrapper, texts: Term) -> Sql:
    if connection.vendor == "sqlite":
        one = "instr(' ' || held.search_text, %s) > 0"
        return f"({' OR '.join([one] * len(texts))})", list(texts)
    parts = [_postgresql_condition(text) for text in texts]
    values = [value for _, parameters in parts for value in parameters]
    return f"({' OR '.join(sql for sql, _ in parts)})", values


def _postgresql_condition(text: str) -> Sql:
    """Return the condition that the row `held` holds the text, so that pg_trgm's index serves.

    Two letters make no trigram, but two letters and any third character do.
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
    # The first part comes first because it is the quickest to compute.
    sql = f"({contains} AND (held.search_text ~ %s OR {contains} OR {NOT_PLAIN.format('held.')}))"
    return sql, [anywhere, f"{re.escape(text)}[ -~]", f"%{escaped}"]


def _candidates(model: type[models.Model], texts: Term) -> list[Sql]:
    index, parts = index_table(model), parts_table(model)
    long = [text for text in texts if len(text) >= _TRIGRAM]
    queries: list[Sql] = []
    if long:
        expression = " OR ".join(f"({_all_trigrams(text)})" for text in long)
        queries.append((f"SELECT rowid AS key FROM {index} WHERE {index} MATCH %s", [expression]))  # noqa: S608
    queries.extend(
        (
            f"SELECT doc AS key FROM {parts} WHERE term >= %s AND term < %s",  # noqa: S608
            [text, text + _HIGHEST],
        )
        for text in texts
        if len(text) < _TRIGRAM
    )
    return queries


def _all_trigrams(text: str) -> str:
    starts = range(min(len(text) - _TRIGRAM + 1, _MOST_TRIGRAMS))
    trigrams = dict.fromkeys(text[start : start + _TRIGRAM] for start in starts)
    return " AND ".join(_quoted(trigram) for trigram in trigrams)


def _quoted(text: str) -> str:
    """Quote the text as a string of FTS5, in which no character is an operator."""
    return '"' + text.replace('"', '""') + '"'


def _escaped(text: str) -> str:
    return "".join(f"\\{sign}" if sign in "\\%_" else sign for sign in text)
