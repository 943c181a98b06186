"""Which worker is at an import.

A worker claims a run for as long as its lease runs, and renews the lease while it works. What a
dead worker had claimed is given to another once its lease has run out.
"""

import uuid
from collections.abc import Collection
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import F, Q
from django.utils import timezone

from importexport.models import MOVING_STATES, ImportRun, RunState

# A run that ended the process of so many workers is not given to a further one.
MOST_ATTEMPTS = 3


class ClaimLost(Exception):
    """The run went to another worker, or came to its end, while this one was at it."""


def lease() -> timedelta:
    """Return how long a worker may be silent before its run goes to another."""
    return timedelta(seconds=settings.IMPORT_LEASE_SECONDS)


def claim(pk: int, states: Collection[RunState], becomes: RunState) -> ImportRun | None:
    """Take a run that is in one of these states and that nobody is at; None where none is.

    It is then in the state `becomes`.
    """
    now = timezone.now()
    token = uuid.uuid4()
    is_free = Q(claim=None) | Q(claimed_until__lt=now)
    taken = ImportRun.objects.filter(is_free, pk=pk, state__in=states).update(
        claim=token, claimed_until=now + lease(), state=becomes, attempts=F("attempts") + 1
    )
    return ImportRun.objects.get(pk=pk) if taken else None


def renew(run: ImportRun, **values: Any) -> None:
    """Renew the lease of a claimed run, and note these values. Raises ClaimLost."""
    _update(run, claimed_until=timezone.now() + lease(), **values)


def finish(run: ImportRun, state: RunState, **values: Any) -> None:
    """Let go of a claimed run in its new state, and note these values. Raises ClaimLost.

    Where a worker is to go on with it, one should have begun when the lease has run out.
    """
    until = timezone.now() + lease() if state in MOVING_STATES else None
    _update(run, state=state, claim=None, claimed_until=until, attempts=0, **values)


def _update(run: ImportRun, **values: Any) -> None:
    if not ImportRun.objects.filter(pk=run.pk, claim=run.claim).update(**values):
        raise ClaimLost
    for name, value in values.items():
        setattr(run, name, value)


def take_overdue() -> list[ImportRun]:
    """Return the runs that no worker answers for, free to be claimed again.

    One that has ended too many workers is given up instead: its transaction never came to an end,
    so the contacts are those of before. One that only waits, because all workers are busy, is not.
    """
    now = timezone.now()
    overdue = ImportRun.objects.filter(state__in=MOVING_STATES, claimed_until__lt=now)
    hopeless = overdue.filter(attempts__gte=MOST_ATTEMPTS)
    given_up = {"message": GIVEN_UP, "claim": None, "claimed_until": None, "attempts": 0}
    hopeless.filter(state=RunState.UNDOING).update(state=RunState.DONE, **given_up)
    hopeless.exclude(state=RunState.UNDOING).update(state=RunState.FAILED, **given_up)
    taken = []
    for run in overdue:
        ours = ImportRun.objects.filter(pk=run.pk, claimed_until=run.claimed_until)
        if ours.update(claim=None, claimed_until=now + lease()):
            taken.append(run)
    return taken


GIVEN_UP = (
    "Le traitement s'est arrêté plusieurs fois de suite, sans rien changer aux contacts du site. "
    "Signalez-le à la personne qui administre le serveur."
)
