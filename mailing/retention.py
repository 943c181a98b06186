"""Forgetting messages, notifications and mails that are over, in small steps.

Each step is a transaction of its own: nobody waits long, and what a stop leaves undone the next
run does.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from post_office.models import Attachment, Email

from base.database import slices
from mailing.models import Delivery, DeliveryState, Message, Notification, NotificationRecipient

_STEP = 500


def forget_messages(older_than: datetime) -> int:
    """Delete messages written before then with their mails; return how many messages.

    A message with mail that still waits is kept.
    """
    waiting = Delivery.objects.filter(message=OuterRef("pk"), state=DeliveryState.WAITING)
    old = Message.objects.filter(created_at__lt=older_than).exclude(prepared_at=None)
    return forget_with_mails(old.exclude(Exists(waiting)), "message")


def forget_notifications(older_than: datetime) -> int:
    """Delete notifications told before then with their mails; return how many notifications.

    One with mail that still waits is kept. With a notification its key is forgotten too.
    """
    waiting = NotificationRecipient.objects.filter(
        notification=OuterRef("pk"), delivery__state=DeliveryState.WAITING
    )
    old = Notification.objects.filter(created_at__lt=older_than).exclude(Exists(waiting))
    return forget_with_mails(old, "notificationrecipient__notification")


def forget_mail_texts(older_than: datetime) -> int:
    """Empty the texts of mails sent before then and let their attachments go; return how many.

    To whom they went, when and under which subject stays. A mail that was refused stays whole: it
    may be sent again.
    """
    sent = Delivery.objects.filter(state=DeliveryState.SENT, finished_at__lt=older_than)
    full = Email.objects.filter(delivery__in=sent).exclude(message="", html_message="")
    count = 0
    for keys in slices(list(full.order_by().values_list("pk", flat=True)), _STEP):
        emails = Email.objects.filter(pk__in=keys)
        with transaction.atomic():
            attachments = _attachments(emails)
            Attachment.emails.through.objects.filter(email__in=keys).delete()
            count += emails.update(message="", html_message="")
        _forget_unused(attachments)
    return count


def forget_with_mails(rows: QuerySet[Any], link: str) -> int:
    """Delete these rows, each after the mails that `link` leads to from; return how many rows."""
    model = rows.model
    count = 0
    for key in list(rows.order_by().values_list("pk", flat=True)):
        _forget_mails(Delivery.objects.filter(**{link: key}))
        deleted = model._default_manager.filter(pk=key).delete()[1]
        count += deleted.get(model._meta.label, 0)
    return count


def _forget_mails(deliveries: QuerySet[Delivery]) -> None:
    """Delete these mails with their traces, and attachments that no other mail has."""
    for keys in slices(list(deliveries.order_by().values_list("email", flat=True)), _STEP):
        emails = Email.objects.filter(pk__in=keys)
        with transaction.atomic():
            attachments = _attachments(emails)
            emails.delete()
        _forget_unused(attachments)


def _attachments(emails: QuerySet[Email]) -> list[int]:
    """Return the keys of what is attached to these mails."""
    links = Attachment.emails.through.objects.filter(email__in=emails)
    return list(links.values_list("attachment_id", flat=True).distinct())


def _forget_unused(keys: Iterable[int]) -> None:
    """Delete those of these attachments that no mail has: the row first, then its file."""
    for some in slices(keys):
        for attachment in Attachment.objects.filter(pk__in=some, emails=None):
            storage, name = attachment.file.storage, attachment.file.name
            attachment.delete()
            storage.delete(name)
