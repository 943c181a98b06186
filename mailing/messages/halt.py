"""Stopping a message whose mails are still leaving, and going on with it."""

from functools import partial

from django.db import transaction
from django.utils import timezone

from mailing.messages.preparation import prepare_message
from mailing.models import DeliveryState, Message
from mailing.outbox.queue import make_due
from mailing.outbox.tasks import ask_for_delivery


def stop_message(pk: int) -> bool:
    """Stop a message: what waits does not leave; return whether there was anything to stop.

    A worker that is sending mails of it sees that within a second (mailing/outbox/claims.py).
    """
    now = timezone.now()
    with transaction.atomic():
        message = _held(pk)
        if message is None or message.stopped_at:
            return False
        waiting = message.deliveries.filter(state=DeliveryState.WAITING)
        stopped = waiting.update(
            state=DeliveryState.STOPPED,
            finished_at=now,
            claimed_until=None,
            waits_for_server=False,
        )
        if not stopped and message.prepared_at:
            return False
        message.stopped_at = now
        message.save(update_fields=["stopped_at"])
    return True


def resume_message(pk: int) -> bool:
    """Have the rest of a stopped message leave; return whether it was stopped."""
    with transaction.atomic():
        message = _held(pk)
        if message is None or not message.stopped_at:
            return False
        message.stopped_at = None
        message.save(update_fields=["stopped_at"])
        if make_due(message.deliveries.filter(state=DeliveryState.STOPPED)):
            ask_for_delivery()
        if not message.prepared_at:
            transaction.on_commit(partial(prepare_message.enqueue, pk))
    return True


def _held(pk: int) -> Message | None:
    """Return the message, held until the commit: no worker queues mails of it meanwhile."""
    rows = Message.objects.filter(pk=pk).defer("member_ids")
    return rows.select_for_update(of=("self",)).first()
