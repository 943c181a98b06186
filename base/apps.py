"""The app's declaration."""

from typing import Any

from django.apps import AppConfig
from django.db.backends.signals import connection_created

from base import authorship, text


class BaseConfig(AppConfig):
    """The base app."""

    name = "base"

    def ready(self) -> None:
        from base import recorder

        connection_created.connect(_add_text_functions, dispatch_uid="base.text")
        connection_created.connect(recorder.prepare, dispatch_uid="base.recorder")
        connection_created.connect(authorship.prepare, dispatch_uid="base.authorship")


def _add_text_functions(connection: Any, **_: object) -> None:
    if connection.vendor == "sqlite":
        create = connection.connection.create_function
        create("fold_text", 1, text.fold, deterministic=True)
        create("sort_key", 1, text.sort_key, deterministic=True)
        create("searchable_text", -1, text.searchable, deterministic=True)
