"""The app's declaration."""

from typing import Any

from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate

from members import text


class MembersConfig(AppConfig):
    """The members app."""

    name = "members"
    verbose_name = "Membres"

    def ready(self) -> None:
        """Teach SQLite the functions that its generated columns call; see to the indexes."""
        from members.search_index import install_indexes

        connection_created.connect(_add_text_functions, dispatch_uid="members.text")
        # Of every app: the apps above have columns to be searched too.
        post_migrate.connect(install_indexes, dispatch_uid="members.search_index")


def _add_text_functions(connection: Any, **_: object) -> None:
    if connection.vendor == "sqlite":
        create = connection.connection.create_function
        create("fold_text", 1, text.fold, deterministic=True)
        create("searchable_text", -1, text.searchable, deterministic=True)
