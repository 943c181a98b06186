"""The app's declaration."""

from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate

from base.upkeep import look_after


class DirectoryConfig(AppConfig):
    """The directory app."""

    name = "directory"

    def ready(self) -> None:
        """Install the search's indexes after a migration, and have workers keep them up to date."""
        from directory.search.index import index_gently, install_indexes

        # An app without models of its own, as this one, is told of no migration.
        post_migrate.connect(
            install_indexes,
            sender=apps.get_app_config("contacts"),
            dispatch_uid="directory.search.index",
        )
        look_after(index_gently)
