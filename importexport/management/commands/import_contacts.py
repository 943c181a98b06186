"""`manage.py import_contacts FILE [--sync | --update]`: see contact-files.md, « Commands »."""

import re
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from django.core.files import File

from base.french import grouped
from base.progress import ProgressBar
from base.terminal import TerminalCommand, reason
from importexport.files.table import FileRefused
from importexport.models import ImportMode, ImportRun, Side
from importexport.rows.remarks import Remarks
from importexport.rows.values import quoted
from importexport.runs.check import Outcome, preview_file
from importexport.runs.direct import ImportStopped, import_contacts, refuse_conflicts
from importexport.runs.intake import Heartbeat, ImportRefused, Options, sha256
from importexport.runs.sentences import consequences, earlier_import


@dataclass(frozen=True)
class MaxRemovals:
    """The most contacts that an import may remove: a number, or a percentage of the site's."""

    number: int
    is_share: bool

    @classmethod
    def from_text(cls, text: str) -> "MaxRemovals":
        """Read `N` or `P%`. Raises ArgumentTypeError."""
        match = re.fullmatch(r"(\d{1,9})(%?)", text, re.ASCII)
        if match is None:
            raise ArgumentTypeError(f"« {text} » : indiquez un nombre, ou un pourcentage (20%).")
        return cls(int(match[1]), bool(match[2]))

    def allows(self, run: ImportRun) -> bool:
        if self.is_share:
            return run.removed_count * 100 <= self.number * run.site_contact_count
        return run.removed_count <= self.number


class Command(TerminalCommand):
    help = "Importe les contacts d'un fichier ODS, XLSX ou CSV : en entier, ou pas du tout."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path)
        mode = parser.add_mutually_exclusive_group()
        mode.add_argument(
            "--sync",
            action="store_true",
            help="Les contacts de tout le site deviennent exactement ceux du fichier.",
        )
        mode.add_argument(
            "--update",
            action="store_true",
            help="Les contacts déjà présents sont modifiés, les autres ajoutés.",
        )
        parser.add_argument(
            "--only-members-in-file",
            action="store_true",
            help="Avec --sync : les membres absents du fichier gardent leurs contacts.",
        )
        parser.add_argument(
            "--max-removals",
            metavar="N|P%%",
            type=MaxRemovals.from_text,
            help="N'importe rien si plus de contacts seraient supprimés : un nombre, ou une part.",
        )
        parser.add_argument(
            "--leave-out-sheets",
            action="store_true",
            help="Avec --sync : importe bien que d'autres feuilles de contacts ne soient pas lues.",
        )
        parser.add_argument(
            "--on-conflict",
            choices=["site", "file", "refuse"],
            default="refuse",
            help=(
                "Ce qui vaut quand le site a changé depuis l'export ce que le fichier change "
                "autrement : le site, le fichier, ou rien n'est importé (par défaut)."
            ),
        )
        parser.add_argument(
            "--replace",
            action="store_true",
            help="Ne garde pas les changements faits sur le site depuis l'export du fichier.",
        )
        parser.add_argument(
            "--dry-run",
            action="store_true",
            help="Dit ce que l'import ferait, et n'écrit rien.",
        )

    def handle(self, *_arguments: Any, **options: Any) -> None:
        """Import, and print a summary; or print all errors on standard error, and fail."""
        if options["only_members_in_file"] and not options["sync"]:
            self.fail(["L'option --only-members-in-file va avec --sync."])
        work = _preview if options["dry_run"] else _import
        try:
            with options["file"].open("rb") as file, ProgressBar(self.stderr) as bar:
                lines = list(work(file, options, bar.show))
        except OSError as error:
            self.fail([f"Le fichier {options['file']} ne peut pas être lu : {reason(error)}."])
        except (FileRefused, ImportStopped) as refusal:
            self.fail(str(refusal).splitlines())
        except ImportRefused as refusal:
            self.fail(_error_lines(refusal.checked.errors))
        for line in lines:
            self.stdout.write(line)


def _preview(file: IO[bytes], options: dict[str, Any], heartbeat: Heartbeat) -> Iterator[str]:
    outcome = preview_file(file, _chosen(options), heartbeat, _side(options))
    refuse_conflicts(outcome)
    yield from _warning_lines(outcome.warnings)
    yield from _earlier_lines(ImportRun(sha256=sha256(File(file))))
    yield "Essai seulement : rien n'a été écrit."
    yield from _summary_lines(outcome)


def _import(file: IO[bytes], options: dict[str, Any], heartbeat: Heartbeat) -> Iterator[str]:
    limit: MaxRemovals | None = options["max_removals"]

    def accept(run: ImportRun) -> None:
        if run.left_out_sheets and not options["leave_out_sheets"]:
            raise ImportStopped(
                "Le fichier a d'autres feuilles avec les mêmes titres, qui ne sont pas lues : "
                f"{', '.join(map(quoted, run.left_out_sheets))}. Une synchronisation supprimerait "
                "leurs contacts : réunissez tout dans une feuille, ou ajoutez --leave-out-sheets."
            )
        if limit and not limit.allows(run):
            raise ImportStopped(
                f"L'import supprimerait {grouped(run.removed_count)} contacts sur "
                f"{grouped(run.site_contact_count)}, plus que --max-removals ne permet. "
                "Rien n'a été importé."
            )

    named = File(file, options["file"].name)
    run, outcome = import_contacts(
        named,
        _chosen(options),
        heartbeat=heartbeat,
        accept=accept,
        on_conflict=_side(options),
    )
    yield from _warning_lines(outcome.warnings)
    yield from _earlier_lines(run)
    yield from _summary_lines(outcome)


def _chosen(options: dict[str, Any]) -> Options:
    mode = ImportMode.ADDITION
    if options["sync"]:
        mode = ImportMode.SYNCHRONISATION
    elif options["update"]:
        mode = ImportMode.UPDATE
    return Options(mode, options["only_members_in_file"], merges=not options["replace"])


def _side(options: dict[str, Any]) -> Side | None:
    return None if options["on_conflict"] == "refuse" else Side(options["on_conflict"])


def _error_lines(errors: Remarks) -> Iterator[str]:
    yield from map(str, errors.kept)
    if errors.count > len(errors.kept):
        yield f"et {errors.count - len(errors.kept)} autres erreurs"


def _warning_lines(warnings: Remarks) -> Iterator[str]:
    yield from map(str, warnings.kept)
    if warnings.count > len(warnings.kept):
        yield f"et {warnings.count - len(warnings.kept)} autres avertissements"


def _earlier_lines(run: ImportRun) -> Iterator[str]:
    if sentence := earlier_import(run):
        yield sentence


def _summary_lines(outcome: Outcome) -> Iterator[str]:
    numbers = {
        "lignes": outcome.rows,
        "membres": outcome.members,
        "ajoutés": outcome.added,
        "modifiés": outcome.modified,
        "supprimés": outcome.removed,
        "inchangés": outcome.unchanged,
        "avertissements": outcome.warnings.count,
    }
    if outcome.comparisons:
        kept = len(outcome.comparisons) - len(outcome.conflicts)
        numbers |= {"gardés du site": kept, "conflits": len(outcome.conflicts)}
    yield ", ".join(f"{label} : {number}" for label, number in numbers.items())
    found = consequences(outcome.consequences.numbers())
    yield from map(str, (*found.warnings, *found.others))
