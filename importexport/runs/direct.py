"""An import without a worker and without a person who confirms it, for commands and programs."""

from collections.abc import Callable
from typing import Any

from django.core.files import File

from importexport.models import ImportRun, RunSource
from importexport.runs.apply import apply_run
from importexport.runs.check import Outcome, check_run
from importexport.runs.intake import Heartbeat, Options, receive
from importexport.runs.steps import abandon, confirm
from importexport.states import RunState

# The file is checked at most this often: anew where the site changes between check and import.
_MOST_CHECKS = 5


class ImportStopped(Exception):
    """An import that did not take place; the message says why, in French."""


def import_contacts(
    file: "File[Any]",
    options: Options,
    *,
    heartbeat: Heartbeat = lambda _read, _expected: None,
    accept: Callable[[ImportRun], object] = lambda _run: None,
) -> tuple[ImportRun, Outcome]:
    """Import a file in this process, all of it or nothing; return its run, and what it did.

    `accept` is called with the checked run before any contact changes, and may raise ImportStopped.
    Raises FileRefused for a file that cannot be read, ImportRefused for one with faulty rows, and
    ImportStopped where the import failed.
    """
    run = receive(file, options, source=RunSource.COMMAND)
    for _ in range(_MOST_CHECKS):
        outcome = check_run(run.pk, heartbeat)
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
