"""Who writes to the database at the moment: the history that its triggers keep names them.

On SQLite the triggers call functions of the connection. On PostgreSQL they read settings of the
transaction, which are set before each statement that may write to a recorded table, and before no
other: a page that only reads costs no query more.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.db import models, transaction

# The length of the column `program`.
LONGEST_PROGRAM = 100


class Way(models.IntegerChoices):
    """By which way a row was written."""

    UNKNOWN = 0, "Inconnu"
    PAGE = 1, "Pages du site"
    SOFTWARE = 2, "Logiciel"
    COMMAND = 3, "Ligne de commande"
    IMPORT = 4, "Import"
    UNDO = 5, "Annulation d'un import"


class Author(NamedTuple):
    """Who writes: an account, software or a command, and for which import.

    `program` is the name of the software or of the command. An account may be deleted later, and
    a run forgotten: their keys stay.
    """

    way: Way = Way.UNKNOWN
    account_id: int | None = None
    run_id: int | None = None
    program: str = ""


NOBODY = Author()
_author: ContextVar[Author] = ContextVar("author", default=NOBODY)


def author() -> Author:
    """Return who writes now in this thread."""
    return _author.get()


@contextmanager
def written_by(
    way: Way, *, account: int | None = None, run: int | None = None, program: str = ""
) -> Iterator[None]:
    """Name the author of what is written inside; the innermost author counts.

    A run that a command applies or undoes keeps the command's name.
    """
    if run is not None:
        program = program or author().program
    token = _author.set(Author(way, account, run, program[:LONGEST_PROGRAM]))
    try:
        yield
    finally:
        _author.reset(token)


# --- SQLite -------------------------------------------------------------------------------------

# The moment and the author, in the order of the columns of base.models.Former.
SQLITE_NOW = (
    "moment_of_now()",
    "author_way()",
    "author_account()",
    "author_run()",
    "author_program()",
)


def _add_functions(connection: Any) -> None:
    create = connection.connection.create_function
    create("moment_of_now", 0, _moment_of_now)
    create("author_way", 0, lambda: _author.get().way.value)
    create("author_account", 0, lambda: _author.get().account_id)
    create("author_run", 0, lambda: _author.get().run_id)
    create("author_program", 0, lambda: _author.get().program)


def _moment_of_now() -> str:
    """Return the current time as Django stores it: SQLite's own clock has milliseconds only."""
    return datetime.now(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


# --- PostgreSQL ---------------------------------------------------------------------------------

POSTGRESQL_NOW = (
    "clock_timestamp()",
    "COALESCE(NULLIF(current_setting('author.way', true), ''), '0')::smallint",
    "NULLIF(current_setting('author.account', true), '')::bigint",
    "NULLIF(current_setting('author.run', true), '')::bigint",
    "COALESCE(current_setting('author.program', true), '')",
)
_SET_AUTHOR = (
    "SELECT set_config('author.way', %s, true), set_config('author.account', %s, true), "
    "set_config('author.run', %s, true), set_config('author.program', %s, true)"
)
_recorded_tables: set[str] = set()


def name_authors_of(table: str) -> None:
    """Have the author named for each statement that may write to this table."""
    _recorded_tables.add(table)


@contextmanager
def author_named(connection: Any, sql: str) -> Iterator[None]:
    """Name the author to PostgreSQL where the statement may write to a recorded table.

    A statement outside any transaction gets one: the settings hold to its end. They are set anew
    each time, since a savepoint that is rolled back takes them back.
    """
    if connection.vendor != "postgresql" or not _may_write(sql):
        yield
    elif connection.in_atomic_block or not connection.get_autocommit():
        _set_author(connection)
        yield
    else:
        with transaction.atomic(using=connection.alias):
            _set_author(connection)
            yield


def _may_write(sql: str) -> bool:
    is_reading = sql[:6].upper() == "SELECT"
    return not is_reading and any(table in sql for table in _recorded_tables)


def _set_author(connection: Any) -> None:
    way, account_id, run_id, program = author()
    values = [str(way.value), str(account_id or ""), str(run_id or ""), program]
    with connection.cursor() as cursor:
        cursor.execute(_SET_AUTHOR, values)


def _execute(
    execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]
) -> Any:
    """Execute a statement of any cursor of Django with its author named."""
    with author_named(context["connection"], str(sql)):
        return execute(sql, params, many, context)


def prepare(connection: Any, **_signal: Any) -> None:
    """Prepare a new connection; connected to `connection_created`."""
    if connection.vendor == "sqlite":
        _add_functions(connection)
    elif _execute not in connection.execute_wrappers:
        connection.execute_wrappers.append(_execute)
