"""The app's declaration."""

from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate, pre_migrate

from base.upkeep import look_after


class DirectoryConfig(AppConfig):
    """The directory app."""

    name = "directory"

    def ready(self) -> None:
        from directory.search.index import index_gently, install_indexes, make_way

        # Django sends no signal of migrations for an app without models, such as this one.
        contacts, uid = apps.get_app_config("contacts"), "directory.search.index"
        pre_migrate.connect(make_way, sender=contacts, dispatch_uid=uid)
        post_migrate.connect(install_indexes, sender=contacts, dispatch_uid=uid)
        look_after(index_gently)
