"""Queueing the mails of a message, slice by slice, in a worker."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django_tasks import task

from base.worker import STOPPING
from mailing.messages.audience import reached
from mailing.messages.rendering import render_mail
from mailing.models import Message
from mailing.outbox.queue import Draft, queue
from members.models import Member

# At most that many mails are in memory.
_SLICE = 500
# After as many slices other work has its turn: the first mails leave, and notifications too.
_SLICES_A_TASK = 2
# After that long, another worker queues the mails of a message.
_PREPARATION = timedelta(seconds=20)


@task()
def prepare_message(pk: int) -> int:
    """Queue the next mails of a message, and ask for another task for the rest; return how many."""
    count = prepare(pk, _SLICES_A_TASK)
    if _unprepared().filter(pk=pk).exists():
        prepare_message.enqueue(pk)
    return count


def prepare(pk: int, at_most: int | None = None) -> int:
    """Queue the mails of a message, or of as many slices of it; return how many mails it has.

    Each slice is a transaction of its own, and its mails are due at once: they leave while others
    are queued. A worker that stops or dies leaves whole slices, and the next one goes on.
    """
    message = _unprepared().filter(pk=pk).first()
    if message is None:
        return 0
    number = 0
    while not STOPPING.is_set() and number != at_most and _prepare_slice(message):
        number += 1
    return message.deliveries.count()


def prepare_overdue() -> None:
    """Queue mails of messages whose task was lost, or waits behind a long one."""
    overdue = _unprepared().filter(created_at__lt=timezone.now() - _PREPARATION).order_by("pk")
    for pk in overdue.values_list("pk", flat=True):
        prepare(pk, _SLICES_A_TASK)


def _unprepared() -> QuerySet[Message]:
    """Return the messages of which mails are still to be queued; not those that are stopped."""
    return Message.objects.filter(prepared_at=None, stopped_at=None)


def _prepare_slice(message: Message) -> bool:
    """Queue the next slice; return whether more are to follow."""
    with transaction.atomic():
        unprepared = _unprepared().filter(pk=message.pk)
        held = unprepared.defer("member_ids").select_for_update(skip_locked=True).first()
        if held is None:
            return False
        keys = message.member_ids[held.prepared_count :][:_SLICE]
        queued = queue(_drafts(message, keys), message=message)
        held.prepared_count += len(keys)
        held.skipped_count += len(keys) - len(queued)
        held.recipient_count -= len(keys) - len(queued)
        held.save(update_fields=["prepared_count", "skipped_count", "recipient_count"])
        is_whole = held.prepared_count >= len(message.member_ids)
        if is_whole:
            unprepared.update(prepared_at=timezone.now(), member_ids=[])
    return not is_whole


def _drafts(message: Message, keys: Sequence[int]) -> Iterator[Draft]:
    """Yield the mail of each of these members who still has a main address."""
    members = {member.pk: member for member in reached(Member.objects.filter(pk__in=keys))}
    for member in (members[key] for key in keys if key in members):
        body = render_mail(message.subject, message.text, member)
        yield Draft(member, member.email, message.subject, body.text, body.html)
