"""Forgetting notifications of which nothing is to come any more."""

from datetime import datetime

from django.db.models import Exists, OuterRef

from contacts.models import Notification, NotificationRecipient
from members.models import Delivery, DeliveryState
from members.retention import forget_mails


def forget_notifications(older_than: datetime) -> int:
    """Delete notifications told before then with their mails; return how many notifications.

    One with mail that still waits is kept. With a notification its key is forgotten too.
    """
    waiting = NotificationRecipient.objects.filter(
        notification=OuterRef("pk"), delivery__state=DeliveryState.WAITING
    )
    old = Notification.objects.filter(created_at__lt=older_than).exclude(Exists(waiting))
    count = 0
    for key in list(old.order_by().values_list("pk", flat=True)):
        forget_mails(Delivery.objects.filter(notificationrecipient__notification=key))
        deleted = Notification.objects.filter(pk=key).delete()[1]
        count += deleted.get("contacts.Notification", 0)
    return count
