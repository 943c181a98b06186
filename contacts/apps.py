"""The app's declaration."""

from django.apps import AppConfig


class ContactsConfig(AppConfig):
    """The contacts app."""

    name = "contacts"

    def ready(self) -> None:
        from contacts.triggers import CONTACTS

        CONTACTS.connect(self)
