"""Who writes to the database at the moment: the history that its triggers keep names them.

On SQLite the triggers call functions of the connection. On PostgreSQL they read a setting of the
transaction, which is set before each statement that may write to a recorded table, and before no
other: a page that only reads costs no query more.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.db import models, transaction

# The length of the longest program's name.
_LONGEST_PROGRAM = 100


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

    @classmethod
    def from_text(cls, text: str) -> "Author":
        if not text:
            return NOBODY
        way, run_id, account_id, program = text.split(" ", 3)
        return cls(Way(int(way)), int(account_id) or None, int(run_id) or None, program)

    def as_text(self) -> str:
        """Return the author as the database keeps it: "4 12 3 worker", import 12 of account 3.

        One text, since SQLite calls a function for each value of each row that an import adds.
        """
        if self == NOBODY:
            return ""
        return f"{self.way.value} {self.run_id or 0} {self.account_id or 0} {self.program}"


NOBODY = Author()
_author: ContextVar[str] = ContextVar("author", default="")


class AuthorField(models.CharField):  # type: ignore[type-arg]
    """An author, kept as a text."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"max_length": 150} | options)

    def from_db_value(self, value: str, *_: object) -> Author:
        return Author.from_text(value)

    def to_python(self, value: Any) -> Any:
        return Author.from_text(value) if isinstance(value, str) else value

    def get_prep_value(self, value: Any) -> Any:
        return value.as_text() if isinstance(value, Author) else value


def author() -> Author:
    """Return who writes now in this thread."""
    return Author.from_text(_author.get())


@contextmanager
def written_by(
    way: Way, *, account: int | None = None, run: int | None = None, program: str = ""
) -> Iterator[None]:
    """Name the author of what is written inside; the innermost author counts.

    A run that a command applies or undoes keeps the command's name.
    """
    if run is not None:
        program = program or author().program
    token = _author.set(Author(way, account, run, program[:_LONGEST_PROGRAM]).as_text())
    try:
        yield
    finally:
        _author.reset(token)


# --- SQLite -------------------------------------------------------------------------------------

# The moment and the author, in the order of the columns of base.models.Former.
SQLITE_NOW = ("moment_of_now()", "author_of_now()")


def _add_functions(connection: Any) -> None:
    create = connection.connection.create_function
    create("moment_of_now", 0, _moment_of_now)
    create("author_of_now", 0, _author.get)


def _moment_of_now() -> str:
    """Return the current time as Django stores it: SQLite's own clock has milliseconds only."""
    return datetime.now(UTC).isoformat(" ", "microseconds")[:_WITHOUT_ZONE]


_WITHOUT_ZONE = len("2026-01-31 12:00:00.000000")


# --- PostgreSQL ---------------------------------------------------------------------------------

POSTGRESQL_NOW = ("clock_timestamp()", "COALESCE(current_setting('site.author', true), '')")
_recorded_tables: set[str] = set()


def name_authors_of(table: str) -> None:
    """Have the author named for each statement that may write to this table."""
    _recorded_tables.add(table)


@contextmanager
def author_named(connection: Any, sql: str) -> Iterator[None]:
    """Name the author to PostgreSQL where the statement may write to a recorded table.

    A statement outside any transaction gets one: the setting holds to its end. It is set anew
    each time, since a savepoint that is rolled back takes it back.
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
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('site.author', %s, true)", [_author.get()])


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
