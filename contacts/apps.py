"""The app's declaration."""

from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate, pre_migrate


class ContactsConfig(AppConfig):
    """The contacts app."""

    name = "contacts"

    def ready(self) -> None:
        from contacts import triggers

        connection_created.connect(triggers.add_functions, dispatch_uid="contacts.triggers")
        pre_migrate.connect(triggers.make_way, sender=self, dispatch_uid="contacts.triggers")
        post_migrate.connect(triggers.keep_installed, sender=self, dispatch_uid="contacts.triggers")
