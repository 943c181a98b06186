"""Triggers that record history: they copy a contact's old state to FormerContact.

They run on each change or deletion of a contact, also by plain SQL.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.apps import apps as installed
from django.apps.registry import Apps
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations import Migration

from contacts.models import CONTACT_FIELDS

# Columns whose change is recorded in history; a change of `updated_at` alone, for example, is not.
STATE = ("member_id", "position", *CONTACT_FIELDS)
_NAMES = {"UPDATE": "contacts_former_changed", "DELETE": "contacts_former_deleted"}
_FUNCTION = "contacts_keep_former"


def add_functions(connection: Any, **_: object) -> None:
    if connection.vendor == "sqlite":
        connection.connection.create_function("moment_of_now", 0, _moment_of_now)


def _moment_of_now() -> str:
    """Return the current time as Django stores it: SQLite's own clock has milliseconds only."""
    return datetime.now(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


def keep_installed(using: str, apps: Apps = installed, **_: object) -> None:
    """Install the triggers after each migration, if FormerContact exists by then.

    SQLite drops a table's triggers whenever a migration rebuilds the table. After a migration
    back, the triggers keep only the columns that the table has by then.
    """
    try:
        former = apps.get_model("contacts", "FormerContact")
    except LookupError:
        return
    there = {field.attname for field in former._meta.concrete_fields}
    install_triggers(connections[using], tuple(name for name in STATE if name in there))


def make_way(using: str, plan: Sequence[tuple[Migration, bool]], **_: object) -> None:
    """Remove the triggers before a migration of contacts: SQLite drops no column that one names."""
    connection = connections[using]
    if connection.vendor == "sqlite" and any(step.app_label == "contacts" for step, _ in plan):
        remove_triggers(connection)


def install_triggers(connection: BaseDatabaseWrapper, state: Sequence[str] | None = None) -> None:
    """Install the triggers defined here, in place of older ones.

    `state` are the columns that they compare and keep: STATE, unless the table lacks one. On
    PostgreSQL, a trigger whose definition is the same is left alone, since replacing it would
    lock the table; its function is replaced.
    """
    install = _install_on_postgresql if connection.vendor == "postgresql" else _install_on_sqlite
    with connection.cursor() as cursor:
        install(cursor, STATE if state is None else state)


def remove_triggers(connection: BaseDatabaseWrapper) -> None:
    table = " ON contacts_contact" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        for name in _NAMES.values():
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}{table}")


def _install_on_sqlite(cursor: Any, state: Sequence[str]) -> None:
    for event, name in _NAMES.items():
        when = f"WHEN {_differs(state, 'IS NOT')}" if event == "UPDATE" else ""
        cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
        cursor.execute(
            f"CREATE TRIGGER {name} AFTER {event} ON contacts_contact {when} "
            f"BEGIN {_insert_old_state(state, event == 'DELETE', 'moment_of_now()')}; END"
        )


def _install_on_postgresql(cursor: Any, state: Sequence[str]) -> None:
    insert = _insert_old_state(state, "TG_OP = 'DELETE'", "clock_timestamp()")
    cursor.execute(
        f"CREATE OR REPLACE FUNCTION {_FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN {insert}; RETURN NULL; END $$"
    )
    # Each trigger's definition is also its comment, to compare with: PostgreSQL does not keep the
    # text of the definition.
    cursor.execute(
        "SELECT tgname, obj_description(oid, 'pg_trigger') FROM pg_trigger "
        "WHERE tgrelid = 'contacts_contact'::regclass"
    )
    installed_definitions = dict(cursor.fetchall())
    for event, name in _NAMES.items():
        when = f"WHEN ({_differs(state, 'IS DISTINCT FROM')})" if event == "UPDATE" else ""
        definition = (
            f"CREATE OR REPLACE TRIGGER {name} AFTER {event} ON contacts_contact FOR EACH ROW "
            f"{when} EXECUTE FUNCTION {_FUNCTION}()"
        )
        if installed_definitions.get(name) != definition:
            cursor.execute(definition)
            cursor.execute(f"COMMENT ON TRIGGER {name} ON contacts_contact IS %s", [definition])


def _differs(state: Sequence[str], operator: str) -> str:
    return " OR ".join(f"OLD.{name} {operator} NEW.{name}" for name in state)


def _insert_old_state(state: Sequence[str], is_deleted: object, now: str) -> str:
    kept = (*state, "created_at")
    columns = ", ".join(kept)
    values = ", ".join(f"OLD.{name}" for name in kept)
    return (
        f"INSERT INTO contacts_formercontact (contact_id, {columns}, is_deleted, at) "  # noqa: S608 (names of our own)
        f"VALUES (OLD.id, {values}, {is_deleted}, {now})"
    )
