"""The app's declaration."""

from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate


class ContactsConfig(AppConfig):
    """The contacts app."""

    name = "contacts"

    def ready(self) -> None:
        """Offer what needs a look as filters of the members' screen; have history kept."""
        from contacts import triggers
        from contacts.problems import PROBLEMS
        from members.filters import register_filters

        register_filters(PROBLEMS)
        connection_created.connect(triggers.add_functions, dispatch_uid="contacts.triggers")
        post_migrate.connect(triggers.keep_installed, sender=self, dispatch_uid="contacts.triggers")
