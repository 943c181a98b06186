"""What is done with an uploaded file before and after anyone reads it."""

import uuid
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.core.files import File
from django.core.files.storage import default_storage
from django.core.files.uploadhandler import FileUploadHandler
from django.utils import timezone

_FOLDER = "imports"
_SESSION_KEY = "import_waiting"
# Who has not confirmed by then has forgotten.
_KEPT_FOR = timedelta(days=1)


class BoundedUploadHandler(FileUploadHandler):
    """Lets no more of an upload reach the disk than it takes to see that it is too large."""

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        """Pass a piece on to the next handler, unless the file is over its limit already."""
        return raw_data if start <= settings.CONTACT_FILE_MAX_BYTES else None

    def file_complete(self, file_size: int) -> None:
        """Leave the making of the file to the other handlers."""


def keep_upload(session: SessionBase, file: File[Any], outcome: dict[str, int]) -> None:
    """Keep a file until this session confirms or abandons its import; `outcome` in numbers."""
    drop_upload(session)
    _sweep()
    name = default_storage.save(f"{_FOLDER}/{uuid.uuid4().hex}", file)
    session[_SESSION_KEY] = {"name": name, "file_name": file.name, "outcome": outcome}


def waiting_upload(session: SessionBase) -> dict[str, Any] | None:
    """Return what `keep_upload` kept: `name` in the storage, `file_name`, `outcome`; or None."""
    waiting: dict[str, Any] | None = session.get(_SESSION_KEY)
    if waiting and default_storage.exists(waiting["name"]):
        return waiting
    return None


def update_outcome(session: SessionBase, outcome: dict[str, int]) -> None:
    """Put other numbers in the place of those to be confirmed."""
    session[_SESSION_KEY] = {**session[_SESSION_KEY], "outcome": outcome}


def drop_upload(session: SessionBase) -> None:
    """Delete the file that waits in this session, if there is one."""
    waiting = session.pop(_SESSION_KEY, None)
    if waiting:
        default_storage.delete(waiting["name"])


def _sweep() -> None:
    """Delete files that were never confirmed."""
    if not default_storage.exists(_FOLDER):
        return
    oldest = timezone.now() - _KEPT_FOR
    for name in default_storage.listdir(_FOLDER)[1]:
        path = f"{_FOLDER}/{name}"
        if default_storage.get_modified_time(path) < oldest:
            default_storage.delete(path)
