"""The app's declaration."""

from typing import Any

from django.apps import AppConfig
from django.db.backends.signals import connection_created

from members import text


class MembersConfig(AppConfig):
    """The members app."""

    name = "members"
    verbose_name = "Membres"

    def ready(self) -> None:
        """Teach each SQLite connection the functions that its generated columns call."""
        connection_created.connect(_add_text_functions, dispatch_uid="members.text")


def _add_text_functions(connection: Any, **_: object) -> None:
    if connection.vendor == "sqlite":
        create = connection.connection.create_function
        create("fold_text", 1, text.fold, deterministic=True)
        create("searchable_text", -1, text.searchable, deterministic=True)
