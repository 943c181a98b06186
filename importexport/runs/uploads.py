"""What is done with an upload before anyone reads it."""

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler


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
