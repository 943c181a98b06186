"""The app's declaration."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """The api app."""

    name = "api"
    verbose_name = "API"
