"""`manage.py migrate`: Django's own, which leaves alone a database of a version before 0.2.0."""

from typing import Any

from django.core.management.commands import migrate
from django.db.migrations.exceptions import InconsistentMigrationHistory

from base.terminal import TerminalCommand

_TOO_OLD = (
    "Cette base de données est d'une version du site antérieure à la 0.2.0, qui ne se met pas à "
    "jour\u00a0; rien n'est modifié. Donnez au site une base vide (DATA_DIR ou DATABASE_URL)."
)


class Command(TerminalCommand, migrate.Command):
    """Bring the tables up to date."""

    def handle(self, *arguments: Any, **options: Any) -> None:
        """Migrate, or say that the database is too old: migrations began anew with 0.2.0."""
        try:
            super().handle(*arguments, **options)
        except InconsistentMigrationHistory:
            # Nothing has been written yet: Django looks at the history first.
            self.fail([_TOO_OLD])
