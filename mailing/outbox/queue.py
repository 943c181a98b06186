"""Mail on its way out: queued in the caller's transaction, one mail to each address.

django-post-office keeps the mails; `mailing.models.Delivery` keeps how far each has come; a worker
sends them (mailing/outbox/delivery.py).
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from email.utils import make_msgid, parseaddr
from typing import NamedTuple

from django.conf import settings
from django.core.files import File
from django.core.files.storage import Storage
from django.db import transaction
from django.utils import timezone
from post_office.models import Attachment, Email

from base.database import slices
from mailing.models import Delivery, DeliveryState, Message
from mailing.outbox.claims import set_mail_status
from mailing.outbox.tasks import ask_for_delivery
from members.models import Member


class Draft(NamedTuple):
    """A mail to be queued: to whom, and what it says in plain text and in HTML."""

    member: Member
    address: str
    subject: str
    text: str
    html: str


def queue(
    drafts: Iterable[Draft],
    *,
    message: Message | None = None,
    attachments: Sequence[Attachment] = (),
    due_at: datetime | None = None,
) -> list[Delivery]:
    """Queue the drafts, all or none, and have a worker send them once the caller commits.

    Every recipient gets a mail of their own: nobody sees another's address. The Message-ID is
    made here, so that a mail that a crash sends twice is the same mail. `due_at`: when they go,
    if not now.
    """
    deliveries: list[Delivery] = []
    with transaction.atomic():
        for some in slices(drafts, 500):
            emails = Email.objects.bulk_create([_email(draft) for draft in some])
            _attach(attachments, emails)
            deliveries += Delivery.objects.bulk_create(
                # By its key: ten thousand texts need not stay in memory.
                Delivery(
                    member=draft.member,
                    message=message,
                    email_id=email.pk,
                    address=draft.address,
                    next_attempt_at=due_at or timezone.now(),
                )
                for draft, email in zip(some, emails, strict=True)
            )
        if deliveries:
            ask_for_delivery()
    return deliveries


def queue_again(mails: Iterable[tuple[Delivery, str]]) -> int:
    """Queue refused mails anew, the same mails, each to the address given; return how many."""
    count = 0
    with transaction.atomic():
        for some in slices(mails):
            _readdress(some)
            keys = [delivery.pk for delivery, _ in some]
            refused = Delivery.objects.filter(pk__in=keys, state=DeliveryState.REFUSED)
            set_mail_status(list(refused.values_list("email_id", flat=True)), None)
            count += refused.update(
                state=DeliveryState.WAITING,
                attempts=0,
                next_attempt_at=timezone.now(),
                finished_at=None,
            )
        if count:
            ask_for_delivery()
    return count


def store_attachment(name: str, mimetype: str, file: File[bytes]) -> Attachment:
    """Keep a file to be sent with mails."""
    attachment = Attachment(name=name, mimetype=mimetype)
    # post_office would end its own name for the file with all that follows the last full stop.
    attachment.file.save("bin", file)
    return attachment


def remove_orphaned_files() -> int:
    """Delete files of mails that were never queued: the caller rolled back; return how many."""
    storage = Attachment._meta.get_field("file").storage
    long_ago = timezone.now() - _LONGEST_TRANSACTION
    removed = 0
    for some in slices(_files(storage, _FOLDER)):
        known = set(Attachment.objects.filter(file__in=some).values_list("file", flat=True))
        for name in some:
            if name not in known and storage.get_modified_time(name) < long_ago:
                storage.delete(name)
                removed += 1
    return removed


_FOLDER = "post_office_attachments"
_LONGEST_TRANSACTION = timedelta(days=1)


def _files(storage: Storage, folder: str) -> Iterator[str]:
    if storage.exists(folder):
        folders, files = storage.listdir(folder)
        yield from (f"{folder}/{name}" for name in files)
        for name in folders:
            yield from _files(storage, f"{folder}/{name}")


def _readdress(mails: Iterable[tuple[Delivery, str]]) -> None:
    moved = [(delivery, address) for delivery, address in mails if delivery.address != address]
    for delivery, address in moved:
        delivery.address = address
        Email.objects.filter(pk=delivery.email_id).update(to=[address])
    Delivery.objects.bulk_update([delivery for delivery, _ in moved], ["address"])


def _email(draft: Draft) -> Email:
    sender = settings.DEFAULT_FROM_EMAIL
    domain = parseaddr(sender)[1].rpartition("@")[2] or "localhost"
    headers = {"Auto-Submitted": "auto-generated"}
    if settings.REPLY_TO_EMAIL:
        headers["Reply-To"] = settings.REPLY_TO_EMAIL
    return Email(
        from_email=sender,
        to=[draft.address],
        subject=draft.subject,
        message=draft.text,
        html_message=draft.html,
        message_id=make_msgid(domain=domain),
        headers=headers,
        # post_office's own sender takes what has its status "queued": it must not send this too.
        status=None,
    )


def _attach(attachments: Sequence[Attachment], emails: Sequence[Email]) -> None:
    links = Attachment.emails.through
    links.objects.bulk_create(
        links(attachment=attachment, email=email) for attachment in attachments for email in emails
    )
