"""Long lists in parts that a statement can hold, and many rows into a table at once."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

from django.db import connection, connections, models, transaction

Item = TypeVar("Item")
# SQLite's limit is 999 parameters a statement, as Django holds it.
STATEMENT = 900
_ROWS_AT_A_TIME = 10_000


def slices(items: Iterable[Item], size: int = STATEMENT) -> Iterator[list[Item]]:
    """Yield the items in lists of that size, the last one perhaps shorter."""
    iterator = iter(items)
    while some := list(islice(iterator, size)):
        yield some


def insert_rows(
    model: type[models.Model],
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    using: str = "default",
) -> None:
    """Insert rows of the values of these columns, checking nothing that the database does not.

    The rows are taken as they come; they must not ask anything of the same connection meanwhile.
    """
    connection = connections[using]
    table, *names = [connection.ops.quote_name(name) for name in (model._meta.db_table, *columns)]
    listed = ", ".join(names)
    if connection.vendor == "postgresql":
        with (
            # Django's own cursor does so for each of its calls, but knows nothing of a copy.
            connection.wrap_database_errors,
            connection.cursor() as cursor,
            cursor.copy(f"COPY {table} ({listed}) FROM STDIN") as copy,
        ):
            for row in rows:
                copy.write_row(row)
        return
    places = ", ".join(["%s"] * len(names))
    sql = f"INSERT INTO {table} ({listed}) VALUES ({places})"  # noqa: S608 (names of our own)
    with connection.cursor() as cursor:
        for some in slices(rows, _ROWS_AT_A_TIME):
            cursor.executemany(sql, some)


def insert_rows_in_steps(
    model: type[models.Model],
    columns: Sequence[str],
    rows: Iterable[tuple[Any, ...]],
    heartbeat: Callable[[], object] = lambda: None,
) -> None:
    """Insert rows of values for these columns, some thousands in each transaction.

    `heartbeat` is called at the beginning of each, and may raise to stop. Values are what the
    database's driver takes: texts, numbers, None, `moment` for a time.
    """
    for some in slices(rows, _ROWS_AT_A_TIME):
        with transaction.atomic():
            heartbeat()
            insert_rows(model, columns, some)


def moment(value: datetime) -> Any:
    """Return a time as the driver takes it."""
    return connection.ops.adapt_datetimefield_value(value)
