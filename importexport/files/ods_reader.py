"""OpenDocument spreadsheets as rows of cells, with the texts that a person sees.

The XML is read piece by piece, and each row is yielded as soon as it is complete. Repeat counts
(of rows, columns, spaces) are checked before anything is multiplied.
"""

from collections.abc import Iterator
from typing import IO

from importexport.files.ods_package import TOO_LARGE_UNPACKED, Content
from importexport.files.ods_parser import BoundedParser
from importexport.files.ods_properties import read_properties
from importexport.files.table import (
    HEADER_SEARCH_ROWS,
    MOST_TITLES,
    Cell,
    FileRefused,
    HeaderNotFound,
    IsHeader,
    Limits,
    Row,
    Table,
    bounded,
    glimpse,
    too_many_rows,
)

# The most characters of rows stored once and repeated; 100,000 usual contacts have 15 million.
_MOST_REPEATED_CHARACTERS = 100_000_000
# The most rows, of all sheets together, that are searched for the header.
_MOST_SEARCHED_ROWS = 10 * HEADER_SEARCH_ROWS


def open_ods(file: IO[bytes], is_header: IsHeader, limits: Limits) -> Table:
    """Return the first sheet that has the header. Raises FileRefused, or HeaderNotFound."""
    sheets = _Sheets(is_header, limits)
    content = Content(file, limits)
    rows = _read_rows(sheets, content.pieces())
    header = next(rows, None)
    if header is None:
        raise HeaderNotFound(sheets.candidates)
    return Table("ods", header, rows, content.progress, read_properties(file), sheets.above)


def _read_rows(sheets: "_Sheets", pieces: Iterator[bytes]) -> Iterator[Row]:
    """Yield the header and the rows below it; read to the end, as the file may be incomplete."""
    parser = BoundedParser(sheets)
    for piece in pieces:
        parser.feed(piece)
        yield from sheets.take_rows()
    parser.finish()
    yield from sheets.take_rows()


class _Sheets:
    """Takes complete rows: searches them for the header, then keeps them for the caller."""

    def __init__(self, is_header: IsHeader, limits: Limits) -> None:
        self.limits = limits
        self.candidates: list[Row] = []
        self.above: list[Row] = []
        self.width = MOST_TITLES
        self._name = ""
        self._sheet = ""
        self._sheet_count = 1
        self._titles: list[Cell] = []
        self._awaits_titles = False
        self._has_same_titles = True
        self._is_header = is_header
        self._has_header = False
        self._found: list[Row] = []
        self._row_count = 0
        self._searched_rows = 0
        self._repeated_characters = 0

    def take_rows(self) -> list[Row]:
        """Return the rows completed since the last call; the first of all is the header."""
        rows, self._found = self._found, []
        return rows

    def begin_sheet(self, name: str) -> bool:
        """Return whether its rows are wanted: without a header yet, or to continue its sheet."""
        if not self._has_header:
            self._name = name
            self._searched_rows = 0
            self.above = []
            return True
        if name != f"{self._name} {self._sheet_count + 1}":
            return False
        self._sheet_count += 1
        self._sheet = name
        self._awaits_titles = True
        return True

    def add(self, line: int, cells: list[Cell], repeat: int) -> None:
        """Take a row that is not empty, and is repeated `repeat` times from this line on."""
        if not self._has_header:
            if not self._find_header(line, cells, repeat):
                return
            line += 1
            repeat -= 1
        elif self._awaits_titles:
            self._awaits_titles = False
            self._has_same_titles = cells == self._titles
            line += 1
            repeat -= 1
        if not self._has_same_titles:
            return
        self._row_count += repeat
        if self._row_count > self.limits.max_rows:
            raise too_many_rows(self.limits)
        if repeat > 1:
            self._count_repeated(cells, repeat)
        for number in range(line, line + repeat):
            self._found.append(Row(number, cells, self._sheet))

    def _count_repeated(self, cells: list[Cell], repeat: int) -> None:
        size = sum(len(cell) for cell in cells if isinstance(cell, str))
        self._repeated_characters += size * (repeat - 1)
        if self._repeated_characters > _MOST_REPEATED_CHARACTERS:
            raise FileRefused(TOO_LARGE_UNPACKED)

    def _find_header(self, line: int, cells: list[Cell], repeat: int) -> bool:
        self._searched_rows += 1
        if self._searched_rows > HEADER_SEARCH_ROWS or len(self.candidates) >= _MOST_SEARCHED_ROWS:
            return False
        seen = glimpse(cells)
        self._has_header = self._is_header(seen)
        if self._has_header:
            self.width = len(cells)
            self._titles = cells
            self._found.append(Row(line, cells))
        else:
            self.candidates.append(Row(line, seen))
            shown = bounded(cells)
            copies = range(line, line + min(repeat, HEADER_SEARCH_ROWS))
            self.above += [Row(copy, shown) for copy in copies]
        return self._has_header
