"""Triggers that record the history of a table: each addition, change and deletion of its rows.

They run whoever writes and in whatever way, also by plain SQL, and name who writes
(base/authorship.py). base.models.Former says what they keep.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.apps import AppConfig
from django.apps import apps as installed
from django.apps.registry import Apps
from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations import Migration
from django.db.models.signals import post_migrate, pre_migrate

from base.authorship import POSTGRESQL_NOW, SQLITE_NOW, name_authors_of
from base.models import Event

_adding_many: ContextVar[bool] = ContextVar("adding_many", default=False)
_NAMES = {"INSERT": "added", "UPDATE": "changed", "DELETE": "deleted"}


def prepare(connection: Any, **_signal: Any) -> None:
    """Prepare a new connection; connected to `connection_created`."""
    if connection.vendor == "sqlite":
        connection.connection.create_function("is_adding_many", 0, _adding_many.get)


@dataclass(frozen=True)
class Recorded:
    """A table whose history is recorded, and the one that keeps it: Former and the model's name.

    `state` are the columns whose change is recorded; one of `updated_at` alone, for example, is
    not. `texts` are those of them that stay empty in the record of an addition. `passing` is true
    of an old row that is only passed through within a transaction: it is not recorded. `kept` are
    further columns of a record, whose change alone is not recorded.
    """

    app: str
    model: str
    state: tuple[str, ...]
    texts: frozenset[str]
    passing: str = ""
    kept: tuple[str, ...] = ("created_at",)

    @property
    def table(self) -> str:
        return f"{self.app}_{self.model}"

    @property
    def former(self) -> str:
        return f"{self.app}_former{self.model}"

    @contextmanager
    def adding_many(self) -> Iterator[None]:
        """Record the rows that get new keys inside all at once, at the end; in a transaction.

        SQLite's trigger takes six times as long, row by row. PostgreSQL's is for whole statements.
        """
        if connection.vendor != "sqlite":
            yield
            return
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT COALESCE(MAX(id), 0) FROM {self.table}")  # noqa: S608
            (last,) = cursor.fetchone()
            token = _adding_many.set(True)
            try:
                yield
            finally:
                _adding_many.reset(token)
            now = (f"(SELECT {value})" for value in SQLITE_NOW)
            row = ", ".join((*self._values("added", self.state, Event.ADDED), *now))
            cursor.execute(
                f"{self._insert(self.state)} SELECT {row} "  # noqa: S608 (names of our own)
                f"FROM {self.table} AS added WHERE id > %s ORDER BY id",
                [last],
            )

    def connect(self, config: AppConfig) -> None:
        """Have the triggers installed after each migration; to be called once, by the app."""
        name_authors_of(self.table)
        pre_migrate.connect(self.make_way, sender=config, dispatch_uid="triggers")
        post_migrate.connect(self.keep_installed, sender=config, dispatch_uid="triggers")

    def keep_installed(self, using: str, apps: Apps = installed, **_: object) -> None:
        """Install the triggers after each migration, if the history's table exists by then.

        SQLite drops a table's triggers whenever a migration rebuilds the table. After a migration
        back, the triggers keep only the columns that the table has by then.
        """
        try:
            former = apps.get_model(self.app, f"former{self.model}")
        except LookupError:
            return
        there = {field.attname for field in former._meta.concrete_fields}
        self.install(connections[using], tuple(name for name in self.state if name in there))

    def make_way(self, using: str, plan: Sequence[tuple[Migration, bool]], **_: object) -> None:
        """Remove the triggers before a migration of the app.

        SQLite drops no column that one names.
        """
        connection = connections[using]
        if connection.vendor == "sqlite" and any(step.app_label == self.app for step, _ in plan):
            self.remove(connection)

    def install(self, connection: BaseDatabaseWrapper, state: Sequence[str] | None = None) -> None:
        """Install the triggers defined here, in place of older ones.

        `state` are the columns that they compare and keep: all, unless the table lacks one. On
        PostgreSQL, a trigger whose definition is the same is left alone, since replacing it would
        lock the table; its function is replaced.
        """
        install = (
            self._install_on_postgresql
            if connection.vendor == "postgresql"
            else self._install_on_sqlite
        )
        with connection.cursor() as cursor:
            install(cursor, self.state if state is None else state)

    def remove(self, connection: BaseDatabaseWrapper) -> None:
        table = f" ON {self.table}" if connection.vendor == "postgresql" else ""
        with connection.cursor() as cursor:
            for event in _NAMES:
                cursor.execute(f"DROP TRIGGER IF EXISTS {self._name(event)}{table}")

    def _name(self, event: str) -> str:
        return f"{self.table}_{_NAMES[event]}"

    def _install_on_sqlite(self, cursor: Any, state: Sequence[str]) -> None:
        recorded = {
            "INSERT": self._values("NEW", state, Event.ADDED),
            "UPDATE": self._values("OLD", state, Event.CHANGED),
            "DELETE": self._values("OLD", state, Event.DELETED),
        }
        conditions = {
            "INSERT": "WHEN NOT is_adding_many()",
            "UPDATE": f"WHEN {self._differs(state, 'IS NOT')}",
        }
        for event, values in recorded.items():
            when = conditions.get(event, "")
            row = ", ".join((*values, *SQLITE_NOW))
            cursor.execute(f"DROP TRIGGER IF EXISTS {self._name(event)}")
            cursor.execute(
                f"CREATE TRIGGER {self._name(event)} AFTER {event} ON {self.table} {when} "
                f"BEGIN {self._insert(state)} VALUES ({row}); END"
            )

    def _install_on_postgresql(self, cursor: Any, state: Sequence[str]) -> None:
        """Rows that are added come by the thousands, and are recorded all at once."""
        event = f"CASE TG_OP WHEN 'DELETE' THEN {Event.DELETED} ELSE {Event.CHANGED} END"
        row = ", ".join((*self._values("OLD", state, event), *POSTGRESQL_NOW))
        added = ", ".join((*self._values("added", state, Event.ADDED), *POSTGRESQL_NOW))
        bodies = {
            f"{self.table}_keep_former": f"{self._insert(state)} VALUES ({row})",
            f"{self.table}_keep_added": (
                f"{self._insert(state)} SELECT {added} FROM added"  # noqa: S608 (names of our own)
            ),
        }
        for name, body in bodies.items():
            cursor.execute(
                f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
                f"$$ BEGIN {body}; RETURN NULL; END $$"
            )
        differs = self._differs(state, "IS DISTINCT FROM")
        each_row = f"EXECUTE FUNCTION {self.table}_keep_former()"
        definitions = {
            "INSERT": "REFERENCING NEW TABLE AS added FOR EACH STATEMENT "
            f"EXECUTE FUNCTION {self.table}_keep_added()",
            "UPDATE": f"FOR EACH ROW WHEN ({differs}) {each_row}",
            "DELETE": f"FOR EACH ROW {each_row}",
        }
        self._define_triggers(cursor, definitions)

    def _define_triggers(self, cursor: Any, definitions: dict[str, str]) -> None:
        # Each trigger's definition is also its comment, to compare with: PostgreSQL does not keep
        # the text of the definition.
        cursor.execute(
            "SELECT tgname, obj_description(oid, 'pg_trigger') FROM pg_trigger "
            "WHERE tgrelid = %s::regclass",
            [self.table],
        )
        installed_definitions = dict(cursor.fetchall())
        for event, rest in definitions.items():
            name = self._name(event)
            definition = f"CREATE OR REPLACE TRIGGER {name} AFTER {event} ON {self.table} {rest}"
            if installed_definitions.get(name) != definition:
                cursor.execute(definition)
                cursor.execute(f"COMMENT ON TRIGGER {name} ON {self.table} IS %s", [definition])

    def _insert(self, state: Sequence[str]) -> str:
        columns = (f"{self.model}_id", *state, *self.kept, "event", "at", "author")
        return f"INSERT INTO {self.former} ({', '.join(columns)})"

    def _values(self, row: str, state: Iterable[str], event: object) -> tuple[str, ...]:
        """Return the values of the row to keep, up to the event."""
        is_added = event == Event.ADDED
        columns = ("id", *state, *self.kept)
        emptied = self.texts if is_added else frozenset()
        values = ("''" if name in emptied else f"{row}.{name}" for name in columns)
        return (*values, str(event))

    def _differs(self, state: Iterable[str], operator: str) -> str:
        differs = " OR ".join(f"OLD.{name} {operator} NEW.{name}" for name in state)
        return f"NOT ({self.passing}) AND ({differs})" if self.passing else differs
