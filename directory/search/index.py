"""The indexes behind the search, in whatever the database has for it.

Members and contacts, by their column `search_text`, have one each: on PostgreSQL a GIN index
of pg_trgm, which the database keeps current by itself; on SQLite a table of FTS5 with the trigram
tokenizer, which holds no text of its own. Triggers note which rows it does not know yet, which
costs a writer next to nothing (indexing 100,000 contacts at once would take 3 s); a search looks
into those rows themselves, and `index_changes` takes them in.

What is missing is made anew after each `migrate`, since SQLite drops the triggers of a table that
a migration rebuilds. Where a database cannot have it, the search still works, only slowly.
"""

import logging
from collections.abc import Sequence
from typing import Any

from django.db import DatabaseError, connections, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations import Migration, RemoveField

from base.worker import STOPPING
from contacts.models import Contact
from members.models import Member

logger = logging.getLogger(__name__)
COLUMN = "search_text"
SEARCHED: tuple[type[models.Model], ...] = (Member, Contact)
# That a text holds other characters than those of ASCII: PostgreSQL indexes which rows are such.
NOT_PLAIN = "{}search_text ~ '[^ -~]'"
# So many rows are indexed while other writers of SQLite wait: some hundredths of a second.
_ROWS_AT_A_TIME = 1_000
# Seconds between them.
_PAUSE = 0.02
Connection = BaseDatabaseWrapper


def index_table(model: type[models.Model]) -> str:
    """Return the name of the index of a model: SQLite's table of FTS5, PostgreSQL's index."""
    return f"{model._meta.db_table}_search"


def parts_table(model: type[models.Model]) -> str:
    """Return the name of the table that lists the trigrams of SQLite's index, and their rows."""
    return f"{index_table(model)}_parts"


def changes_table(model: type[models.Model]) -> str:
    """Return the name of the table of rows that SQLite's index does not know yet."""
    return f"{index_table(model)}_changes"


def has_index(connection: Connection, model: type[models.Model]) -> bool:
    """Return whether SQLite can search by the index; PostgreSQL decides that by itself."""
    sql = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = %s"
    with connection.cursor() as cursor:
        return bool(cursor.execute(sql, [changes_table(model)]).fetchone())


def index_changes(using: str = "default", most: int | None = None) -> int:
    """Take the rows into the index that it does not know yet, or the first so many of each table.

    Returns how many there were. Each thousand is a transaction of its own.
    """
    connection = connections[using]
    if connection.vendor != "sqlite":
        return 0
    done = 0
    for model in SEARCHED:
        if has_index(connection, model):
            done += _index_changes(connection, model, most)
    return done


def index_gently() -> None:
    """Take all rows into the index that it does not know yet, letting others write in between."""
    while index_changes(most=_ROWS_AT_A_TIME) and not STOPPING.wait(_PAUSE):
        pass


def make_way(using: str, plan: Sequence[tuple[Migration, bool]], **_: object) -> None:
    """Remove SQLite's index before a migration that makes its column anew.

    A receiver of `pre_migrate`: SQLite drops no column that a trigger names. `install_indexes`
    makes the index again.
    """
    connection = connections[using]
    if connection.vendor == "sqlite":
        for model in SEARCHED:
            if any(_remakes_column(migration, model) for migration, _ in plan):
                with transaction.atomic(using=using), connection.cursor() as cursor:
                    _remove_from_sqlite(cursor, _statements(model))


def _remakes_column(migration: Migration, model: type[models.Model]) -> bool:
    return migration.app_label == model._meta.app_label and any(
        isinstance(operation, RemoveField)
        and (operation.model_name_lower, operation.name) == (model._meta.model_name, COLUMN)
        for operation in migration.operations
    )


def install_indexes(using: str = "default", **_: Any) -> None:
    """Make what is missing of the indexes: a receiver of `post_migrate`."""
    connection = connections[using]
    install = {"sqlite": _install_on_sqlite, "postgresql": _install_on_postgresql}
    if connection.vendor in install:
        for model in SEARCHED:
            install[connection.vendor](connection, model)


def _is_there(connection: Connection, table: str) -> bool:
    """Return whether the table has the column: the database may be of another age than the code."""
    with connection.cursor() as cursor:
        cursor.execute(_COLUMN_IS_THERE[connection.vendor], [table, COLUMN])
        return cursor.fetchone() is not None


_COLUMN_IS_THERE = {
    "sqlite": "SELECT 1 FROM pragma_table_xinfo(%s) WHERE name = %s",
    "postgresql": "SELECT 1 FROM pg_attribute WHERE attrelid = to_regclass(%s) AND attname = %s",
}


# --- SQLite ---------------------------------------------------------------------------------


def padded(text: str) -> str:
    """Return the SQL of a text as it is indexed.

    Every two characters of it then begin a trigram, which `parts_table` finds; and a trigram tells
    the beginning of a word.
    """
    return f"' ' || {text} || '  '"


def _statements(model: type[models.Model]) -> dict[str, str]:
    """Return what makes the index, by the name of each part."""
    table, index, changes = model._meta.db_table, index_table(model), changes_table(model)

    def note(row: str, text: str) -> str:
        # Not OR IGNORE: the statement that sets the trigger off may say otherwise.
        return (
            f"INSERT INTO {changes} (id, indexed_text) SELECT {row}.id, {text} "  # noqa: S608
            f"WHERE NOT EXISTS (SELECT 1 FROM {changes} WHERE id = {row}.id);"
        )

    known = f"old.{COLUMN}"
    return {
        index: (
            f"CREATE VIRTUAL TABLE {index} USING fts5({COLUMN}, content='', columnsize=0, "
            "detail=none, tokenize='trigram case_sensitive 1')"
        ),
        parts_table(model): (
            f"CREATE VIRTUAL TABLE {parts_table(model)} USING fts5vocab('{index}', 'instance')"
        ),
        # `indexed_text` is what the index holds of the row, if it holds it.
        changes: f"CREATE TABLE {changes} (id integer PRIMARY KEY, indexed_text text)",
        f"{index}_insert": (
            f"CREATE TRIGGER {index}_insert AFTER INSERT ON {table} BEGIN {note('new', 'NULL')} END"
        ),
        f"{index}_update": (
            f"CREATE TRIGGER {index}_update AFTER UPDATE ON {table} "
            f"WHEN old.{COLUMN} IS NOT new.{COLUMN} OR old.id IS NOT new.id "
            f"BEGIN {note('old', known)} {note('new', 'NULL')} END"
        ),
        f"{index}_delete": (
            f"CREATE TRIGGER {index}_delete AFTER DELETE ON {table} BEGIN {note('old', known)} END"
        ),
    }


def _install_on_sqlite(connection: Connection, model: type[models.Model]) -> None:
    table, wanted = model._meta.db_table, _statements(model)
    is_wanted = _is_there(connection, table)
    if is_wanted and model is Member:
        with connection.cursor() as cursor:
            cursor.execute(
                f"CREATE INDEX IF NOT EXISTS {table}_begins ON {table} (fold_text(reference))"
            )
    if is_wanted and _parts_there(connection, wanted) == wanted:
        return
    try:
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            _remove_from_sqlite(cursor, wanted)
            if is_wanted:
                for statement in wanted.values():
                    cursor.execute(statement)
                cursor.execute(
                    f"INSERT INTO {changes_table(model)} (id) SELECT id FROM {table}"  # noqa: S608
                )
    except DatabaseError as error:
        logger.warning("SQLite has no trigram index, so the search is slow: %s", error)
        return
    if is_wanted:
        _index_changes(connection, model, None)


def _parts_there(connection: Connection, wanted: dict[str, str]) -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
        return {name: sql for name, sql in cursor.fetchall() if name in wanted}


def _remove_from_sqlite(cursor: Any, wanted: dict[str, str]) -> None:
    for name, statement in wanted.items():
        if statement.startswith("CREATE TRIGGER"):
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
    for name, statement in reversed(wanted.items()):
        if not statement.startswith("CREATE TRIGGER"):
            cursor.execute(f"DROP TABLE IF EXISTS {name}")


def _index_changes(connection: Connection, model: type[models.Model], most: int | None) -> int:
    done = 0
    while most is None or done < most:
        count = _index_some(connection, model)
        done += count
        if count < _ROWS_AT_A_TIME:
            break
    return done


def _index_some(connection: Connection, model: type[models.Model]) -> int:
    """Take the next rows into the index, all or none; return how many."""
    table, index, changes = model._meta.db_table, index_table(model), changes_table(model)
    with connection.cursor() as cursor:
        if not cursor.execute(f"SELECT 1 FROM {changes}").fetchone():  # noqa: S608 (names of ours)
            return 0
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute(
            f"SELECT max(id), count(*) FROM (SELECT id FROM {changes} ORDER BY id LIMIT %s)",  # noqa: S608
            [_ROWS_AT_A_TIME],
        )
        last, count = cursor.fetchone()
        cursor.execute(
            f"INSERT INTO {index} ({index}, rowid, {COLUMN}) "  # noqa: S608
            f"SELECT 'delete', id, {padded('indexed_text')} FROM {changes} "
            "WHERE id <= %s AND indexed_text IS NOT NULL",
            [last],
        )
        cursor.execute(
            f"INSERT INTO {index} (rowid, {COLUMN}) "  # noqa: S608
            f"SELECT id, {padded(COLUMN)} FROM {table} "
            f"WHERE id IN (SELECT id FROM {changes} WHERE id <= %s)",
            [last],
        )
        cursor.execute(f"DELETE FROM {changes} WHERE id <= %s", [last])  # noqa: S608
    return int(count)


# --- PostgreSQL -----------------------------------------------------------------------------


def _install_on_postgresql(connection: Connection, model: type[models.Model]) -> None:
    table, index = model._meta.db_table, index_table(model)
    if not _is_there(connection, table) or not _has_trigrams(connection):
        return
    wanted = {
        index: f"{table} USING gin ({COLUMN} gin_trgm_ops)",
        f"{index}_others": f"{table} (id) WHERE {NOT_PLAIN.format('')}",
    }
    if model is Member:
        wanted[f"{table}_begins"] = f'{table} ((fold_text(reference) COLLATE "C"))'
        wanted[f"{table}_name_begins"] = f"{table} (sort_name text_pattern_ops)"
    with connection.cursor() as cursor:
        for name, what in wanted.items():
            # IF NOT EXISTS would take a lock all the same.
            cursor.execute("SELECT to_regclass(%s) IS NULL", [name])
            if cursor.fetchone()[0]:
                cursor.execute(f"CREATE INDEX {name} ON {what}")


def _has_trigrams(connection: Connection) -> bool:
    """Return whether the extension is there, made now if need be and allowed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'")
        if cursor.fetchone():
            return True
    try:
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    except DatabaseError as error:
        logger.warning(
            "PostgreSQL's extension pg_trgm is missing, so the search is slow. Have an "
            "administrator of PostgreSQL run `CREATE EXTENSION pg_trgm` in this database, then "
            "run `manage.py migrate` again: %s",
            error,
        )
        return False
    return True
