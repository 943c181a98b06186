"""Notifications as pages show them: with their mails, and by the state of these."""

from django.db.models import Exists, OuterRef, Prefetch, QuerySet

from mailing.models import TEXTS, Notification, NotificationRecipient


def with_mails(notifications: QuerySet[Notification]) -> QuerySet[Notification]:
    """Fetch the mails of notifications along with them, as their attribute `mails`."""
    mails = recipients_with_mail().select_related("contact")
    return notifications.prefetch_related(Prefetch("recipients", mails, to_attr="mails"))


def recipients_with_mail() -> QuerySet[NotificationRecipient]:
    """Return the recipients of notifications in their order, each with its mail, without texts."""
    found = NotificationRecipient.objects.select_related("delivery")
    return found.defer(*(f"delivery__{name}" for name in TEXTS)).order_by("pk")


def in_state(notifications: QuerySet[Notification], state: str) -> QuerySet[Notification]:
    """Return the notifications of which a mail is in this state."""
    mails = NotificationRecipient.objects.filter(notification=OuterRef("pk"))
    return notifications.filter(Exists(mails.filter(delivery__state=state)))
