"""Forgetting notifications of which nothing is to come any more."""

from datetime import datetime

from django.db.models import Exists, OuterRef

from contacts.models import Notification, NotificationRecipient
from members.models import DeliveryState
from members.retention import forget_with_mails


def forget_notifications(older_than: datetime) -> int:
    """Delete notifications told before then with their mails; return how many notifications.

    One with mail that still waits is kept. With a notification its key is forgotten too.
    """
    waiting = NotificationRecipient.objects.filter(
        notification=OuterRef("pk"), delivery__state=DeliveryState.WAITING
    )
    old = Notification.objects.filter(created_at__lt=older_than).exclude(Exists(waiting))
    return forget_with_mails(old, "notificationrecipient__notification")
