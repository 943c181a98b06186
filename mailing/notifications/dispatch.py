"""Notifying a member: its mails are queued with the caller's work, its refused ones sent again."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.template.loader import render_to_string

from contacts.models import Topic
from contacts.routing import Recipient, route
from mailing.models import TEXTS, Delivery, DeliveryState, Notification, NotificationRecipient
from mailing.notifications.journal import recipients_with_mail
from mailing.notifications.request import (
    AttachedFile,
    NotificationForm,
    NotificationRefused,
    ReferenceForm,
    checked,
)
from mailing.outbox.attachments import store_attachment
from mailing.outbox.queue import Draft, queue, queue_again
from members.models import Member


def notify(
    member: Member | str,
    topic: str,
    subject: str,
    body: str,
    attachments: Sequence[AttachedFile] = (),
    key: str | None = None,
    sender: str = "",
) -> Notification:
    """Notify a member, given itself or by its reference; return the trace of it.

    The mails are queued in the caller's transaction: they leave once it commits, or not at all.
    Every recipient of the topic gets one. With a `key` that the same `sender` used before, nothing
    is sent and the first trace is returned. `sender` is the name of the software that asks, "" for
    this site. Raises NotificationRefused for what cannot be sent.
    """
    values = {"topic": topic, "subject": subject, "body": body, "key": key}
    if isinstance(member, str):
        form: NotificationForm = ReferenceForm({**values, "reference": member})
    else:
        form = NotificationForm(values)
    right = checked(form, attachments)
    told = right.pop("reference", member)
    with transaction.atomic():
        notification, is_new = _trace(told, sender, **right)
        notification.is_repeated = not is_new
        if is_new:
            _queue(notification, told, attachments)
    return notification


def _trace(member: Member, sender: str, key: str, **values: Any) -> tuple[Notification, bool]:
    """Return the new notification, or the earlier one of that key."""
    values |= {"member": member, "sender": sender}
    if not key:
        return Notification.objects.create(**values), True
    found, is_new = Notification.objects.get_or_create(key=key, defaults=values)
    if (found.member_id, found.topic) != (member.pk, values["topic"]):
        raise NotificationRefused(
            {"key": "Cette clé a déjà servi pour un autre membre ou un autre sujet."}
        )
    if sender and found.sender != sender:
        raise NotificationRefused(
            {"key": "Cette clé a déjà servi ailleurs ; choisissez-en une autre."}
        )
    return found, is_new


def _queue(notification: Notification, member: Member, attachments: Sequence[AttachedFile]) -> None:
    reached = route(member, Topic(notification.topic), member.contacts.all())
    if not reached:
        return
    stored = [
        store_attachment(file.name, file.mimetype, ContentFile(file.content))
        for file in attachments
    ]
    drafts = [_draft(notification, member, recipient) for recipient in reached]
    deliveries = queue(drafts, attachments=stored)
    NotificationRecipient.objects.bulk_create(
        NotificationRecipient(
            notification=notification, delivery=delivery, contact=recipient.contact
        )
        for delivery, recipient in zip(deliveries, reached, strict=True)
    )


def _draft(notification: Notification, member: Member, recipient: Recipient) -> Draft:
    context = {
        "notification": notification,
        "member": member,
        "contact": recipient.contact,
        "answer_to": settings.REPLY_TO_EMAIL or settings.DEFAULT_FROM_EMAIL,
    }
    return Draft(
        member=member,
        address=recipient.address,
        subject=notification.subject,
        text=render_to_string("mailing/notifications/mail/notification.txt", context),
        html=render_to_string("mailing/notifications/mail/notification.html", context),
    )


# --- Sending again --------------------------------------------------------------------------


def resend_refused(notification: Notification) -> int:
    """Queue the refused mails anew, to the current addresses; return how many."""
    with transaction.atomic():
        mails = Delivery.objects.filter(notificationrecipient__notification=notification)
        refused = mails.filter(state=DeliveryState.REFUSED).defer(*TEXTS)
        held = {delivery.pk: delivery for delivery in refused.select_for_update(of=("self",))}
        again = addresses_again(notification).items()
        return queue_again((held[key], address) for key, address in again if key in held)


def addresses_again(notification: Notification) -> dict[int, str]:
    """Return the current address of each refused mail's recipient, by the key of its delivery.

    A recipient that was deleted, has no address or hears no more of the topic is left out, and so
    is an address that has had the mail, or would get it twice.
    """
    if notification.member is None:
        return {}
    member, topic = notification.member, Topic(notification.topic)
    heard = {who.address.lower() for who in route(member, topic, member.contacts.all())}
    recipients = recipients_with_mail().filter(notification=notification)
    mails = [(recipient, recipient.delivery) for recipient in recipients.select_related("contact")]
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
