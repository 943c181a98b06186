"""Uploads on their way in, kept in files without a name."""

import tempfile
from typing import Any, NoReturn

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest

_PASSED_OVER = "files_passed_over"


def pass_over(request: HttpRequest | None) -> NoReturn:
    """Have an upload handler leave out a file, and the request remember that it had one."""
    if request is not None:
        request.META[_PASSED_OVER] = True
    raise SkipFile


def has_files(request: HttpRequest) -> bool:
    """Return whether files were sent, also such as were passed over."""
    return bool(request.FILES) or _PASSED_OVER in request.META


class NamelessFileUploadHandler(FileUploadHandler):
    """Keeps an upload in a file that no folder lists.

    The system frees it with the process, also with one that is killed: nothing is left to sweep.
    """

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.file = tempfile.TemporaryFile()  # noqa: SIM115 (closed with the request)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:  # noqa: ARG002
        self.file.write(raw_data)

    def file_complete(self, file_size: int) -> UploadedFile[Any]:
        self.file.seek(0)
        return UploadedFile(
            self.file,
            self.file_name,
            self.content_type,
            file_size,
            self.charset,
            self.content_type_extra,
        )

    def upload_interrupted(self) -> None:
        if hasattr(self, "file"):
            self.file.close()
