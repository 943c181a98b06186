"""A plan goes into the database, in slices, inside a transaction that the caller holds."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from django.db import connection
from django.db.models import F, Max
from django.utils import timezone

from contacts.models import CONTACT_FIELDS, Contact
from importexport.planning import Addition, Move, Plan

# SQLite's limit is 999 parameters a statement, as Django holds it.
_SLICE = 900


def apply_plan(plan: Plan) -> None:
    """Remove, move and add contacts as planned. To be called inside a transaction."""
    _remove(plan.removed)
    _move(plan.moved)
    _add(plan.added)


def _remove(ids: Sequence[int]) -> None:
    for some in slices(ids):
        Contact.objects.filter(pk__in=some).delete()


def _move(moves: Sequence[Move]) -> None:
    """Give contacts their new places; two never share one, not even for a moment."""
    if not moves:
        return
    highest = Contact.objects.aggregate(Max("position"))["position__max"] or 0
    aside = max(highest, *(move.position for move in moves)) + 1
    for some in slices([move.id for move in moves]):
        Contact.objects.filter(pk__in=some).update(position=F("position") + aside)
    table, position, key = _quoted(Contact._meta.db_table, "position", "id")
    sql = f"UPDATE {table} SET {position} = %s WHERE {key} = %s"  # noqa: S608 (names of our own)
    with connection.cursor() as cursor:
        cursor.executemany(sql, [(move.position, move.id) for move in moves])


def _add(additions: Iterable[Addition]) -> None:
    """Insert contacts the quickest way that the database has."""
    columns = ("member_id", "position", *CONTACT_FIELDS, "created_at", "updated_at")
    now = timezone.now()
    rows = ((added.member_id, added.position, *added.values, now, now) for added in additions)
    if connection.vendor == "postgresql":
        _copy(columns, rows)
    elif connection.vendor == "sqlite":
        _insert_many(columns, rows)
    else:
        made = (Contact(**dict(zip(columns, row, strict=True))) for row in rows)
        for some in slices(made, 1_000):
            Contact.objects.bulk_create(some)


def _copy(columns: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    table, *names = _quoted(Contact._meta.db_table, *columns)
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {table} ({', '.join(names)}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row(row)


def _insert_many(columns: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    table, *names = _quoted(Contact._meta.db_table, *columns)
    places = ", ".join(["%s"] * len(names))
    sql = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({places})"  # noqa: S608 (ditto)
    adapt = connection.ops.adapt_datetimefield_value
    with connection.cursor() as cursor:
        for some in slices(rows, 10_000):
            cursor.executemany(sql, [(*row[:-2], adapt(row[-2]), adapt(row[-1])) for row in some])


def _quoted(*names: str) -> list[str]:
    return [connection.ops.quote_name(name) for name in names]


def slices(items: Iterable[Any], size: int = _SLICE) -> Iterator[list[Any]]:
    """Yield the items in lists of that size, the last one perhaps shorter."""
    iterator = iter(items)
    while some := list(islice(iterator, size)):
        yield some
