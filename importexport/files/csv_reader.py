"""CSV files as rows of cells, whatever their encoding, delimiter and line ends."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from typing import IO

from base.french import grouped
from importexport.files.csv_encoding import find_encoding
from importexport.files.table import (
    HEADER_SEARCH_ROWS,
    FileRefused,
    HeaderNotFound,
    IsHeader,
    Limits,
    Row,
    Table,
    at_most,
    find_header,
)

DELIMITERS = (";", ",", "\t")
# A record of ten cells stays far below, and an unclosed quotation mark is noticed here.
_MAX_RECORD_CHARACTERS = 1_000_000
# A file that got its byte order mark twice has one left at its beginning.
_BYTE_ORDER_MARK = "\ufeff"
# DOS puts it behind the last line (Ctrl-Z).
_END_OF_FILE = "\x1a"
# As many rows as a spreadsheet has.
_MOST_BLANK_ROWS = 1_048_576
# The apostrophe that keeps a spreadsheet from running a text (contact-files.md, « Formats »).
_GUARD = re.compile("^'+[=+\\-@\t\r]")


def open_csv(file: IO[bytes], is_header: IsHeader, limits: Limits) -> Table:
    """Return the table of a CSV file.

    The delimiter is the first of `;`, `,` and tab with which there is a header. Raises FileRefused,
    or HeaderNotFound.
    """
    encoding = find_encoding(file)
    candidates: list[Row] = []
    refusals: list[FileRefused] = []
    for delimiter in DELIMITERS:
        rows = _read_rows(file, encoding, delimiter)
        above: list[Row] = []
        try:
            header = find_header(rows, is_header, HEADER_SEARCH_ROWS, candidates, above)
            if header:
                below = at_most(limits, rows)
                return Table("csv", header, below, _progress_in(file), above=above)
        except FileRefused as refusal:
            # Quotation marks that are wrong with this delimiter may be right with the next.
            refusals.append(refusal)
    if refusals and not candidates:
        raise refusals[0]
    raise HeaderNotFound(candidates)


def _progress_in(file: IO[bytes]) -> Callable[[], float]:
    place = file.tell()
    size = file.seek(0, 2)
    file.seek(place)
    return lambda: 1.0 if file.closed else file.tell() / size


def _read_rows(file: IO[bytes], encoding: str, delimiter: str) -> Iterator[Row]:
    """Yield the rows that are not empty, with their numbers in a spreadsheet."""
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    try:
        lines = _Lines(text)
        records = csv.reader(lines, delimiter=delimiter, skipinitialspace=True, strict=True)
        yield from _number_rows(records, lines)
    finally:
        # Closing the wrapper would close the caller's file.
        if not file.closed:
            text.detach()


def _number_rows(records: Iterator[list[str]], lines: "_Lines") -> Iterator[Row]:
    line = count = 0
    while True:
        line += 1
        lines.begin_record()
        try:
            cells = next(records, None)
        except csv.Error:
            raise _broken_record(line) from None
        if cells is None:
            return
        while cells and not cells[-1]:
            cells.pop()
        if not cells:
            if line - count > _MOST_BLANK_ROWS:
                raise _too_many_blank_rows()
            continue
        count += 1
        yield Row(line, [_without_guard(cell) for cell in cells])


class _Lines:
    """The lines of a text; raises csv.Error where those of one record are too long."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self._left = 0
        self._is_begun = False

    def __iter__(self) -> "_Lines":
        return self

    def begin_record(self) -> None:
        """Count from zero for the next record."""
        self._left = _MAX_RECORD_CHARACTERS

    def __next__(self) -> str:
        line = self._text.readline(self._left)
        if not self._is_begun:
            self._is_begun = True
            line = line.lstrip(_BYTE_ORDER_MARK)
        if line.endswith(_END_OF_FILE):
            # Only the last line does not end in a line end.
            line = line.rstrip(_END_OF_FILE)
        if not line:
            raise StopIteration
        self._left -= len(line)
        if self._left <= 0:
            raise csv.Error("a record is too long")
        return line


def _broken_record(line: int) -> FileRefused:
    return FileRefused(
        f"La ligne {line} est illisible : un guillemet y est mal placé ou n'est pas fermé, "
        "ou un texte y est démesurément long. Corrigez-la, puis recommencez."
    )


def _too_many_blank_rows() -> FileRefused:
    return FileRefused(
        f"Le fichier a plus de {grouped(_MOST_BLANK_ROWS)} lignes vides. "
        "Effacez-les, puis recommencez."
    )


def _without_guard(cell: str) -> str:
    if cell.startswith("'") and _GUARD.match(cell):
        return cell[1:]
    return cell
