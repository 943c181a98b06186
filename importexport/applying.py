"""A plan goes into the database, in slices, inside a transaction that the caller holds."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db import connection
from django.db.models import F, Max
from django.utils import timezone

from contacts.models import CONTACT_FIELDS, Contact
from importexport.planning import Addition, Move, Plan
from members.slicing import slices


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
    now: Any = timezone.now()
    if connection.vendor == "postgresql":
        _copy(columns, _rows(additions, now))
    elif connection.vendor == "sqlite":
        now = connection.ops.adapt_datetimefield_value(now)
        _insert_many(columns, _rows(additions, now))
    else:
        made = (Contact(**dict(zip(columns, row, strict=True))) for row in _rows(additions, now))
        for some in slices(made, 1_000):
            Contact.objects.bulk_create(some)


def _rows(additions: Iterable[Addition], now: Any) -> Iterator[tuple[Any, ...]]:
    return ((added.member_id, added.position, *added.values, now, now) for added in additions)


def _copy(columns: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    table, *names = _quoted(Contact._meta.db_table, *columns)
    with (
        # Django's own cursor does so for each of its calls, but knows nothing of a copy.
        connection.wrap_database_errors,
        connection.cursor() as cursor,
        cursor.copy(f"COPY {table} ({', '.join(names)}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row(row)


def _insert_many(columns: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    table, *names = _quoted(Contact._meta.db_table, *columns)
    places = ", ".join(["%s"] * len(names))
    sql = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({places})"  # noqa: S608 (ditto)
    with connection.cursor() as cursor:
        for some in slices(rows, 10_000):
            cursor.executemany(sql, some)


def _quoted(*names: str) -> list[str]:
    return [connection.ops.quote_name(name) for name in names]
