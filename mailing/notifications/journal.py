"""Notifications as pages show them: with their mails, and by the state of these."""

from django.db.models import Count, Exists, OuterRef, Prefetch, QuerySet, Subquery

from mailing.models import TEXTS, Notification, NotificationRecipient

# At most that many mails of a notification are shown beside others; its own page has all.
MAILS_SHOWN = 50


def with_mails(notifications: QuerySet[Notification]) -> QuerySet[Notification]:
    """Fetch the first mails of notifications along with them, and the number of all.

    They are the attributes `mails` and `mail_count`.
    """
    mails = recipients_with_mail().select_related("contact")[:MAILS_SHOWN]
    all_mails = NotificationRecipient.objects.filter(notification=OuterRef("pk")).order_by()
    counted = all_mails.values("notification").annotate(number=Count("pk")).values("number")
    return notifications.annotate(mail_count=Subquery(counted)).prefetch_related(
        Prefetch("recipients", mails, to_attr="mails")
    )


def recipients_with_mail() -> QuerySet[NotificationRecipient]:
    """Return the recipients of notifications in their order, each with its mail, without texts."""
    found = NotificationRecipient.objects.select_related("delivery")
    return found.defer(*(f"delivery__{name}" for name in TEXTS)).order_by("pk")


def in_state(notifications: QuerySet[Notification], state: str) -> QuerySet[Notification]:
    """Return the notifications of which a mail is in this state."""
    mails = NotificationRecipient.objects.filter(notification=OuterRef("pk"))
    return notifications.filter(Exists(mails.filter(delivery__state=state)))
