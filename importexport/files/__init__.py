"""Spreadsheets as rows of cells, whatever their format. Nothing here knows of contacts."""

from typing import IO

from importexport.files.csv_reader import open_csv
from importexport.files.ods_reader import open_ods
from importexport.files.package import LOCKED, NOT_A_SPREADSHEET, OLD_EXCEL, opened
from importexport.files.table import FileRefused, IsHeader, Limits, Table
from importexport.files.xlsx_reader import open_xlsx

EMPTY = "Le fichier est vide. Choisissez un fichier ODS (conseillé), XLSX ou CSV."
# The first bytes of a zip package with entries, and of an empty one.
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
# The first bytes of old Excel and Word files, and of new ones with a password.
_COMPOUND_DOCUMENT = bytes.fromhex("d0cf11e0a1b11ae1")
_WORD, _ENCRYPTED = (name.encode("utf-16-le") for name in ("WordDocument", "EncryptedPackage"))
# PDF, RTF, PNG, JPEG, gzip, 7-Zip, RAR, and XML or HTML under whatever name.
_OTHER_KINDS = (
    b"%pdf",
    b"{\\rtf",
    b"\x89png",
    b"\xff\xd8\xff",
    b"\x1f\x8b",
    b"7z\xbc\xaf",
    b"rar!",
    b"<?xml",
    b"\xef\xbb\xbf<?xml",
    b"<html",
    b"<!doc",
)


def open_table(file: IO[bytes], is_header: IsHeader, limits: Limits) -> Table:
    """Return the table of a spreadsheet; its content decides the format, not its name.

    `file` must be seekable, and stay open while the rows are read. Raises FileRefused.
    """
    check_size(file.seek(0, 2), limits)
    file.seek(0)
    start = file.read(8)
    if start.startswith(_COMPOUND_DOCUMENT):
        raise _compound_document(file.read())
    if start.lower().startswith(_OTHER_KINDS):
        raise FileRefused(NOT_A_SPREADSHEET)
    if start.startswith(_ZIP):
        return (open_xlsx if _is_workbook(file) else open_ods)(file, is_header, limits)
    return open_csv(file, is_header, limits)


def _compound_document(content: bytes) -> FileRefused:
    if _WORD in content:
        return FileRefused(NOT_A_SPREADSHEET)
    return FileRefused(LOCKED if _ENCRYPTED in content else OLD_EXCEL)


def _is_workbook(file: IO[bytes]) -> bool:
    """Whether a package is an Excel workbook, and no OpenDocument."""
    with opened(file) as package:
        names = set(package.namelist())
        return "mimetype" not in names and any(name.startswith("xl/") for name in names)


def check_size(size: int, limits: Limits) -> None:
    """Raise FileRefused where a file of so many bytes is empty or too large."""
    if size == 0:
        raise FileRefused(EMPTY)
    if size > limits.max_bytes:
        raise too_large(limits)


def too_large(limits: Limits) -> FileRefused:
    return FileRefused(
        f"Le fichier dépasse la taille maximale de {limits.max_bytes // 1024**2} Mio. "
        "Partagez-le en plusieurs fichiers."
    )
