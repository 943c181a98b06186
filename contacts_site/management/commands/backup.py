"""`manage.py backup FILE`: write the database and the files to one archive, while the site runs."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.utils import timezone

from base.terminal import TerminalCommand, reason
from contacts_site.operations.backups import NotBackedUp, make_backup


class Command(TerminalCommand):
    """Back up a site on SQLite."""

    help = "Sauvegarde la base SQLite et les fichiers du site, même en marche, dans une archive."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "file", type=Path, metavar="FILE", help="L'archive à écrire (.tar.gz)\u00a0; remplacée."
        )

    def handle(self, *_arguments: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            backup = make_backup(path)
        except NotBackedUp as refusal:
            self.fail([str(refusal)])
        except OSError as error:
            self.fail([f"La sauvegarde {path} ne peut pas être écrite\u00a0: {reason(error)}."])
        moment = timezone.localtime(backup.made_at)
        self.stdout.write(
            f"Sauvegarde {path}\u00a0: base du {moment:%d/%m/%Y à %H:%M:%S}, "
            f"fichiers\u00a0: {backup.files}."
        )
