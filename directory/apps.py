"""The app's declaration."""

from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate

from base.upkeep import look_after


class DirectoryConfig(AppConfig):
    """The directory app."""

    name = "directory"

    def ready(self) -> None:
        from directory.search.index import index_gently, install_indexes

        # Django sends no post_migrate for an app without models, such as this one.
        post_migrate.connect(
            install_indexes,
            sender=apps.get_app_config("contacts"),
            dispatch_uid="directory.search.index",
        )
        look_after(index_gently)
