"""OpenDocument spreadsheets as rows of cells, with the texts that a person sees.

The XML is read piece by piece, and each row is yielded as soon as it is complete. Repeat counts
(of rows, columns, spaces) are checked before anything is multiplied.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import IO

from importexport.files.ods_package import Content
from importexport.files.ods_parser import BoundedParser
from importexport.files.ods_properties import read_properties
from importexport.files.package import TOO_LARGE_UNPACKED
from importexport.files.table import (
    HEADER_SEARCH_ROWS,
    MOST_LEFT_OUT,
    MOST_SEARCHED_ROWS,
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


def open_ods(file: IO[bytes], is_header: IsHeader, limits: Limits) -> Table:
    """Return the first visible sheet that has the header, or else the first hidden one.

    Raises FileRefused, or HeaderNotFound.
    """
    candidates: list[Row] = []
    for reads_hidden in (False, True):
        sheets = _Sheets(is_header, limits, reads_hidden=reads_hidden)
        content = Content(file, limits)
        rows = _read_rows(sheets, content.pieces())
        header = next(rows, None)
        if header:
            above, left_out = sheets.above, sheets.left_out
            properties = read_properties(file)
            return Table("ods", header, rows, content.progress, properties, above, left_out)
        candidates += sheets.candidates
        if not sheets.left_out:
            # No hidden sheet has it.
            break
        # Looking for it took its time: a file that is read twice may be a quarter as large.
        limits = replace(
            limits,
            max_markup=limits.max_markup // 4,
            max_unpacked_bytes=limits.max_unpacked_bytes // 4,
        )
    raise HeaderNotFound(candidates)


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

    def __init__(self, is_header: IsHeader, limits: Limits, *, reads_hidden: bool) -> None:
        self.limits = limits
        self.left_out: list[str] = []
        self._reads_hidden = reads_hidden
        self.candidates: list[Row] = []
        self.above: list[Row] = []
        self.width = MOST_TITLES
        self._name = ""
        self._sheet = ""
        self._sheet_count = 1
        self._titles: list[Cell] = []
        self._awaits_titles = False
        self._is_left_out = False
        self._is_full = False
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

    def begin_sheet(self, name: str, *, is_hidden: bool) -> None:
        """Begin a sheet: search it for the header, or continue the one that has it."""
        self._sheet = name
        self._searched_rows = 0
        self.width = MOST_TITLES
        if not self._has_header:
            self._is_left_out = is_hidden != self._reads_hidden
            self.above = []
            return
        number = self._sheet_count + 1
        self._is_left_out = not self._is_full or name != f"{self._name} {number}"
        if not self._is_left_out:
            self._sheet_count = number
            self._awaits_titles = True
            self.width = len(self._titles)

    def end_sheet(self, last_line: int) -> None:
        """End the sheet; where it is full, a next one may continue it."""
        if self._has_header and not self._is_left_out:
            self._is_full = last_line >= self.limits.full_sheet_line

    def add(self, line: int, cells: list[Cell], repeat: int) -> None:
        """Take a row that is not empty, and is repeated `repeat` times from this line on."""
        if self._is_left_out:
            self._look_for_titles(cells)
            return
        if not self._has_header:
            if not self._find_header(line, cells, repeat):
                return
            line += 1
            repeat -= 1
        elif self._awaits_titles:
            self._awaits_titles = False
            if cells != self._titles:
                self._is_left_out = True
                self._look_for_titles(cells)
                return
            line += 1
            repeat -= 1
        self._row_count += repeat
        if self._row_count > self.limits.max_rows:
            raise too_many_rows(self.limits)
        if repeat > 1:
            self._count_repeated(cells, repeat)
        for number in range(line, line + repeat):
            self._found.append(Row(number, cells, self._sheet))

    def _look_for_titles(self, cells: list[Cell]) -> None:
        """Note the name of a sheet that has the header, and is not read."""
        self._searched_rows += 1
        is_new = self._sheet not in self.left_out and len(self.left_out) < MOST_LEFT_OUT
        if self._searched_rows <= HEADER_SEARCH_ROWS and is_new and self._is_header(glimpse(cells)):
            self.left_out.append(self._sheet)

    def _count_repeated(self, cells: list[Cell], repeat: int) -> None:
        size = sum(len(cell) for cell in cells if isinstance(cell, str))
        self._repeated_characters += size * (repeat - 1)
        if self._repeated_characters > _MOST_REPEATED_CHARACTERS:
            raise FileRefused(TOO_LARGE_UNPACKED)

    def _find_header(self, line: int, cells: list[Cell], repeat: int) -> bool:
        self._searched_rows += 1
        if self._searched_rows > HEADER_SEARCH_ROWS or len(self.candidates) >= MOST_SEARCHED_ROWS:
            return False
        seen = glimpse(cells)
        self._has_header = self._is_header(seen)
        if self._has_header:
            self.width = len(cells)
            self._titles = cells
            self._name, self._sheet = self._sheet, ""
            self._found.append(Row(line, cells))
        else:
            self.candidates.append(Row(line, seen))
            shown = bounded(cells)
            copies = range(line, line + min(repeat, HEADER_SEARCH_ROWS))
            self.above += [Row(copy, shown) for copy in copies]
        return self._has_header
