"""`manage.py export_contacts FILE.ods|FILE.csv`: see contact-files.md, « Commands »."""

import os
import tempfile
from argparse import ArgumentParser
from contextlib import suppress
from pathlib import Path
from typing import Any

from importexport.exporting import CONTENT_TYPES, Format, export_contacts
from importexport.management.terminal import TerminalCommand


class Command(TerminalCommand):
    """Export all contacts to an ODS or CSV file."""

    help = "Exporte tous les contacts dans un fichier ODS ou CSV."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the file."""
        parser.add_argument("file", metavar="FILE.ods|FILE.csv", type=Path)

    def handle(self, *_arguments: Any, **options: Any) -> None:
        """Write the file under its name only once it is complete."""
        path: Path = options["file"]
        formats = {f".{format}": format for format in CONTENT_TYPES}
        format = formats.get(path.suffix.lower())
        if format is None:
            self.fail([f"{path} : le nom du fichier doit finir par .ods ou .csv."])
        if not path.absolute().parent.is_dir():
            self.fail([f"Le dossier {path.absolute().parent} n'existe pas."])
        try:
            _write_whole(path, format)
        except OSError as error:
            self.fail([f"Le fichier {path} ne peut pas être écrit : {error.strerror}."])
        self.stdout.write(f"Les contacts sont exportés dans {path}.")


def _write_whole(path: Path, format: Format) -> None:
    """Write beside the asked name, then take that name in one step."""
    handle, name = tempfile.mkstemp(dir=path.absolute().parent, prefix=".contacts-")
    try:
        with os.fdopen(handle, "w+b") as file:
            export_contacts(file, format)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    finally:
        with suppress(FileNotFoundError):
            Path(name).unlink()
