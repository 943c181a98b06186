"""Notifying a member: its mails are queued with the caller's work, unsent ones sent again."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone

from base.addresses import address_key
from contacts.models import Topic
from contacts.routing import Recipient, route
from mailing.models import (
    TEXTS,
    UNSENT_STATES,
    Delivery,
    DeliveryState,
    Notification,
    NotificationRecipient,
)
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
    is sent and the first trace is returned, unless nobody was reached then: who hears of the topic
    by now gets the mail. `sender` is the name of the software that asks, "" for this site. Raises
    NotificationRefused for what cannot be sent.
    """
    values = {"topic": topic, "subject": subject, "body": body, "key": key, "sender": sender}
    if isinstance(member, str):
        form: NotificationForm = ReferenceForm({**values, "reference": member})
    else:
        form = NotificationForm(values)
    right = checked(form, attachments)
    told = right.pop("reference", member)
    with transaction.atomic():
        notification, is_new = _trace(told, **right)
        notification.is_repeated = not is_new
        if is_new:
            _queue(notification, told, attachments)
    return notification


def _trace(member: Member, key: str, sender: str, **values: Any) -> tuple[Notification, bool]:
    """Return the notification, and whether it is to be sent; the earlier one of that key, if any.

    One that reached nobody says what is sent now.
    """
    values |= {"member": member}
    if not key:
        return Notification.objects.create(sender=sender, **values), True
    found, is_new = Notification.objects.get_or_create(sender=sender, key=key, defaults=values)
    if is_new:
        return found, True
    if (found.member_id, found.topic) != (member.pk, values["topic"]):
        raise NotificationRefused(
            {"key": "Cette clé a déjà servi pour un autre membre ou un autre sujet."}
        )
    # Of several who use the key at once, one sends.
    held = Notification.objects.select_for_update(of=("self",)).get(pk=found.pk)
    if held.recipients.exclude(delivery__state=DeliveryState.NOBODY).exists():
        return held, False
    held.subject, held.body, held.created_at = values["subject"], values["body"], timezone.now()
    held.save(update_fields=["subject", "body", "created_at"])
    return held, True


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


def resend_unsent(notification: Notification) -> int:
    """Queue the mails anew that did not get there, to the current addresses; return how many."""
    with transaction.atomic():
        mails = Delivery.objects.filter(notificationrecipient__notification=notification)
        unsent = mails.filter(state__in=UNSENT_STATES).defer(*TEXTS)
        held = {delivery.pk: delivery for delivery in unsent.select_for_update(of=("self",))}
        again = addresses_again(notification).items()
        return queue_again((held[key], address) for key, address in again if key in held)


def addresses_again(notification: Notification) -> dict[int, str]:
    """Return the current address of each unsent mail's recipient, by the key of its delivery.

    A recipient that was deleted, has no address or hears no more of the topic is left out, unless
    the mail's address hears of it in another way; and so is an address that has had the mail, or
    would get it twice.
    """
    if notification.member is None:
        return {}
    member, topic = notification.member, Topic(notification.topic)
    reached = route(member, topic, member.contacts.all())
    heard = {address_key(who.address): who.address for who in reached}
    recipients = recipients_with_mail().filter(notification=notification)
    mails = [(recipient, recipient.delivery) for recipient in recipients.select_related("contact")]
    for _, mail in mails:
        if mail.state not in UNSENT_STATES:
            heard.pop(address_key(mail.address), None)
    again: dict[int, str] = {}
    for recipient, mail in mails:
        if mail.state in UNSENT_STATES:
            own = address_key(_address(recipient, member.email))
            key = own if own in heard else address_key(mail.address)
            if key in heard:
                again[mail.pk] = heard.pop(key)
    return again


def _address(recipient: NotificationRecipient, main_address: str) -> str:
    if recipient.contact_id is None:
        return main_address
    return recipient.contact.email if recipient.contact else ""
