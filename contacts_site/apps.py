"""The project as an app: it owns the roles, which span the others."""

from django.apps import AppConfig


class ContactsSiteConfig(AppConfig):
    """The site itself."""

    name = "contacts_site"
