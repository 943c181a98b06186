"""`manage.py import_contacts FILE [--sync] [--dry-run]`: see contact-files.md, « Commands »."""

from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from importexport.checking import Remarks
from importexport.files.table import FileRefused
from importexport.runs import ImportRefused, Outcome, import_contacts, preview_import
from members.management.terminal import TerminalCommand, reason


class Command(TerminalCommand):
    """Import contacts from an ODS or CSV file: all of it, or nothing."""

    help = "Importe les contacts d'un fichier ODS ou CSV : en entier, ou pas du tout."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the file and the options."""
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument(
            "--sync",
            action="store_true",
            help="Les contacts de tout le site deviennent exactement ceux du fichier.",
        )
        parser.add_argument(
            "--dry-run",
            action="store_true",
            help="Dit ce que l'import ferait, et n'écrit rien.",
        )

    def handle(self, *_arguments: Any, **options: Any) -> None:
        """Import, and sum up on standard output; or tell every error on standard error."""
        run = preview_import if options["dry_run"] else import_contacts
        try:
            with options["file"].open("rb") as file:
                outcome = run(file, sync=options["sync"])
        except OSError as error:
            self.fail([f"Le fichier {options['file']} ne peut pas être lu : {reason(error)}."])
        except FileRefused as refusal:
            self.fail([str(refusal)])
        except ImportRefused as refusal:
            self.fail(_error_lines(refusal.checked.errors))
        for line in _summary(outcome, is_dry_run=options["dry_run"]):
            self.stdout.write(line)


def _error_lines(errors: Remarks) -> Iterator[str]:
    yield from map(str, errors.kept)
    if errors.count > len(errors.kept):
        yield f"et {errors.count - len(errors.kept)} autres erreurs"


def _summary(outcome: Outcome, *, is_dry_run: bool) -> Iterator[str]:
    warnings = outcome.warnings
    yield from map(str, warnings.kept)
    if warnings.count > len(warnings.kept):
        yield f"et {warnings.count - len(warnings.kept)} autres avertissements"
    if is_dry_run:
        yield "Essai seulement : rien n'a été écrit."
    numbers = {
        "lignes": outcome.rows,
        "membres": outcome.members,
        "ajoutés": outcome.added,
        "supprimés": outcome.removed,
        "inchangés": outcome.unchanged,
        "avertissements": warnings.count,
    }
    yield ", ".join(f"{label} : {number}" for label, number in numbers.items())
