"""The files that go with mails: stored once, deleted when no mail has them."""

from collections.abc import Iterable, Iterator
from datetime import timedelta

from django.core.files import File
from django.core.files.storage import Storage, default_storage
from django.db.models import QuerySet
from django.utils import timezone

from base.database import slices
from mailing.models import ATTACHMENTS_FOLDER, Attachment, Delivery

_LONGEST_TRANSACTION = timedelta(days=1)


def store_attachment(name: str, mimetype: str, file: File[bytes]) -> Attachment:
    """Keep a file to be sent with mails."""
    attachment = Attachment(name=name, mimetype=mimetype)
    attachment.file.save(name, file)
    return attachment


def detach(deliveries: QuerySet[Delivery]) -> list[int]:
    """Take the attachments off these mails; return their keys, for `delete_unused`."""
    links = Delivery.attachments.through.objects.filter(delivery__in=deliveries)
    keys = list(links.values_list("attachment_id", flat=True).distinct())
    links.delete()
    return keys


def delete_unused(keys: Iterable[int]) -> None:
    """Delete those of these attachments that no mail has: the row first, then its file."""
    for part in slices(keys):
        for attachment in Attachment.objects.filter(pk__in=part, deliveries=None):
            file = attachment.file
            attachment.delete()
            file.storage.delete(str(file))


def remove_orphaned_files() -> int:
    """Delete files of mails that were never queued: the caller rolled back; return how many."""
    long_ago = timezone.now() - _LONGEST_TRANSACTION
    removed = 0
    for part in slices(_files(default_storage, ATTACHMENTS_FOLDER)):
        known = set(Attachment.objects.filter(file__in=part).values_list("file", flat=True))
        for name in part:
            if name not in known and default_storage.get_modified_time(name) < long_ago:
                default_storage.delete(name)
                removed += 1
    return removed


def _files(storage: Storage, folder: str) -> Iterator[str]:
    if storage.exists(folder):
        folders, files = storage.listdir(folder)
        yield from (f"{folder}/{name}" for name in files)
        for name in folders:
            yield from _files(storage, f"{folder}/{name}")
