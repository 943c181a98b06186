"""The app's declaration."""

from typing import Any

from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate

from members import text
from members.upkeep import do_daily, look_after


class MembersConfig(AppConfig):
    """The members app."""

    name = "members"
    verbose_name = "Membres"

    def ready(self) -> None:
        """Teach SQLite the functions that its generated columns call; see to indexes and mail."""
        from members.message_sending import prepare_overdue
        from members.outbox import remove_orphaned_files
        from members.search_index import index_gently, install_indexes
        from members.tasks import ask_for_due_delivery, forget_old_deliveries

        connection_created.connect(_add_text_functions, dispatch_uid="members.text")
        # Of every app: the apps above have columns to be searched too.
        post_migrate.connect(install_indexes, dispatch_uid="members.search_index")
        look_after(index_gently)
        look_after(prepare_overdue)
        look_after(ask_for_due_delivery)
        do_daily(forget_old_deliveries)
        do_daily(remove_orphaned_files)


def _add_text_functions(connection: Any, **_: object) -> None:
    if connection.vendor == "sqlite":
        create = connection.connection.create_function
        create("fold_text", 1, text.fold, deterministic=True)
        create("searchable_text", -1, text.searchable, deterministic=True)
