"""`manage.py undo_import RUN`: undoes an import, as « Annuler cet import » does."""

from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from base.terminal import TerminalCommand
from importexport.models import ImportRun
from importexport.runs.steps import ask_to_undo
from importexport.runs.undo import UndoRefused, undo_run
from importexport.states import RunState


class Command(TerminalCommand):
    help = "Annule un import : les contacts et leur ordre redeviennent exactement ceux d'avant."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "run", metavar="RUN", type=int, help="Le numéro de l'import, dans l'historique."
        )

    def handle(self, *_arguments: Any, **options: Any) -> None:
        run = ImportRun.objects.filter(pk=options["run"]).first()
        if run is None:
            self.fail([f"Il n'y a pas d'import {options['run']}."])
        try:
            ask_to_undo(run, None)
        except UndoRefused as refusal:
            self.fail(_refusal_lines(refusal))
        undo_run(run.pk)
        run.refresh_from_db()
        if run.state != RunState.UNDONE:
            self.fail([run.message])
        values_back = f", valeurs rétablies : {run.modified_count}" if run.modified_count else ""
        self.stdout.write(
            f"L'import {run.pk} est annulé. Supprimés : {run.added_count}, "
            f"revenus : {run.removed_count}, remis à leur place : {run.moved_count}{values_back}"
        )


def _refusal_lines(refusal: UndoRefused) -> Iterator[str]:
    yield str(refusal)
    for obstacle in refusal.obstacles:
        yield f"{obstacle.contact} : {obstacle.reason}"
    if refusal.more:
        yield f"et {refusal.more} autres"
