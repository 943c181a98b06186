"""The package of an OpenDocument spreadsheet: whether it is one, and its content."""

import zipfile
from collections.abc import Iterator
from typing import IO

from importexport.files.package import (
    DAMAGED,
    LOCKED,
    NOT_A_SPREADSHEET,
    open_entry,
    opened,
    read_in_pieces,
    read_small_entry,
)
from importexport.files.table import FileRefused, Limits

SPREADSHEET_TYPES = {
    b"application/vnd.oasis.opendocument.spreadsheet",
    b"application/vnd.oasis.opendocument.spreadsheet-template",
}


class Content:
    """The content.xml of a package, read in pieces, and the progress of reading it."""

    def __init__(self, file: IO[bytes], limits: Limits) -> None:
        self._file = file
        self._limits = limits
        self._announced_bytes = 0
        self._read_bytes = 0

    def pieces(self) -> Iterator[bytes]:
        """Yield it in pieces of 64 KiB.

        Raises FileRefused where the package is damaged, encrypted, not a spreadsheet, or too large.
        """
        with opened(self._file) as package:
            _check_kind(package)
            self._announced_bytes = package.getinfo("content.xml").file_size
            with open_entry(package, "content.xml") as content:
                for piece in read_in_pieces(content, self._limits.max_unpacked_bytes):
                    self._read_bytes += len(piece)
                    yield piece

    def progress(self) -> float:
        """Return the part that was read, from 0 to 1, by the size that the package announces."""
        return min(1.0, self._read_bytes / max(1, self._announced_bytes))


def _check_kind(package: zipfile.ZipFile) -> None:
    names = set(package.namelist())
    if "mimetype" in names:
        kind = read_small_entry(package, "mimetype").strip()
        if kind not in SPREADSHEET_TYPES:
            raise FileRefused(NOT_A_SPREADSHEET)
    elif "content.xml" not in names:
        raise FileRefused(NOT_A_SPREADSHEET)
    if "encrypted-package" in names:
        raise FileRefused(LOCKED)
    manifest = "META-INF/manifest.xml"
    if manifest in names and b"encryption-data" in read_small_entry(package, manifest):
        raise FileRefused(LOCKED)
    if "content.xml" not in names:
        raise FileRefused(DAMAGED)
