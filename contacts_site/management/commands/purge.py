"""`manage.py purge`: forgets what is old, as the settings say."""

from typing import Any

from contacts_site.operations.retention import purge
from members.management.terminal import TerminalCommand


class Command(TerminalCommand):
    """Forget what is old; to be run once a day."""

    help = "Efface ce qui est ancien, selon les réglages RETENTION_… ; à lancer chaque jour."

    def handle(self, *_arguments: Any, **_options: Any) -> None:
        """Say of each kind how much was forgotten."""
        for forgetter, count in purge():
            kept = f"plus de {forgetter.days} jours"
            said = f"{count} effacés ({kept})" if count is not None else "gardés sans limite"
            self.stdout.write(f"{forgetter.label}\u00a0: {said}")
