"""Which worker has a run, and in which state the run is.

A worker claims a run for the length of its lease, and renews the lease by heartbeats while it
works. Once the lease of a dead worker has run out, another worker may claim the run.
"""

import uuid
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from base.worker import STOPPING
from importexport.models import ImportRun
from importexport.states import CLEARED, MOVING_STATES, RunState, check_transition

# A run whose workers died this many times is given up.
MOST_ATTEMPTS = 3
GIVEN_UP = (
    "Le traitement s'est arrêté plusieurs fois de suite, sans rien changer aux contacts du site. "
    "Signalez-le à la personne qui administre le serveur."
)


class ClaimLost(Exception):
    """Another worker has the run by now, or the run was abandoned."""


class WorkerStopped(Exception):
    """This worker was told to stop; another one begins the work anew."""


def lease() -> timedelta:
    """Return how long a worker may be silent before another one may claim its run."""
    return timedelta(seconds=settings.IMPORT_LEASE_SECONDS)


def change_state(
    runs: QuerySet[ImportRun],
    states: Collection[RunState],
    becomes: RunState,
    *,
    claim: uuid.UUID | None = None,
    **values: Any,
) -> int:
    """Put the runs that are in one of `states` into the state `becomes`; return their number.

    A single conditional UPDATE: of several callers at once, one succeeds. With `claim`, a worker
    takes the runs; without, nobody has them. What the new state clears is cleared, and `values`
    are set. Raises UnknownTransition.
    """
    for state in states:
        check_transition(state, becomes)
    changes: dict[str, Any] = {
        "claim": claim,
        "claimed_until": timezone.now() + lease() if becomes in MOVING_STATES else None,
        "attempts": F("attempts") + 1 if claim else 0,
    }
    changes |= CLEARED.get(becomes, {})
    return runs.filter(state__in=states).update(state=becomes, **changes | values)


def claim(pk: int, states: Collection[RunState], becomes: RunState) -> ImportRun | None:
    """Claim the run where it is in one of `states` and no worker has it; otherwise return None."""
    is_free = Q(claim=None) | Q(claimed_until__lt=timezone.now())
    runs = ImportRun.objects.filter(is_free, pk=pk)
    taken = change_state(runs, states, becomes, claim=uuid.uuid4())
    return ImportRun.objects.get(pk=pk) if taken else None


def heartbeat(run: ImportRun, **values: int) -> None:
    """Renew the lease of a claimed run, and set these values.

    To be called at least once in a lease's time. Raises ClaimLost, or WorkerStopped where this
    process is to end.
    """
    if STOPPING.is_set():
        raise WorkerStopped
    if not _claimed(run).update(claimed_until=timezone.now() + lease(), **values):
        raise ClaimLost


def finish(run: ImportRun, becomes: RunState, **values: Any) -> None:
    """Put a claimed run into its new state, where no worker has it. Raises ClaimLost."""
    if not change_state(_claimed(run), (RunState(run.state),), becomes, **values):
        raise ClaimLost


@contextmanager
def locked(run: ImportRun) -> Iterator[None]:
    """Open a transaction in which the claim cannot be lost. Raises ClaimLost."""
    with transaction.atomic():
        if not _claimed(run).select_for_update(no_key=True).values_list("pk").first():
            raise ClaimLost
        yield


def take_overdue() -> list[ImportRun]:
    """Return the runs whose worker died or never began, free to be claimed again.

    A run that has had MOST_ATTEMPTS workers is given up instead. Its transaction was never
    committed, so the contacts are those of before. A run that only waits for a worker is not given
    up, however long it waits.
    """
    now = timezone.now()
    overdue = ImportRun.objects.filter(state__in=MOVING_STATES, claimed_until__lt=now)
    hopeless = overdue.filter(attempts__gte=MOST_ATTEMPTS)
    change_state(hopeless, (RunState.UNDOING,), RunState.DONE, message=GIVEN_UP)
    change_state(
        hopeless, (RunState.CHECKING, RunState.APPLYING), RunState.FAILED, message=GIVEN_UP
    )
    taken = []
    for run in overdue:
        # Several workers look at once: one of them takes the run.
        ours = ImportRun.objects.filter(pk=run.pk, claimed_until=run.claimed_until)
        if ours.update(claim=None, claimed_until=now + lease()):
            taken.append(run)
    return taken


def _claimed(run: ImportRun) -> QuerySet[ImportRun]:
    return ImportRun.objects.filter(pk=run.pk, claim=run.claim)
