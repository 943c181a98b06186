"""Many rows into a table while others work, and times as the database's driver takes them."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, models, transaction

from members import bulk
from members.slicing import slices

_AT_A_TIME = 10_000


def insert_rows(
    model: type[models.Model],
    columns: Sequence[str],
    rows: Iterable[tuple[Any, ...]],
    before_each: Callable[[], object] = lambda: None,
) -> None:
    """Insert rows of values for these columns, some thousands in each transaction.

    `before_each` is called at the beginning of each, and may raise to stop. Values are what the
    database's driver takes: texts, numbers, None, `moment` for a time.
    """
    for some in slices(rows, _AT_A_TIME):
        with transaction.atomic():
            before_each()
            bulk.insert_rows(model, columns, some)


def moment(value: datetime) -> Any:
    """Return a time as the driver takes it."""
    return connection.ops.adapt_datetimefield_value(value)
