"""An import without a worker and without a person to confirm it, for commands and programs."""

from collections.abc import Callable
from typing import Any

from django.core.files import File

from importexport.models import ImportRun, RunSource, RunState
from importexport.runs.intake import Options, receive
from importexport.runs.reading import Tell
from importexport.runs.steps import abandon, confirm
from importexport.runs.worker import Outcome, apply_run, check_run

# The site may change between the check and the import; as often, the check is made anew.
_MOST_TRIES = 5


class ImportStopped(Exception):
    """An import that could not be brought to its end; the message says why, in French."""


def import_contacts(
    file: "File[Any]",
    options: Options,
    *,
    tell: Tell = lambda _read, _expected: None,
    accept: Callable[[ImportRun], object] = lambda _run: None,
) -> tuple[ImportRun, Outcome]:
    """Import a file at once: all of it, or nothing. Return its run, and what it did.

    `accept` is shown the run before anything changes, and may raise ImportStopped. Raises
    FileRefused for a file that cannot be read, ImportRefused for one with faulty rows, and
    ImportStopped where the import was interrupted.
    """
    run = receive(file, options, source=RunSource.COMMAND)
    for _ in range(_MOST_TRIES):
        outcome = check_run(run.pk, tell)
        run.refresh_from_db()
        if outcome is None:
            raise ImportStopped(run.message or _ELSEWHERE)
        try:
            accept(run)
        except ImportStopped:
            abandon(run)
            raise
        confirm(run, run.preview_key)
        apply_run(run.pk)
        run.refresh_from_db()
        if run.state == RunState.DONE:
            return run, outcome
        if run.state == RunState.FAILED:
            raise ImportStopped(run.message)
    abandon(run)
    raise ImportStopped(_TOO_LIVELY)


_ELSEWHERE = (
    "L'import ne s'est pas terminé ici, mais peut continuer ailleurs\u00a0: "
    "voyez dans l'historique des imports où il en est."
)
_TOO_LIVELY = (
    "Les contacts du site changent sans cesse : rien n'a été importé. "
    "Recommencez dans un moment plus calme."
)
