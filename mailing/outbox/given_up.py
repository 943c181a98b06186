"""Mail that was given up because the mail server was away for too long, and sending it again."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from mailing.models import Delivery, DeliveryState
from mailing.outbox.queue import make_due
from mailing.outbox.tasks import ask_for_delivery

# What was given up longer ago is old news; each notification and message can still be sent again.
RECENT = timedelta(days=30)


def given_up_mails(*, of_messages: bool, of_notifications: bool) -> QuerySet[Delivery]:
    """Return the mails given up lately, without those of messages that a person stopped."""
    kinds = Q(pk__in=[])
    if of_messages:
        kinds |= Q(message__isnull=False, message__stopped_at=None)
    if of_notifications:
        kinds |= Q(message=None)
    lately = Q(state=DeliveryState.GIVEN_UP, finished_at__gt=timezone.now() - RECENT)
    return Delivery.objects.filter(kinds, lately)


def send_given_up_again(*, of_messages: bool, of_notifications: bool) -> int:
    """Queue these mails anew; return how many. Each goes to the address its recipient has then."""
    mails = given_up_mails(of_messages=of_messages, of_notifications=of_notifications)
    with transaction.atomic():
        count = make_due(Delivery.objects.filter(pk__in=mails.values("pk")))
        if count:
            ask_for_delivery()
    return count
