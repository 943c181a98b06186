"""Mails to be sent, and a clock that can be moved, for the tests of sending."""

from datetime import timedelta

from django.utils import timezone

from mailing.models import Delivery, DeliveryState
from mailing.outbox.queue import Draft, queue
from tests.factories import MemberFactory


def queue_mails(*addresses: str, **values) -> list[Delivery]:
    """Queue a mail to each address, each that of a member of its own."""
    members = [MemberFactory(email=address) for address in addresses]
    return queue(
        (
            Draft(member, member.email, f"Objet {n}", f"Texte {n}", f"<p>Texte {n}</p>")
            for n, member in enumerate(members)
        ),
        **values,
    )


def numbered(count: int) -> list[str]:
    """Return so many addresses."""
    return [f"m{n}@example.org" for n in range(count)]


def states() -> list[str]:
    """Return the states of all mails in the order of their queueing."""
    return list(Delivery.objects.order_by("pk").values_list("state", flat=True))


def minutes_until_next(delivery: Delivery) -> float:
    """Return in how many minutes the next attempt is."""
    delivery.refresh_from_db()
    return (delivery.next_attempt_at - timezone.now()) / timedelta(minutes=1)


class Clock:
    """What the site takes for the time: the real one, and what was added to it."""

    def __init__(self, monkeypatch) -> None:
        self._real, self._added = timezone.now, timedelta()
        self._attempts_left = 50
        monkeypatch.setattr(timezone, "now", lambda: self._real() + self._added)

    def advance(self, **values: float) -> None:
        """Let time pass."""
        self._added += timedelta(**values)

    def advance_to_next_attempt(self) -> bool:
        """Let time pass until a mail is due; return whether one waits at all.

        Who asks without end has mail that is never sent nor given up.
        """
        self._attempts_left -= 1
        assert self._attempts_left, "a mail is neither sent nor given up"
        waiting = Delivery.objects.filter(state=DeliveryState.WAITING)
        first = waiting.order_by("next_attempt_at").first()
        if first is None:
            return False
        self._added += max(first.next_attempt_at - timezone.now(), timedelta())
        return True
