"""`manage.py export_contacts FILE.ods|FILE.csv`: see contact-files.md, « Commands »."""

import os
import shutil
import uuid
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from base.terminal import TerminalCommand, reason
from importexport.exports.contacts import export_and_note
from importexport.models import RunSource
from importexport.rows.sheet import CONTENT_TYPES, Format


class Command(TerminalCommand):
    help = "Exporte tous les contacts dans un fichier ODS ou CSV."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE.ods|FILE.csv", type=Path)

    def handle(self, *_arguments: Any, **options: Any) -> None:
        path: Path = options["file"]
        formats = {f".{format}": format for format in CONTENT_TYPES}
        format = formats.get(path.suffix.lower())
        if format is None:
            self.fail([f"{path} : le nom du fichier doit finir par .ods ou .csv."])
        if not path.absolute().parent.is_dir():
            self.fail([f"Le dossier {path.absolute().parent} n'existe pas."])
        try:
            _write_whole(path, format)
        except OSError as error:
            self.fail([f"Le fichier {path} ne peut pas être écrit : {reason(error)}."])
        self.stdout.write(f"Les contacts sont exportés dans {path}.")


def _write_whole(path: Path, format: Format) -> None:
    """Write a file beside `path`, then rename it: at `path`, there is never a part of a file."""
    part = path.with_name(f".contacts-{uuid.uuid4().hex}")
    try:
        with part.open("x+b") as file:
            # Nobody who could not read the old file may read the new one.
            if path.exists():
                shutil.copymode(path, part)
            export_and_note(file, format, source=RunSource.COMMAND)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
