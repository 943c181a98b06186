"""OpenDocument spreadsheets, written row by row, so that memory does not grow."""

import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import IO

from importexport.files.ods_cells import RowWriter, title_row
from importexport.files.ods_frame import MIME_TYPE, READY_ROWS, Frame, Guide, SheetColumn

# Level 1 is twice as fast as 6, for a file a fifth larger.
COMPRESSION_LEVEL = 1
# The most that LibreOffice and Excel have; one is for the titles.
MOST_ROWS_OF_A_SHEET = 1_048_576 - READY_ROWS - 1
_ROWS_A_BLOCK = 500

Properties = Callable[[int], Mapping[str, str]]
"""Returns the user-defined metadata of a file with a number of rows."""


def write_ods(
    file: IO[bytes],
    name: str,
    columns: Sequence[SheetColumn],
    rows: Iterable[Sequence[str | int]],
    guide: Guide,
    properties: Properties | None = None,
    rows_of_a_sheet: int = MOST_ROWS_OF_A_SHEET,
) -> None:
    """Write a spreadsheet with one row of titles and the rows; `file` stays open.

    Each row has a value for each column: a text ("" for an empty cell), or a whole number in a
    column of numbers. Text is written as text, whatever it looks like. Rows beyond the end of a
    sheet go to another one with the same titles, and a number in its name.
    """
    content = _Content(Frame(name, columns, guide), columns, rows_of_a_sheet)
    write_package(
        file,
        content.frame,
        content.pieces(rows),
        lambda: properties(content.row_count) if properties else {},
    )


def write_package(
    file: IO[bytes],
    frame: Frame,
    content: Iterable[str],
    properties: Callable[[], Mapping[str, str]] = dict,
) -> None:
    """Write the package of a spreadsheet: its content piece by piece, then the other entries."""
    level = COMPRESSION_LEVEL
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as package:
        package.writestr("mimetype", MIME_TYPE, zipfile.ZIP_STORED)
        with package.open("content.xml", "w") as content_file:
            for piece in content:
                content_file.write(piece.encode())
        for entry, data in frame.other_entries(properties()):
            package.writestr(entry, data)


class _Content:
    """The content.xml of a file, and the number of its rows so far."""

    def __init__(self, frame: Frame, columns: Sequence[SheetColumn], rows_of_a_sheet: int) -> None:
        self.frame = frame
        self.row_count = 0
        self._titles = title_row([column.title for column in columns])
        self._writer = RowWriter(columns)
        self._rows_of_a_sheet = rows_of_a_sheet

    def pieces(self, rows: Iterable[Sequence[str | int]]) -> Iterator[str]:
        """Yield the XML, at most 500 rows at a time."""
        yield self.frame.start + self.frame.begin_sheet() + self._titles
        for block in self._blocks(iter(rows)):
            if self.row_count and self.row_count % self._rows_of_a_sheet == 0:
                yield self.frame.begin_sheet() + self._titles
            self.row_count += len(block)
            yield self._writer.rows(block)
        yield self.frame.finish(self._last_lines())

    def _last_lines(self) -> list[int]:
        """Return the line of the last row in each sheet, below its titles."""
        full, rest = divmod(self.row_count, self._rows_of_a_sheet)
        rows = [self._rows_of_a_sheet] * full + ([rest] if rest or not full else [])
        return [1 + count for count in rows]

    def _blocks(self, rows: Iterator[Sequence[str | int]]) -> Iterator[list[Sequence[str | int]]]:
        """Yield the rows in blocks, none of them across the end of a sheet."""
        while True:
            left = self._rows_of_a_sheet - self.row_count % self._rows_of_a_sheet
            block = list(islice(rows, min(_ROWS_A_BLOCK, left)))
            if not block:
                return
            yield block
