"""The app, and what the worker does for it without being asked."""

from django.apps import AppConfig

from base.upkeep import do_daily, look_after


class ImportExportConfig(AppConfig):
    name = "importexport"
    verbose_name = "Fichiers de contacts"

    def ready(self) -> None:
        """Have the worker claim overdue runs, and delete old files and plans each day."""
        from importexport.runs.retention import forget_old_imports
        from importexport.runs.steps import ask_for_overdue_work

        look_after(ask_for_overdue_work)
        do_daily(forget_old_imports)
