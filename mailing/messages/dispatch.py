"""Sending a message: stored once, its mails queued by a worker, its failures sent again."""

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import Count, QuerySet

from accounts.models import User
from base.database import slices
from mailing.messages.preparation import prepare_message
from mailing.messages.rendering import Audience, audience, reached
from mailing.models import TEXTS, Delivery, DeliveryState, Message
from mailing.outbox.queue import queue_again
from members.models import Member


class Writing(NamedTuple):
    """What a person wrote, and the token of the form that they wrote it in."""

    token: UUID
    subject: str
    text: str


class NotAsConfirmed(Exception):
    """The message would go to another number of members than a person has confirmed."""

    def __init__(self, now: Audience) -> None:
        super().__init__(now)
        self.now = now


# --- Sending --------------------------------------------------------------------------------


def send_message(
    writing: Writing,
    author: User,
    members: QuerySet[Member],
    confirmed: Audience,
) -> tuple[Message, bool]:
    """Store the message and have a worker queue its mails; return it, and whether it is new.

    Where the form's token is stored already, nothing is sent and the first message is returned.
    Raises NotAsConfirmed where the numbers differ from those confirmed, or nobody is reached.
    """
    with transaction.atomic():
        earlier = Message.objects.filter(token=writing.token).first()
        if earlier:
            return earlier, False
        keys = list(reached(members).values_list("pk", flat=True))
        now = audience(members)
        if not keys or now != confirmed or len(keys) != now.reached:
            raise NotAsConfirmed(now)
        message, is_new = Message.objects.get_or_create(
            token=writing.token,
            defaults={
                "subject": writing.subject,
                "text": writing.text,
                "author": author,
                "member_ids": keys,
                "recipient_count": now.reached,
                "skipped_count": now.skipped,
            },
        )
        if is_new:
            transaction.on_commit(partial(prepare_message.enqueue, message.pk))
    return message, is_new


# --- Sending again ----------------------------------------------------------------------------


def failures(message: Message) -> Audience:
    """Count the refused mails that can be sent again, and those whose member has no address."""
    refused = message.deliveries.filter(state=DeliveryState.REFUSED)
    count = _repeatable(message).count()
    return Audience(count, refused.count() - count)


def resend_failures(message: Message) -> int:
    """Queue the refused mails anew, to the main address that each member has now.

    The earlier address was refused, and may be a contact's by now.
    """
    count = 0
    with transaction.atomic():
        for keys in slices(list(_repeatable(message).values_list("pk", flat=True))):
            refused = Delivery.objects.filter(pk__in=keys, state=DeliveryState.REFUSED)
            with_members = refused.defer(*TEXTS).select_related("member")
            locked = with_members.select_for_update(of=("self",))
            mails = ((delivery, _address(delivery)) for delivery in locked)
            count += queue_again((delivery, address) for delivery, address in mails if address)
    return count


def _repeatable(message: Message) -> QuerySet[Delivery]:
    return message.deliveries.filter(
        state=DeliveryState.REFUSED, member__in=reached(Member.objects.all()).order_by()
    ).order_by("pk")


def _address(delivery: Delivery) -> str:
    return delivery.member.email if delivery.member else ""


# --- Watching -----------------------------------------------------------------------------------


class Progress(NamedTuple):
    """How many mails of a message are where."""

    is_prepared: bool
    total: int
    waiting: int
    sent: int
    refused: int

    @property
    def done(self) -> int:
        """How many mails have the server's last word."""
        return self.sent + self.refused

    @property
    def is_moving(self) -> bool:
        """Whether something is still to come."""
        return not self.is_prepared or self.waiting > 0


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
    waiting, sent, refused = (
        numbers.get((message.pk, state), 0)
        for state in (DeliveryState.WAITING, DeliveryState.SENT, DeliveryState.REFUSED)
    )
    is_prepared = message.prepared_at is not None
    total = waiting + sent + refused if is_prepared else message.recipient_count
    return Progress(is_prepared, total, waiting, sent, refused)
