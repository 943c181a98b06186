"""An import without a worker and without a person who confirms it, for commands and programs."""

from collections.abc import Callable
from typing import Any

from django.core.files import File

from importexport.models import ImportRun, RunSource, Side
from importexport.runs.apply import apply_run
from importexport.runs.check import Outcome, check_run
from importexport.runs.comparisons import conflict_sentence
from importexport.runs.intake import Heartbeat, Options, receive
from importexport.runs.steps import abandon, confirm
from importexport.states import RunState
from members.models import Member

# At most this many conflicts are named.
_MOST_NAMED = 50
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
    on_conflict: Side | None = None,
) -> tuple[ImportRun, Outcome]:
    """Import a file in this process, all of it or nothing; return its run, and what it did.

    `accept` is called with the checked run before any contact changes, and may raise ImportStopped.
    `on_conflict` is whose values count where the site changed after the export what the file
    changes otherwise. Raises FileRefused for a file that cannot be read, ImportRefused for one with
    faulty rows, and ImportStopped where there is such a conflict and no choice, or the import
    failed.
    """
    run = receive(file, options, source=RunSource.COMMAND)
    for _ in range(_MOST_CHECKS):
        outcome = check_run(run.pk, heartbeat, on_conflict)
        run.refresh_from_db()
        if outcome is None:
            raise ImportStopped(run.message or _ELSEWHERE)
        try:
            refuse_conflicts(outcome)
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


def refuse_conflicts(outcome: Outcome) -> None:
    """Raise ImportStopped, naming the conflicts, where nobody chose the site or the file."""
    undecided = outcome.undecided
    if not undecided:
        return
    named = undecided[:_MOST_NAMED]
    references = Member.objects.in_bulk([member_id for member_id, _ in named])
    lines = [conflict_sentence(references[pk].reference, one) for pk, one in named]
    if len(undecided) > len(named):
        lines.append(f"et {len(undecided) - len(named)} autres conflits")
    raise ImportStopped("\n".join([_IN_CONFLICT, *lines]))


_IN_CONFLICT = (
    "Depuis l'export, le site a changé autrement ce que le fichier change aussi. Choisissez "
    "--on-conflict site, --on-conflict file, ou --replace pour remplacer tout. "
    "Rien n'a été importé."
)
_ELSEWHERE = (
    "L'import ne s'est pas terminé ici, mais peut continuer ailleurs\u00a0: "
    "voyez dans l'historique des imports où il en est."
)
_TOO_LIVELY = (
    "Les contacts du site changent sans cesse : rien n'a été importé. "
    "Recommencez dans un moment plus calme."
)
