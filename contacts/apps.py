"""The app's declaration."""

from django.apps import AppConfig


class ContactsConfig(AppConfig):
    """The contacts app."""

    name = "contacts"

    def ready(self) -> None:
        """Offer what needs a look as filters of the members' screen."""
        from contacts.problems import PROBLEMS
        from members.filters import register_filters

        register_filters(PROBLEMS)
