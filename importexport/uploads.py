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
    """Lets no more of a request reach the disk than it takes to see that it is too large."""

    _passed = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:  # noqa: ARG002
        """Pass a piece on to the next handler, unless the request is over the limit already."""
        if self._passed > settings.CONTACT_FILE_MAX_BYTES:
            return None
        self._passed += len(raw_data)
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Leave the making of the file to the other handlers."""


def keep_upload(session: SessionBase, file: File[Any], outcome: dict[str, Any]) -> None:
    """Keep a file until this session confirms or abandons its import; `outcome` in numbers."""
    drop_upload(session)
    _sweep()
    name = default_storage.save(f"{_FOLDER}/{uuid.uuid4().hex}", file)
    session[_SESSION_KEY] = {"name": name, "file_name": file.name}
    update_outcome(session, outcome)


def waiting_upload(session: SessionBase) -> dict[str, Any] | None:
    """Return what `keep_upload` kept, or None.

    `name` is the file's in the storage, `file_name` a person's word for it, `outcome` the numbers,
    and `shown` tells these numbers from others that the same session was shown before.
    """
    waiting: dict[str, Any] | None = session.get(_SESSION_KEY)
    if waiting and default_storage.exists(waiting["name"]):
        return waiting
    return None


def update_outcome(session: SessionBase, outcome: dict[str, Any]) -> None:
    """Put other numbers in the place of those to be confirmed."""
    shown = uuid.uuid4().hex
    session[_SESSION_KEY] = {**session[_SESSION_KEY], "outcome": outcome, "shown": shown}


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
