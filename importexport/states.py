"""The states of a run, and from which to which it may go: all code goes through this table."""

from typing import Any

from django.db import models


class RunState(models.TextChoices):
    """Where a run stands, in the order in which it usually gets there."""

    RECEIVED = "received", "Fichier reçu"
    CHECKING = "checking", "Vérification en cours"
    READY = "ready", "À confirmer"
    REFUSED = "refused", "Refusé"
    APPLYING = "applying", "Import en cours"
    DONE = "done", "Importé"
    UNDOING = "undoing", "Annulation en cours"
    UNDONE = "undone", "Annulé"
    ABANDONED = "abandoned", "Abandonné"
    FAILED = "failed", "Interrompu"


# A worker has something to do for these, a person has not.
MOVING_STATES = (RunState.RECEIVED, RunState.CHECKING, RunState.APPLYING, RunState.UNDOING)
# A worker or a person has.
OPEN_STATES = (*MOVING_STATES, RunState.READY, RunState.FAILED)

# The states that a run may become, from each. runs/leases.py alone changes a run's state.
TRANSITIONS: dict[RunState, frozenset[RunState]] = {
    RunState.RECEIVED: frozenset({RunState.CHECKING, RunState.ABANDONED}),
    RunState.CHECKING: frozenset(
        {
            RunState.CHECKING,  # claimed anew, after a worker died
            RunState.READY,
            RunState.REFUSED,
            RunState.RECEIVED,  # the worker was told to stop
            RunState.FAILED,
            RunState.ABANDONED,
        }
    ),
    RunState.READY: frozenset(
        {
            RunState.APPLYING,
            RunState.RECEIVED,  # a person chose what a merge keeps
            RunState.ABANDONED,
        }
    ),
    RunState.REFUSED: frozenset(),
    RunState.APPLYING: frozenset(
        {
            RunState.APPLYING,  # claimed
            RunState.DONE,
            RunState.RECEIVED,  # the preview was outdated
            RunState.FAILED,
        }
    ),
    RunState.DONE: frozenset({RunState.UNDOING}),
    RunState.UNDOING: frozenset(
        {
            RunState.UNDOING,  # claimed
            RunState.UNDONE,
            RunState.DONE,  # refused or failed
        }
    ),
    RunState.UNDONE: frozenset(),
    RunState.ABANDONED: frozenset(),
    RunState.FAILED: frozenset({RunState.RECEIVED, RunState.ABANDONED}),
}
# What is cleared when a run becomes a state; everything else is kept. `outdated` is kept until a
# new preview shows it, or the contacts are those of the file.
CLEARED: dict[RunState, dict[str, Any]] = {
    RunState.RECEIVED: {"message": ""},
    RunState.READY: {"message": "", "outdated": None},
    RunState.REFUSED: {"message": "", "outdated": None},
    RunState.DONE: {"message": "", "outdated": None},
    RunState.UNDONE: {"message": ""},
}


class UnknownTransition(Exception):
    """A change from one state to another that TRANSITIONS does not have."""


def check_transition(state: RunState, becomes: RunState) -> None:
    """Raise UnknownTransition where a run of this state may not become that one."""
    if becomes not in TRANSITIONS[state]:
        raise UnknownTransition(f"{state} → {becomes}")
