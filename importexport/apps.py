"""The app's declaration."""

from django.apps import AppConfig


class ImportExportConfig(AppConfig):
    """The importexport app."""

    name = "importexport"
