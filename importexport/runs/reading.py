"""A contact file is read and checked, while someone is told how far it is."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import IO

from django.conf import settings

from importexport.files import open_table
from importexport.files.table import FileRefused, HeaderNotFound, Limits, Row, Table
from importexport.rows.checking import CheckedFile, check_table, is_header, missing_columns
from importexport.runs.site_state import known_members

NO_CONTACT = (
    "Le fichier ne contient aucun contact. Une synchronisation viderait tout le site : "
    "elle est refusée, et rien n'a changé."
)
Tell = Callable[[int, int], object]
"""Called with the rows read, and the rows expected in all (0 where that is not known yet)."""

_SECONDS_BETWEEN_WORDS = 0.5
_ROWS_BETWEEN_LOOKS = 500


class ImportRefused(Exception):
    """A file with errors in its rows: nothing was written. `checked` tells them."""

    def __init__(self, checked: CheckedFile) -> None:
        super().__init__(f"{checked.errors.count} erreurs")
        self.checked = checked


def limits() -> Limits:
    """Return what the settings let a contact file ask of the machine."""
    return Limits(
        max_bytes=settings.CONTACT_FILE_MAX_BYTES,
        max_unpacked_bytes=settings.CONTACT_FILE_MAX_UNPACKED_BYTES,
        max_rows=settings.CONTACT_FILE_MAX_ROWS,
    )


def read_table(file: IO[bytes]) -> Table:
    """Open the table of a contact file. Raises FileRefused."""
    try:
        return open_table(file, is_header, limits())
    except HeaderNotFound as error:
        raise missing_columns(error.candidates) from None


def check_file(table: Table, *, sync: bool, tell: Tell) -> CheckedFile:
    """Read and check a whole file. Raises FileRefused or ImportRefused."""
    checked = check_table(replace(table, rows=_followed(table, tell)), known_members())
    if checked.errors.count:
        raise ImportRefused(checked)
    if sync and not checked.rows:
        raise FileRefused(NO_CONTACT)
    return checked


def _followed(table: Table, tell: Tell) -> Iterator[Row]:
    """Yield the rows, and tell now and then how many they were."""
    told_at = time.monotonic()
    count = 0
    for count, row in enumerate(table.rows, start=1):
        yield row
        if count % _ROWS_BETWEEN_LOOKS == 0 and time.monotonic() - told_at > _SECONDS_BETWEEN_WORDS:
            told_at = time.monotonic()
            fraction = table.progress()
            tell(count, round(count / fraction) if fraction else 0)
    tell(count, count)
