"""Split long lists for SQL statements, and insert many rows at once."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

from django.db import connection, connections, models, transaction
from django.db.models import QuerySet

from base.authorship import author_named

Item = TypeVar("Item")
# Django allows 999 parameters in a statement on SQLite.
STATEMENT = 900
_ROWS_AT_A_TIME = 10_000


def slices(items: Iterable[Item], size: int = STATEMENT) -> Iterator[list[Item]]:
    iterator = iter(items)
    while part := list(islice(iterator, size)):
        yield part


def insert_rows(
    model: type[models.Model],
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    using: str = "default",
) -> None:
    """Insert rows, their values in the order of `columns`, without Django's checks.

    `rows` is read while the statement runs: it must not use the same connection.
    """
    connection = connections[using]
    table, *names = [connection.ops.quote_name(name) for name in (model._meta.db_table, *columns)]
    column_list = ", ".join(names)
    if connection.vendor == "postgresql":
        with (
            # Django's cursor does this for its other methods, but not for `copy`.
            connection.wrap_database_errors,
            author_named(connection, table),
            connection.cursor() as cursor,
            cursor.copy(f"COPY {table} ({column_list}) FROM STDIN") as copy,
        ):
            for row in rows:
                copy.write_row(row)
        return
    places = ", ".join(["%s"] * len(names))
    sql = f"INSERT INTO {table} ({column_list}) VALUES ({places})"  # noqa: S608 (names of our own)
    with connection.cursor() as cursor:
        for part in slices(rows, _ROWS_AT_A_TIME):
            cursor.executemany(sql, part)


def insert_rows_in_steps(
    model: type[models.Model],
    columns: Sequence[str],
    rows: Iterable[tuple[Any, ...]],
    heartbeat: Callable[[], object] = lambda: None,
) -> None:
    """Insert rows, 10,000 in each transaction.

    `heartbeat` is called first in each transaction, and may raise to stop. Values are what the
    database's driver takes: texts, numbers, None, and times converted by `moment`.
    """
    for part in slices(rows, _ROWS_AT_A_TIME):
        with transaction.atomic():
            heartbeat()
            insert_rows(model, columns, part)


def moment(value: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(value)


def forget_rows(rows: QuerySet[Any]) -> int:
    """Delete rows with a column `at`, the oldest first, few at a time; return how many."""
    count = 0
    while keys := list(rows.order_by("at").values_list("pk", flat=True)[:STATEMENT]):
        count += rows.model._base_manager.filter(pk__in=keys).delete()[0]
    return count


def analyze(*tables: type[models.Model]) -> None:
    """Have PostgreSQL renew its statistics of these tables.

    By those of tables that were nearly empty before, it may join row by row for minutes.
    """
    if connection.vendor == "postgresql":
        names = ", ".join(connection.ops.quote_name(table._meta.db_table) for table in tables)
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {names}")
