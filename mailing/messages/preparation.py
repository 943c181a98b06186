"""Queueing the mails of a message, slice by slice, in a worker."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django_tasks import task

from base.worker import STOPPING
from mailing.messages.rendering import reached, render_mail
from mailing.models import Message
from mailing.outbox.queue import Draft, queue
from mailing.outbox.tasks import ask_for_delivery
from members.models import Member

# At most that many mails are in memory.
_SLICE = 500
# After that long, another worker queues the mails of a message.
_PREPARATION = timedelta(seconds=20)
# When mails are due while their message is not queued as a whole.
_NOT_YET = datetime(9999, 1, 1, tzinfo=UTC)


@task()
def prepare_message(pk: int) -> int:
    """Queue the mails of a message; return how many it has."""
    return prepare(pk)


def prepare(pk: int) -> int:
    """Queue the mails of a message, and make them due once all are queued; return how many.

    Each slice is a transaction of its own: nobody waits long for the database. A worker that stops
    or dies leaves mails that are not due, and the next worker goes on behind them.
    """
    message = Message.objects.filter(pk=pk, prepared_at=None).first()
    if message is None:
        return 0
    while not STOPPING.is_set() and _prepare_slice(message):
        pass
    return message.deliveries.count()


def _prepare_slice(message: Message) -> bool:
    """Queue the next slice; return whether this worker is to go on."""
    with transaction.atomic():
        unprepared = Message.objects.filter(pk=message.pk, prepared_at=None)
        held = unprepared.defer("member_ids").select_for_update(skip_locked=True).first()
        if held is None:
            return False
        keys = message.member_ids[held.prepared_count :][:_SLICE]
        if not keys:
            _make_due(held)
            return False
        queued = queue(_drafts(message, keys), message=message, due_at=_NOT_YET)
        held.prepared_count += len(keys)
        held.skipped_count += len(keys) - len(queued)
        held.recipient_count -= len(keys) - len(queued)
        held.save(update_fields=["prepared_count", "skipped_count", "recipient_count"])
    return True


def _make_due(message: Message) -> None:
    now = timezone.now()
    message.deliveries.filter(next_attempt_at=_NOT_YET).update(next_attempt_at=now)
    Message.objects.filter(pk=message.pk).update(prepared_at=now, member_ids=[])
    ask_for_delivery()


def prepare_overdue() -> None:
    """Queue the mails of messages whose task was lost, or waits behind a long one."""
    overdue = Message.objects.filter(
        prepared_at=None, created_at__lt=timezone.now() - _PREPARATION
    ).order_by("pk")
    for pk in overdue.values_list("pk", flat=True):
        prepare(pk)


def _drafts(message: Message, keys: Sequence[int]) -> Iterator[Draft]:
    """Yield the mail of each of these members who still has a main address."""
    members = {member.pk: member for member in reached(Member.objects.filter(pk__in=keys))}
    for member in (members[key] for key in keys if key in members):
        body = render_mail(message.subject, message.text, member)
        yield Draft(member, member.email, message.subject, body.text, body.html)
