"""`manage.py purge`: forgets what is old, as the settings say."""

from typing import Any

from base.terminal import TerminalCommand
from contacts_site.operations.retention import purge


class Command(TerminalCommand):
    """Forget what is old; to be run once a day."""

    help = "Efface ce qui est ancien, selon les réglages RETENTION_… ; à lancer chaque jour."

    def handle(self, *_arguments: Any, **_options: Any) -> None:
        """Say of each kind how much was forgotten."""
        self.stdout.write("Ce qui a été effacé\u00a0:")
        for forgetter, count in purge():
            days = "un jour" if forgetter.days == 1 else f"{forgetter.days} jours"
            said = f"{count}, de plus de {days}" if count is not None else "rien, gardé sans limite"
            self.stdout.write(f"- {forgetter.label}\u00a0: {said}")
