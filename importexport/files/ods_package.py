"""The zip package of an OpenDocument spreadsheet, read without trust in its directory."""

import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from importexport.files.table import FileRefused, Limits

DAMAGED = (
    "Le fichier est endommagé ou incomplet. "
    "Ouvrez-le dans votre tableur, enregistrez-le à nouveau au format ODS, puis recommencez."
)
EXCEL = (
    "C'est un fichier Excel. "
    "Enregistrez-le dans votre tableur au format ODS (conseillé) ou CSV, puis recommencez."
)
NOT_A_SPREADSHEET = (
    "Ce fichier n'est pas un tableau. "
    "Choisissez un fichier ODS (conseillé) ou CSV enregistré par un tableur."
)
LOCKED = (
    "Le fichier est protégé par un mot de passe. "
    "Enregistrez-le sans mot de passe, puis recommencez."
)
TOO_LARGE_UNPACKED = (
    "Le fichier est anormalement gros une fois décompressé. "
    "Copiez ses lignes dans un nouveau tableau, enregistrez-le, puis recommencez."
)
SPREADSHEET_TYPES = {
    b"application/vnd.oasis.opendocument.spreadsheet",
    b"application/vnd.oasis.opendocument.spreadsheet-template",
}
# Enough for hundreds of pictures; Python makes an object of each entry.
_MAX_DIRECTORY_BYTES = 1024 * 1024
_MAX_SMALL_ENTRY_BYTES = 1024 * 1024
_CHUNK = 64 * 1024
_END_OF_DIRECTORY = b"PK\x05\x06"
_END_OF_DIRECTORY_BYTES = 22
# Before it in a large package (zip64): the end of the large directory, and its locator.
_LARGE_END = b"PK\x06\x06"
_LARGE_END_BYTES = 56 + 20
_LONGEST_COMMENT = 65_535
_DAMAGE = (
    EOFError,
    NotImplementedError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
)


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
        with _opened(self._file) as package:
            _check_kind(package)
            self._announced_bytes = package.getinfo("content.xml").file_size
            with _open_entry(package, "content.xml") as content:
                for piece in _read_in_pieces(content, self._limits.max_unpacked_bytes):
                    self._read_bytes += len(piece)
                    yield piece

    def progress(self) -> float:
        """Return the part that was read, from 0 to 1, by the size that the package announces."""
        return min(1.0, self._read_bytes / max(1, self._announced_bytes))


def read_small_entry(file: IO[bytes], name: str, max_bytes: int) -> bytes:
    """Return an entry of a package. Raises FileRefused where it is damaged, larger or absent."""
    with _opened(file) as package:
        if name not in package.namelist():
            raise FileRefused(DAMAGED)
        return _read_small_entry(package, name, max_bytes)


@contextmanager
def _opened(file: IO[bytes]) -> Iterator[zipfile.ZipFile]:
    with _damage_refused():
        _check_directory_size(file)
        with zipfile.ZipFile(file) as package:
            yield package


@contextmanager
def _damage_refused() -> Iterator[None]:
    try:
        yield
    except _DAMAGE:
        raise FileRefused(DAMAGED) from None


def _check_directory_size(file: IO[bytes]) -> None:
    """Refuse a directory of a million entries before Python makes an object of each."""
    size = file.seek(0, 2)
    file.seek(max(0, size - _LONGEST_COMMENT - _END_OF_DIRECTORY_BYTES - _LARGE_END_BYTES))
    tail = file.read()
    start = tail.rfind(_END_OF_DIRECTORY)
    if start < 0 or len(tail) - start < _END_OF_DIRECTORY_BYTES:
        raise FileRefused(DAMAGED)
    (directory_bytes,) = struct.unpack_from("<L", tail, start + 12)
    large_start = start - _LARGE_END_BYTES
    if large_start >= 0 and tail.startswith(_LARGE_END, large_start):
        (directory_bytes,) = struct.unpack_from("<Q", tail, large_start + 40)
    if directory_bytes > _MAX_DIRECTORY_BYTES:
        raise FileRefused(NOT_A_SPREADSHEET)
    file.seek(0)


def _check_kind(package: zipfile.ZipFile) -> None:
    names = set(package.namelist())
    if "mimetype" in names:
        kind = _read_small_entry(package, "mimetype").strip()
        if kind not in SPREADSHEET_TYPES:
            raise FileRefused(NOT_A_SPREADSHEET)
    elif any(name.startswith("xl/") for name in names):
        raise FileRefused(EXCEL)
    elif "content.xml" not in names:
        raise FileRefused(NOT_A_SPREADSHEET)
    if "encrypted-package" in names:
        raise FileRefused(LOCKED)
    manifest = "META-INF/manifest.xml"
    if manifest in names and b"encryption-data" in _read_small_entry(package, manifest):
        raise FileRefused(LOCKED)
    if "content.xml" not in names:
        raise FileRefused(DAMAGED)


def _open_entry(package: zipfile.ZipFile, name: str) -> IO[bytes]:
    entry = package.getinfo(name)
    if entry.flag_bits & 1:
        raise FileRefused(LOCKED)
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise FileRefused(DAMAGED)
    return package.open(entry)


def _read_small_entry(
    package: zipfile.ZipFile, name: str, max_bytes: int = _MAX_SMALL_ENTRY_BYTES
) -> bytes:
    with _open_entry(package, name) as entry:
        return b"".join(_read_in_pieces(entry, max_bytes))


def _read_in_pieces(entry: IO[bytes], max_bytes: int) -> Iterator[bytes]:
    """Yield an entry; count its real bytes, since the announced size may be false."""
    total = 0
    while piece := entry.read(_CHUNK):
        total += len(piece)
        if total > max_bytes:
            raise FileRefused(TOO_LARGE_UNPACKED)
        yield piece
