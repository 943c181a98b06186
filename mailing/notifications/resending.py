"""Sending the refused mails of a notification again, to whom it concerns by now."""

from django.db import transaction

from contacts.models import Topic
from contacts.routing import route
from mailing.models import Delivery, DeliveryState, Notification, NotificationRecipient
from mailing.outbox.queue import queue_again


def resend_refused(notification: Notification) -> int:
    """Queue the refused mails anew, to the addresses of now; return how many."""
    with transaction.atomic():
        mails = Delivery.objects.filter(notificationrecipient__notification=notification)
        refused = mails.filter(state=DeliveryState.REFUSED)
        held = {delivery.pk: delivery for delivery in refused.select_for_update(of=("self",))}
        again = addresses_again(notification).items()
        return queue_again((held[key], address) for key, address in again if key in held)


def addresses_again(notification: Notification) -> dict[int, str]:
    """Return to which address each refused mail can go again, by the key of its delivery.

    It is the one that the mail's recipient has now: the one of then was refused. Whoever is gone,
    has no address or hears no more of the topic gets nothing; nor does an address twice.
    """
    if notification.member is None:
        return {}
    member, topic = notification.member, Topic(notification.topic)
    heard = {who.address.lower() for who in route(member, topic, member.contacts.all())}
    recipients = notification.recipients.select_related("delivery", "contact").order_by("pk")
    mails = [(recipient, recipient.delivery) for recipient in recipients]
    refused = DeliveryState.REFUSED
    heard -= {mail.address.lower() for _, mail in mails if mail.state != refused}
    again: dict[int, str] = {}
    for recipient, mail in mails:
        address = _address(recipient, member.email)
        if mail.state == refused and address.lower() in heard:
            heard.remove(address.lower())
            again[mail.pk] = address
    return again


def _address(recipient: NotificationRecipient, main_address: str) -> str:
    if recipient.contact_id is None:
        return main_address
    return recipient.contact.email if recipient.contact else ""
