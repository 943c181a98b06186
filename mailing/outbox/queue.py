"""Queueing mail in the caller's transaction: one mail to each address."""

from collections.abc import Iterable, Sequence
from email.utils import make_msgid, parseaddr
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from base.database import slices
from mailing.models import UNSENT_STATES, Attachment, Delivery, DeliveryState, Message
from mailing.outbox.tasks import ask_for_delivery
from members.models import Member


class Draft(NamedTuple):
    """A mail to be queued: to whom, and what it says in plain text and in HTML."""

    member: Member
    address: str
    subject: str
    text: str
    html: str


def queue(
    drafts: Iterable[Draft],
    *,
    message: Message | None = None,
    attachments: Sequence[Attachment] = (),
) -> list[Delivery]:
    """Queue the drafts, all or none, and have a worker send them once the caller commits.

    Every recipient gets a mail of their own: nobody sees another's address.
    """
    deliveries: list[Delivery] = []
    with transaction.atomic():
        for part in slices(drafts, 500):
            queued = Delivery.objects.bulk_create([_delivery(draft, message) for draft in part])
            _attach(attachments, queued)
            for delivery in queued:
                # Ten thousand texts need not stay in memory: Django reads them when asked for.
                del delivery.text, delivery.html
            deliveries += queued
        if deliveries:
            ask_for_delivery()
    return deliveries


def queue_again(mails: Iterable[tuple[Delivery, str]]) -> int:
    """Queue unsent mails anew, the same mails, each to the address given; return how many."""
    count = 0
    with transaction.atomic():
        for part in slices(mails):
            _readdress(part)
            keys = [delivery.pk for delivery, _ in part]
            unsent = Delivery.objects.filter(pk__in=keys, state__in=UNSENT_STATES)
            count += make_due(unsent)
        if count:
            ask_for_delivery()
    return count


def make_due(mails: QuerySet[Delivery]) -> int:
    """Have these mails wait as if they were new; return how many."""
    return mails.update(
        state=DeliveryState.WAITING,
        attempts=0,
        tried_since=None,
        next_attempt_at=timezone.now(),
        answer="",
        finished_at=None,
    )


def _readdress(mails: Iterable[tuple[Delivery, str]]) -> None:
    moved = [(delivery, address) for delivery, address in mails if delivery.address != address]
    for delivery, address in moved:
        delivery.address = address
    Delivery.objects.bulk_update([delivery for delivery, _ in moved], ["address"])


def _delivery(draft: Draft, message: Message | None) -> Delivery:
    sender = settings.DEFAULT_FROM_EMAIL
    headers = {"Auto-Submitted": "auto-generated"}
    if settings.REPLY_TO_EMAIL:
        headers["Reply-To"] = settings.REPLY_TO_EMAIL
    return Delivery(
        member=draft.member,
        message=message,
        address=draft.address,
        mail_id=make_msgid(domain=parseaddr(sender)[1].rpartition("@")[2] or "localhost"),
        sender=sender,
        subject=draft.subject,
        headers=headers,
        text=draft.text,
        html=draft.html,
    )


def _attach(attachments: Sequence[Attachment], deliveries: Sequence[Delivery]) -> None:
    links = Delivery.attachments.through
    links.objects.bulk_create(
        links(attachment=attachment, delivery=delivery)
        for attachment in attachments
        for delivery in deliveries
    )
