"""Many rows into a table, the quickest way that the database has."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connections, models

from members.slicing import slices

_ROWS_AT_A_TIME = 10_000


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
