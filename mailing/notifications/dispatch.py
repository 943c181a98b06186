"""Telling a member something: to whom it goes, queued with the caller's work, and traced."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from django.template.loader import render_to_string

from base.characters import FORBIDDEN, canonical, validate_storable
from contacts.models import Topic
from contacts.routing import Recipient, route
from mailing.models import Notification, NotificationRecipient
from mailing.outbox.queue import Draft, queue, store_attachment
from members.models import Member

LONGEST_SUBJECT = Notification._meta.get_field("subject").max_length or 0
# Far more than anyone reads, little enough for a mail and its database.
LONGEST_BODY = 50_000
LONGEST_KEY = Notification._meta.get_field("key").max_length or 0
_FILE_NAME = re.compile(r"[^\x00-\x1f\x7f/\\]{1,150}")
# Parts of these two kinds would be read as parts of the mail.
_MIME_TYPE = re.compile(
    r"(?!multipart/|message/)[a-z0-9][a-z0-9.+-]{0,60}/[a-z0-9][a-z0-9.+-]{0,60}"
)


class NotificationRefused(ValueError):
    """What was to be told cannot be; the message says why, in French, `field` where."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class AttachedFile(NamedTuple):
    """A file to go with a notification."""

    name: str
    content: bytes
    mimetype: str = "application/octet-stream"


def notify(
    member: Member,
    topic: Topic | str,
    subject: str,
    body: str,
    attachments: Sequence[AttachedFile] = (),
    key: str | None = None,
    sender: str = "",
) -> Notification:
    """Tell a member something, and return the trace of it.

    The mails are queued in the caller's transaction: they leave once it commits, or not at all.
    Every recipient of the topic gets one. With a `key` that was used before nothing is sent, and
    the first trace is returned. `sender` names the software that asks. Raises
    NotificationRefused for what cannot be sent.
    """
    topic = _known_topic(topic)
    subject, body = _checked_texts(subject, body)
    _check_attachments(attachments)
    _check_key(key or "")
    with transaction.atomic():
        notification, is_new = _trace(member, topic, subject, body, key, sender)
        notification.is_repeated = not is_new
        if is_new:
            _queue(notification, member, attachments)
    return notification


def _trace(
    member: Member,
    topic: Topic,
    subject: str,
    body: str,
    key: str | None,
    sender: str,
) -> tuple[Notification, bool]:
    """Return the new notification, or the earlier one of that key."""
    values = {
        "member": member,
        "topic": topic,
        "subject": subject,
        "body": body,
        "sender": sender,
    }
    if key:
        found, is_new = Notification.objects.get_or_create(key=key, defaults=values)
        if (found.member_id, found.topic) != (member.pk, topic):
            raise NotificationRefused(
                "Cette clé a déjà servi pour un autre membre ou un autre sujet.", "key"
            )
        return found, is_new
    return Notification.objects.create(**values), True


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


# --- What can be sent ---------------------------------------------------------------------


def _known_topic(topic: Topic | str) -> Topic:
    try:
        return Topic(topic)
    except ValueError:
        known = ", ".join(Topic.values)
        raise NotificationRefused(
            f"Le sujet « {topic} » est inconnu ; choisissez parmi : {known}.",
            "topic",
        ) from None


def _checked_texts(subject: str, body: str) -> tuple[str, str]:
    subject, body = canonical(subject), canonical(body)
    if not subject or not body:
        raise NotificationRefused("Il faut un objet et un texte.")
    if len(subject.splitlines()) > 1 or len(subject) > LONGEST_SUBJECT:
        raise NotificationRefused(
            f"L'objet doit tenir sur une ligne, en {LONGEST_SUBJECT} caractères au plus.",
            "subject",
        )
    if len(body) > LONGEST_BODY:
        raise NotificationRefused(
            f"Le texte doit tenir en {LONGEST_BODY} caractères au plus.", "body"
        )
    try:
        validate_storable(subject)
        validate_storable(body)
    except ValidationError as error:
        raise NotificationRefused(error.messages[0]) from None
    return subject, body


def _check_attachments(attachments: Sequence[AttachedFile]) -> None:
    most, most_bytes = settings.MAIL_MAX_ATTACHMENTS, settings.MAIL_MAX_ATTACHMENT_BYTES
    if len(attachments) > most:
        raise NotificationRefused(f"Il y a trop de pièces jointes ; {most} au plus.", "attachments")
    if sum(len(file.content) for file in attachments) > most_bytes:
        raise NotificationRefused(
            f"Les pièces jointes sont trop grosses ; {most_bytes // 1024**2} Mio au plus en tout.",
            "attachments",
        )
    for file in attachments:
        if not _is_file_name(file.name) or not _MIME_TYPE.fullmatch(file.mimetype):
            raise NotificationRefused(
                "Le nom ou le type d'une pièce jointe n'est pas valable.", "attachments"
            )


def _is_file_name(name: str) -> bool:
    if not _FILE_NAME.fullmatch(name) or len(name.splitlines()) > 1:
        return False
    return FORBIDDEN.search(name) is None


def _check_key(key: str) -> None:
    if len(key) > LONGEST_KEY or not key.isprintable():
        raise NotificationRefused(
            f"La clé doit tenir sur une ligne, en {LONGEST_KEY} caractères au plus.", "key"
        )
