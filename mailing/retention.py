"""Forgetting messages, notifications and mails that are over, in small steps.

Each step is a transaction of its own: nobody waits long, and after a stop the next run goes on.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from base.database import slices
from mailing.models import Delivery, DeliveryState, Message, Notification, NotificationRecipient
from mailing.outbox.attachments import delete_unused, detach

_STEP = 500


def forget_messages(older_than: datetime) -> int:
    """Delete messages written before then with their mails; return how many messages.

    A message with mail that still waits is kept; one that a person stopped is over.
    """
    waiting = Delivery.objects.filter(message=OuterRef("pk"), state=DeliveryState.WAITING)
    is_over = Q(prepared_at__isnull=False) | Q(stopped_at__isnull=False)
    old = Message.objects.filter(is_over, created_at__lt=older_than)
    return _forget_with_mails(old.exclude(Exists(waiting)), "message")


def forget_notifications(older_than: datetime) -> int:
    """Delete notifications sent before then with their mails; return how many notifications.

    One with mail that still waits is kept. With a notification its key is forgotten too.
    """
    waiting = NotificationRecipient.objects.filter(
        notification=OuterRef("pk"), delivery__state=DeliveryState.WAITING
    )
    old = Notification.objects.filter(created_at__lt=older_than).exclude(Exists(waiting))
    return _forget_with_mails(old, "notificationrecipient__notification")


def forget_mail_texts(older_than: datetime) -> int:
    """Empty the texts of mails sent before then and drop their attachments; return how many mails.

    To whom they went, when and under which subject stays. A mail that was refused stays whole: it
    may be sent again. The text of a notification goes when all its mails are sent.
    """
    _forget_notified_texts(older_than)
    sent = Delivery.objects.filter(state=DeliveryState.SENT, finished_at__lt=older_than)
    full = sent.exclude(text="", html="")
    count = 0
    for keys in slices(list(full.order_by().values_list("pk", flat=True)), _STEP):
        deliveries = Delivery.objects.filter(pk__in=keys)
        with transaction.atomic():
            attachments = detach(deliveries)
            count += deliveries.update(text="", html="")
        delete_unused(attachments)
    return count


def _forget_notified_texts(older_than: datetime) -> None:
    unsent = NotificationRecipient.objects.filter(notification=OuterRef("pk")).exclude(
        delivery__state=DeliveryState.SENT, delivery__finished_at__lt=older_than
    )
    old = Notification.objects.filter(created_at__lt=older_than).exclude(body="")
    old.exclude(Exists(unsent)).update(body="")


def _forget_with_mails(rows: QuerySet[Any], link: str) -> int:
    """Delete these rows, each after the mails that `link` leads to from; return how many rows."""
    model = rows.model
    count = 0
    for key in list(rows.order_by().values_list("pk", flat=True)):
        _forget_mails(Delivery.objects.filter(**{link: key}))
        deleted = model._default_manager.filter(pk=key).delete()[1]
        count += deleted.get(model._meta.label, 0)
    return count


def _forget_mails(mails: QuerySet[Delivery]) -> None:
    """Delete these mails with their traces, and attachments that no other mail has."""
    for keys in slices(list(mails.order_by().values_list("pk", flat=True)), _STEP):
        deliveries = Delivery.objects.filter(pk__in=keys)
        with transaction.atomic():
            attachments = detach(deliveries)
            deliveries.delete()
        delete_unused(attachments)
