"""Sending a message: a worker queues its mails, and refused ones can be sent again."""

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import Count, QuerySet

from accounts.models import User
from base.database import slices
from mailing.messages.audience import Audience, Choice, choice_of, reached
from mailing.messages.preparation import prepare_message
from mailing.models import TEXTS, UNSENT_STATES, Delivery, DeliveryState, Message
from mailing.outbox.queue import queue_again
from members.models import Member


class Writing(NamedTuple):
    """What a person wrote, and the token of the form that they wrote it in."""

    token: UUID
    subject: str
    text: str


class NotAsConfirmed(Exception):
    """The message would go to other members than those whom a person has confirmed."""

    def __init__(self, now: Choice) -> None:
        super().__init__(now)
        self.now = now


# --- Sending --------------------------------------------------------------------------------


def send_message(
    writing: Writing,
    author: User,
    members: QuerySet[Member],
    confirmed: Choice,
) -> tuple[Message, bool]:
    """Store the message and have a worker queue its mails; return it, and whether it is new.

    Where the form's token is stored already, nothing is sent and the first message is returned.
    Raises NotAsConfirmed where the members are not those confirmed, or nobody is reached.
    """
    with transaction.atomic():
        earlier = Message.objects.filter(token=writing.token).first()
        if earlier:
            return earlier, False
        now = choice_of(members)
        if not now.reached or not now.is_same(confirmed):
            raise NotAsConfirmed(now)
        message, is_new = Message.objects.get_or_create(
            token=writing.token,
            defaults={
                "subject": writing.subject,
                "text": writing.text,
                "author": author,
                "member_ids": now.reached,
                "recipient_count": len(now.reached),
                "skipped_count": len(now.skipped),
            },
        )
        if is_new:
            transaction.on_commit(partial(prepare_message.enqueue, message.pk))
    return message, is_new


# --- Sending again ----------------------------------------------------------------------------


def failures(message: Message) -> Audience:
    """Count the mails that can be sent again, and those whose member has no address."""
    unsent = message.deliveries.filter(state__in=UNSENT_STATES)
    count = _repeatable(message).count()
    return Audience(count, unsent.count() - count)


def resend_failures(message: Message) -> int:
    """Queue the mails anew that did not get there; return how many.

    Each goes to the main address that its member has then. Nothing leaves of a message that a
    person stopped.
    """
    count = 0
    with transaction.atomic():
        for keys in slices(list(_repeatable(message).values_list("pk", flat=True))):
            unsent = Delivery.objects.filter(pk__in=keys, state__in=UNSENT_STATES)
            with_members = unsent.defer(*TEXTS).select_related("member")
            locked = with_members.select_for_update(of=("self",))
            mails = ((delivery, _address(delivery)) for delivery in locked)
            count += queue_again((delivery, address) for delivery, address in mails if address)
    return count


def _repeatable(message: Message) -> QuerySet[Delivery]:
    if message.stopped_at:
        return message.deliveries.none()
    return message.deliveries.filter(
        state__in=UNSENT_STATES, member__in=reached(Member.objects.all()).order_by()
    ).order_by("pk")


def _address(delivery: Delivery) -> str:
    return delivery.member.email if delivery.member else ""


# --- Watching -----------------------------------------------------------------------------------


class Progress(NamedTuple):
    """How many mails of a message are in each state."""

    is_prepared: bool
    is_stopped: bool
    total: int
    waiting: int
    sent: int
    refused: int
    given_up: int
    nobody: int
    # Also those that were not queued yet when a person stopped the message.
    stopped: int

    @property
    def done(self) -> int:
        """Count the mails of which it is known what became."""
        return self.sent + self.unsent

    @property
    def unsent(self) -> int:
        """Count the mails that did not get there, for whatever reason but a stop."""
        return self.refused + self.given_up + self.nobody

    @property
    def is_moving(self) -> bool:
        """Whether mails wait or are still to be queued."""
        return not self.is_stopped and (not self.is_prepared or self.waiting > 0)


def watch(messages: Sequence[Message]) -> dict[int, Progress]:
    """Return the progress of each of these messages by their key, in one query."""
    counted = (
        Delivery.objects.filter(message__in=messages)
        .order_by()
        .values_list("message_id", "state")
        .annotate(number=Count("pk"))
    )
    numbers = {(key, state): number for key, state, number in counted}
    return {message.pk: _progress(message, numbers) for message in messages}


def _progress(message: Message, numbers: dict[tuple[int, str], int]) -> Progress:
    counts = {state: numbers.get((message.pk, state), 0) for state in DeliveryState}
    is_prepared = message.prepared_at is not None
    queued = sum(counts.values())
    total = queued if is_prepared else message.recipient_count
    stopped = counts[DeliveryState.STOPPED]
    return Progress(
        is_prepared=is_prepared,
        is_stopped=message.stopped_at is not None,
        total=total,
        waiting=counts[DeliveryState.WAITING],
        sent=counts[DeliveryState.SENT],
        refused=counts[DeliveryState.REFUSED],
        given_up=counts[DeliveryState.GIVEN_UP],
        nobody=counts[DeliveryState.NOBODY],
        stopped=stopped + total - queued if message.stopped_at else stopped,
    )
