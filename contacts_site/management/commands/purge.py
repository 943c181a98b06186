"""`manage.py purge`: delete old data, by the settings RETENTION_… and IMPORT_FILES_KEPT_DAYS."""

from typing import Any

from base.terminal import TerminalCommand
from contacts_site.operations.retention import purge


class Command(TerminalCommand):
    """Deletes old data; to be run once a day."""

    help = "Efface ce qui est ancien, selon les réglages RETENTION_… ; à lancer chaque jour."

    def handle(self, *_arguments: Any, **_options: Any) -> None:
        self.stdout.write("Ce qui a été effacé\u00a0:")
        for forgetter, count in purge():
            days = "un jour" if forgetter.days == 1 else f"{forgetter.days} jours"
            text = f"{count}, de plus de {days}" if count is not None else "rien, gardé sans limite"
            self.stdout.write(f"- {forgetter.label}\u00a0: {text}")
