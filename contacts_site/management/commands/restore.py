"""`manage.py restore FILE`: replace the site's database and files by those of a backup."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.utils import timezone

from base.occupancy import Occupied
from base.terminal import TerminalCommand, reason
from contacts_site.operations.backups import Backup, NotBackedUp
from contacts_site.operations.restores import NotRestorable, restore, unpacked_backup

_YES = "oui"


class Command(TerminalCommand):
    """Restores a backup of a site on SQLite, completely or not at all."""

    help = "Remplace la base SQLite et les fichiers du site par ceux d'une sauvegarde."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "file", type=Path, metavar="FILE", help="L'archive de «\u00a0backup\u00a0»."
        )
        parser.add_argument("--yes", action="store_true", help="Ne rien demander.")

    def handle(self, *_arguments: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            with unpacked_backup(path) as unpacked:
                if not options["yes"] and not self._is_wanted(unpacked.backup):
                    self.fail(["Rien n'est modifié."])
                kept = restore(unpacked)
        except (NotRestorable, NotBackedUp) as refusal:
            self.fail([str(refusal)])
        except Occupied:
            self.fail(["Arrêtez d'abord le site et ses workers\u00a0; rien n'est modifié."])
        except OSError as error:
            self.fail([f"{path}\u00a0: {reason(error)}\u00a0; rien n'est modifié."])
        self.stdout.write(f"Sauvegarde {path} restaurée.")
        if kept:
            self.stdout.write(f"Ce qui était là est gardé dans {kept}.")

    def _is_wanted(self, backup: Backup) -> bool:
        moment = timezone.localtime(backup.made_at)
        self.stdout.write(
            f"Cette sauvegarde du {moment:%d/%m/%Y à %H:%M:%S} remplace toutes les données du site."
        )
        try:
            return input(f"Écrivez «\u00a0{_YES}\u00a0» pour continuer\u00a0: ").strip() == _YES
        except EOFError:
            return False
