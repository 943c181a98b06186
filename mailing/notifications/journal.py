"""Notifications as pages show them: with their mails, and by what became of these."""

from django.db.models import Exists, OuterRef, Prefetch, QuerySet

from mailing.models import Notification, NotificationRecipient


def with_mails(notifications: QuerySet[Notification]) -> QuerySet[Notification]:
    """Fetch the mails of notifications along with them, as their attribute `mails`."""
    mails = NotificationRecipient.objects.select_related("delivery", "contact").order_by("pk")
    return notifications.prefetch_related(Prefetch("recipients", mails, to_attr="mails"))


def in_state(notifications: QuerySet[Notification], state: str) -> QuerySet[Notification]:
    """Return the notifications of which a mail is in this state."""
    mails = NotificationRecipient.objects.filter(notification=OuterRef("pk"))
    return notifications.filter(Exists(mails.filter(delivery__state=state)))
