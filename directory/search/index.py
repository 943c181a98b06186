"""The indexes of the search, one for members and one for contacts, on their column `search_text`.

On PostgreSQL it is a GIN index of pg_trgm, which the database updates itself. On SQLite it is a
table of FTS5 with the trigram tokenizer, which stores no text. Triggers list the changed rows in a
table, which costs a writer next to nothing (indexing 100,000 contacts in their transaction would
take 3 s). `index_changes` indexes these rows later; until then a search reads them one by one.

Missing parts are made after each `migrate`, since SQLite drops the triggers of a table that a
migration rebuilds. If the database cannot have the index, the search works, but slowly.
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
# A condition: the text has characters outside ASCII. PostgreSQL has an index of such rows.
NOT_PLAIN = "{}search_text ~ '[^ -~]'"
# Rows indexed in one transaction, while other writers of SQLite wait: some hundredths of a second.
_ROWS_AT_A_TIME = 1_000
# Seconds between two transactions.
_PAUSE = 0.02
Connection = BaseDatabaseWrapper


def index_table(model: type[models.Model]) -> str:
    """Return the name of a model's index: a table of FTS5 on SQLite, an index on PostgreSQL."""
    return f"{model._meta.db_table}_search"


def parts_table(model: type[models.Model]) -> str:
    """Return the name of SQLite's table of trigrams and the rows that have them."""
    return f"{index_table(model)}_parts"


def changes_table(model: type[models.Model]) -> str:
    """Return the name of SQLite's table of rows that are not indexed yet."""
    return f"{index_table(model)}_changes"


def beginnings_indexes(table: str) -> dict[str, str]:
    """Return the fields of members whose beginnings are indexed, by the name of the index."""
    return {f"{table}_begins": "reference", f"{table}_name_begins": "name"}


def indexed_models(connection: Connection) -> set[type[models.Model]]:
    """Return the models that have their index of SQLite; none on another database."""
    if connection.vendor != "sqlite":
        return set()
    model_of = {changes_table(model): model for model in SEARCHED}
    places = ", ".join(["%s"] * len(model_of))
    sql = f"SELECT name FROM sqlite_master WHERE type = 'table' AND name IN ({places})"  # noqa: S608
    with connection.cursor() as cursor:
        return {model_of[name] for (name,) in cursor.execute(sql, [*model_of]).fetchall()}


def index_changes(using: str = "default", most: int | None = None) -> int:
    """Index the rows that are not indexed yet, about `most` of each model; return how many.

    Each 1,000 rows are one transaction. Does nothing on PostgreSQL.
    """
    connection = connections[using]
    return sum(_index_changes(connection, model, most) for model in indexed_models(connection))


def index_gently() -> None:
    """Index all rows that are not indexed yet, with pauses in which others can write."""
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
    connection = connections[using]
    install = {"sqlite": _install_on_sqlite, "postgresql": _install_on_postgresql}
    if connection.vendor in install:
        for model in SEARCHED:
            install[connection.vendor](connection, model)


def _has_column(connection: Connection, table: str) -> bool:
    """Return whether the table has the column: after `migrate` to an old state, it may not."""
    with connection.cursor() as cursor:
        cursor.execute(_COLUMN_QUERY[connection.vendor], [table, COLUMN])
        return cursor.fetchone() is not None


_COLUMN_QUERY = {
    "sqlite": "SELECT 1 FROM pragma_table_xinfo(%s) WHERE name = %s",
    "postgresql": "SELECT 1 FROM pg_attribute WHERE attrelid = to_regclass(%s) AND attname = %s",
}


# --- SQLite ---------------------------------------------------------------------------------


def padded(text: str) -> str:
    """Return the SQL expression of a text with the spaces that the index needs around it.

    With two spaces after it, also its last one or two characters begin a trigram, so `parts_table`
    finds them; with one before it, a search for a space and a word matches its start.
    """
    return f"' ' || {text} || '  '"


def _statements(model: type[models.Model]) -> dict[str, str]:
    """Return the statements that make the index, by the name of the table or trigger."""
    table, index, changes = model._meta.db_table, index_table(model), changes_table(model)

    def add(row: str, text: str) -> str:
        # Not INSERT OR IGNORE: the statement that fires a trigger overrides its OR clause.
        return (
            f"INSERT INTO {changes} (id, indexed_text) VALUES ({row}.id, {text}) "  # noqa: S608
            "ON CONFLICT (id) DO NOTHING;"
        )

    before = f"old.{COLUMN}"
    return {
        index: (
            f"CREATE VIRTUAL TABLE {index} USING fts5({COLUMN}, content='', columnsize=0, "
            "detail=none, tokenize='trigram case_sensitive 1')"
        ),
        parts_table(model): (
            f"CREATE VIRTUAL TABLE {parts_table(model)} USING fts5vocab('{index}', 'instance')"
        ),
        # `indexed_text` is the text under which the row is indexed; NULL if it is not indexed.
        changes: f"CREATE TABLE {changes} (id integer PRIMARY KEY, indexed_text text)",
        f"{index}_insert": (
            f"CREATE TRIGGER {index}_insert AFTER INSERT ON {table} BEGIN {add('new', 'NULL')} END"
        ),
        f"{index}_update": (
            f"CREATE TRIGGER {index}_update AFTER UPDATE ON {table} "
            f"WHEN old.{COLUMN} IS NOT new.{COLUMN} OR old.id IS NOT new.id "
            f"BEGIN {add('old', before)} {add('new', 'NULL')} END"
        ),
        f"{index}_delete": (
            f"CREATE TRIGGER {index}_delete AFTER DELETE ON {table} BEGIN {add('old', before)} END"
        ),
    }


def _install_on_sqlite(connection: Connection, model: type[models.Model]) -> None:
    table, statements = model._meta.db_table, _statements(model)
    has_column = _has_column(connection, table)
    if has_column and model is Member:
        with connection.cursor() as cursor:
            for name, field in beginnings_indexes(table).items():
                cursor.execute(f"CREATE INDEX IF NOT EXISTS {name} ON {table} (fold_text({field}))")
    if has_column and _installed_parts(connection, statements) == statements:
        return
    try:
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            _remove_from_sqlite(cursor, statements)
            if has_column:
                for statement in statements.values():
                    cursor.execute(statement)
                cursor.execute(
                    f"INSERT INTO {changes_table(model)} (id) SELECT id FROM {table}"  # noqa: S608
                )
    except DatabaseError as error:
        logger.warning("SQLite has no trigram index, so the search is slow: %s", error)
        return
    if has_column:
        _index_changes(connection, model, None)


def _installed_parts(connection: Connection, statements: dict[str, str]) -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
        return {name: sql for name, sql in cursor.fetchall() if name in statements}


def _remove_from_sqlite(cursor: Any, statements: dict[str, str]) -> None:
    for name, statement in statements.items():
        if statement.startswith("CREATE TRIGGER"):
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
    for name, statement in reversed(statements.items()):
        if not statement.startswith("CREATE TRIGGER"):
            cursor.execute(f"DROP TABLE IF EXISTS {name}")


def _index_changes(connection: Connection, model: type[models.Model], most: int | None) -> int:
    done = 0
    while most is None or done < most:
        count = _index_next_rows(connection, model)
        done += count
        if count < _ROWS_AT_A_TIME:
            break
    return done


def _index_next_rows(connection: Connection, model: type[models.Model]) -> int:
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
    if not _has_column(connection, table) or not _has_trigrams(connection):
        return
    definitions = {
        index: f"{table} USING gin ({COLUMN} gin_trgm_ops)",
        f"{index}_others": f"{table} (id) WHERE {NOT_PLAIN.format('')}",
    }
    if model is Member:
        for name, field in beginnings_indexes(table).items():
            definitions[name] = f'{table} ((fold_text({field}) COLLATE "C"))'
    with connection.cursor() as cursor:
        for name, definition in definitions.items():
            # CREATE INDEX IF NOT EXISTS would lock the table even where the index exists.
            cursor.execute("SELECT to_regclass(%s) IS NULL", [name])
            if cursor.fetchone()[0]:
                cursor.execute(f"CREATE INDEX {name} ON {definition}")


def _has_trigrams(connection: Connection) -> bool:
    """Return whether pg_trgm is installed; install it if it is missing and we may."""
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
