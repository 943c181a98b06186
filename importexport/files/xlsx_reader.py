"""Excel workbooks (XLSX) as rows of cells, with the texts that a person sees.

Not by openpyxl, whose read-only mode reads less than 10,000 rows of ten cells a second, and which
takes more memory than the machine has for a few of the hostile workbooks.
"""

from collections.abc import Iterator, Sequence
from itertools import chain, islice
from operator import attrgetter
from typing import IO

from importexport.files.package import opened
from importexport.files.table import (
    HEADER_SEARCH_ROWS,
    MOST_LEFT_OUT,
    MOST_SEARCHED_ROWS,
    MOST_TITLES,
    HeaderNotFound,
    IsHeader,
    Limits,
    Row,
    Table,
    at_most,
    find_header,
    glimpse,
    strip_empty_end,
)
from importexport.files.xlsx_merges import find_merges
from importexport.files.xlsx_sheet import SheetCells
from importexport.files.xlsx_workbook import Sheet, Workbook


def open_xlsx(file: IO[bytes], is_header: IsHeader, limits: Limits) -> Table:
    """Return the first visible sheet that has the header, or else the first hidden one.

    Raises FileRefused, or HeaderNotFound.
    """
    reader = _Reader(file, is_header, limits)
    rows = reader.rows()
    header = next(rows, None)
    if header is None:
        raise HeaderNotFound(reader.candidates)
    return Table(
        "xlsx", header, rows, reader.progress, above=reader.above, left_out=reader.left_out
    )


class _Reader:
    """Finds the header, and reads the rows below it."""

    def __init__(self, file: IO[bytes], is_header: IsHeader, limits: Limits) -> None:
        self.candidates: list[Row] = []
        self.above: list[Row] = []
        self.left_out: list[str] = []
        self._file = file
        self._is_header = is_header
        self._limits = limits
        self._announced_bytes = 1
        self._read_bytes = 0

    def progress(self) -> float:
        """Return the part of the sheet that was read, from 0 to 1, by its announced size."""
        return min(1.0, self._read_bytes / max(1, self._announced_bytes))

    def rows(self) -> Iterator[Row]:
        """Yield the header, and the rows below it that are not empty; nothing without a header."""
        with opened(self._file) as package:
            workbook = Workbook(package, self._limits)
            sheets = _Sheets(workbook, self._limits)
            for found in sorted(workbook.sheets, key=attrgetter("is_hidden")):
                self._announced_bytes = package.getinfo(found.entry).file_size
                rows = self._counted(sheets.read(found))
                header = self._find_header(rows)
                if header:
                    yield header
                    below = self._read_on(sheets, workbook.sheets, found, header, rows)
                    yield from at_most(self._limits, below)
                    return

    def _counted(self, blocks: Iterator[tuple[int, list[Row]]]) -> Iterator[Row]:
        """Yield the rows of blocks, and note how many bytes of the sheet were read."""
        for self._read_bytes, rows in blocks:
            yield from rows

    def _find_header(self, rows: Iterator[Row]) -> Row | None:
        self.above.clear()
        most = min(HEADER_SEARCH_ROWS, MOST_SEARCHED_ROWS - len(self.candidates))
        return find_header(rows, self._is_header, most, self.candidates, self.above)

    def _read_on(
        self,
        sheets: "_Sheets",
        in_order: Sequence[Sheet],
        found: Sheet,
        header: Row,
        rows: Iterator[Row],
    ) -> Iterator[Row]:
        """Yield the rows below the header, and those of sheets that continue a full one."""
        number, line, is_below = 1, header.line, False
        for sheet in in_order:
            taken = rows
            if sheet is not found:
                is_full = is_below and line >= self._limits.full_sheet_line
                taken = self._counted(sheets.read(sheet, sheet.name))
                if not is_full or sheet.name != f"{found.name} {number + 1}":
                    self._note_left_out(sheet, taken)
                    continue
                number += 1
                titles = next(taken, Row(0, ()))
                if titles.cells != header.cells:
                    self._note_left_out(sheet, chain([titles], taken))
                    continue
            is_below = True
            sheets.widths[sheet] = len(header.cells)
            for row in taken:
                line = row.line
                narrow = _within(row, len(header.cells))
                if narrow.cells:
                    yield narrow

    def _note_left_out(self, sheet: Sheet, rows: Iterator[Row]) -> None:
        """Note the name of a sheet that has the header, and is not read."""
        if len(self.left_out) < MOST_LEFT_OUT and any(
            self._is_header(glimpse(row.cells)) for row in islice(rows, HEADER_SEARCH_ROWS)
        ):
            self.left_out.append(sheet.name)


class _Sheets:
    """Reads the sheets of one workbook, with the texts and formats that they share.

    Cells beyond the width of their sheet are left out where it is known.
    """

    def __init__(self, workbook: Workbook, limits: Limits) -> None:
        self._workbook = workbook
        self._limits = limits
        self.widths: dict[Sheet, int] = {}
        self._formats = workbook.formats()
        self._strings = workbook.strings()

    def read(self, sheet: Sheet, name: str = "") -> Iterator[tuple[int, list[Row]]]:
        """Yield the number of bytes read so far, and the rows completed by the last of them."""
        merges = find_merges(self._workbook.first_pieces(sheet.entry))
        cells = SheetCells(self._strings, self._formats, merges, self._limits, name)
        read_bytes = 0
        for piece in self._workbook.pieces(sheet.entry, self._limits.max_unpacked_bytes):
            read_bytes += len(piece)
            cells.width = self.widths.get(sheet, MOST_TITLES)
            cells.feed(piece)
            yield read_bytes, cells.take_rows()
        cells.feed(b"", is_last=True)


def _within(row: Row, width: int) -> Row:
    """Return a row without cells beyond the width, and without empty cells at its end."""
    if len(row.cells) <= width:
        return row
    cells = list(row.cells[:width])
    strip_empty_end(cells)
    return Row(row.line, cells, row.sheet)
