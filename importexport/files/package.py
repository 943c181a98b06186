"""Zip packages, read without trust in their directory, and the sentences of refusal."""

import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from importexport.files.table import FileRefused

DAMAGED = (
    "Le fichier est endommagé ou incomplet. "
    "Ouvrez-le dans votre tableur, enregistrez-le à nouveau au format ODS, puis recommencez."
)
OLD_EXCEL = (
    "C'est un fichier Excel ancien (.xls) ou binaire (.xlsb). "
    "Enregistrez-le dans votre tableur au format ODS (conseillé), XLSX ou CSV, puis recommencez."
)
NOT_A_SPREADSHEET = (
    "Ce fichier n'est pas un tableau. "
    "Choisissez un fichier ODS (conseillé), XLSX ou CSV enregistré par un tableur."
)
LOCKED = (
    "Le fichier est protégé par un mot de passe. "
    "Enregistrez-le sans mot de passe, puis recommencez."
)
TOO_LARGE_UNPACKED = (
    "Le fichier est anormalement gros une fois décompressé. "
    "Copiez ses lignes dans un nouveau tableau, enregistrez-le, puis recommencez."
)
TOO_MUCH_MARKUP = (
    "Le fichier contient trop de cellules ou de mises en forme. "
    "Copiez ses lignes dans un nouveau tableau, ou partagez-le en plusieurs fichiers."
)
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


@contextmanager
def opened(file: IO[bytes]) -> Iterator[zipfile.ZipFile]:
    """Open a package. Raises FileRefused where it is damaged, also while its entries are read."""
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


def open_entry(package: zipfile.ZipFile, name: str) -> IO[bytes]:
    """Open an entry. Raises FileRefused where it is encrypted or packed in an unusual way."""
    entry = package.getinfo(name)
    if entry.flag_bits & 1:
        raise FileRefused(LOCKED)
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise FileRefused(DAMAGED)
    return package.open(entry)


def read_small_entry(
    package: zipfile.ZipFile, name: str, max_bytes: int = _MAX_SMALL_ENTRY_BYTES
) -> bytes:
    """Return an entry. Raises FileRefused where it is absent, encrypted or larger."""
    if name not in package.namelist():
        raise FileRefused(DAMAGED)
    with open_entry(package, name) as entry:
        return b"".join(read_in_pieces(entry, max_bytes))


def read_in_pieces(entry: IO[bytes], max_bytes: int) -> Iterator[bytes]:
    """Yield an entry; count its real bytes, since the announced size may be false."""
    total = 0
    while piece := entry.read(_CHUNK):
        total += len(piece)
        if total > max_bytes:
            raise FileRefused(TOO_LARGE_UNPACKED)
        yield piece
