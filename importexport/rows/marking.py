"""The marked file: the rows of a refused file, with a comment at each faulty cell.

Once corrected, it can be imported as it is: the check ignores its column of errors.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from operator import attrgetter
from typing import IO

from importexport.files import open_table
from importexport.files.ods_frame import SheetColumn
from importexport.files.ods_marked import MarkedRow, write_marked_ods
from importexport.files.table import MOST_TITLES, Cell, Limits, Row, Table
from importexport.rows.checking import find_columns, find_errors_column, is_header
from importexport.rows.columns import ERRORS_TITLE, Column
from importexport.rows.remarks import Remark, Remarks
from importexport.rows.sheet import SHEET_NAME, sheet_column

_NO_MORE: tuple[tuple[str, int], Iterator[Remark]] = (("", 0), iter(()))
_WIDTH_IN_CM = 5.0
_ERRORS_WIDTH_IN_CM = 16.0


def mark_file(source: IO[bytes], target: IO[bytes], errors: Remarks, limits: Limits) -> None:
    """Write the table of `source` to `target`, as ODS, with its errors; every row keeps its line.

    `errors` are those of a check of the same file; only kept ones are written. Both files stay
    open. Raises FileRefused where `source` cannot be read, or `target` would be too large.
    """
    table = open_table(source, is_header, limits)
    width = len(table.header.cells)
    if table.format == "csv":
        # Rows may be longer than the titles; the column of errors goes after the longest row.
        width = max((len(row.cells) for row in table.rows), default=0)
        table = open_table(source, is_header, limits)
    marker = _Marker(table.header, max(width, len(table.header.cells)))
    write_marked_ods(
        target,
        SHEET_NAME,
        marker.columns(),
        table.above,
        table.header.line,
        marker.mark(table, errors.kept),
        limits.max_unpacked_bytes,
    )


class _Marker:
    """Adds the errors of each row after its cells, for a table of this header and width."""

    def __init__(self, header: Row, width: int) -> None:
        self._old_place = find_errors_column(header)
        self._header = self._source_cells(header.cells)
        # The most columns of a spreadsheet.
        self._width = min(width - (self._old_place is not None), MOST_TITLES)
        self._columns = dict(find_columns(Row(header.line, self._header), Remarks()))
        self._places = {column.title: place for column, place in self._columns.items()}

    def columns(self) -> list[SheetColumn]:
        """Return the columns of the marked file, that of errors last."""
        known: dict[int, Column] = {place: column for column, place in self._columns.items()}
        made = []
        for place in range(self._width):
            cell = self._header[place] if place < len(self._header) else ""
            title = str(cell)
            column = SheetColumn(title, _WIDTH_IN_CM)
            if place in known:
                column = replace(sheet_column(known[place]), title=title, choices=())
            made.append(column)
        return [*made, SheetColumn(ERRORS_TITLE, _ERRORS_WIDTH_IN_CM)]

    def mark(self, table: Table, errors: Sequence[Remark]) -> Iterator[MarkedRow]:
        """Yield the rows with their errors; `errors` must be in the order of the lines."""
        groups = groupby(errors, key=attrgetter("sheet", "line"))
        faulty, found = next(groups, _NO_MORE)
        previous: Sequence[Cell] = ()
        cells: Sequence[Cell] = ()
        for row in table.rows:
            # A repeated row is the same list each time, and is written once with a repeat count.
            if row.cells is not previous:
                previous, cells = row.cells, self._source_cells(row.cells)
            if (row.sheet, row.line) == faulty:
                yield self._marked(row, cells, list(found))
                faulty, found = next(groups, _NO_MORE)
            else:
                yield MarkedRow(row.line, cells, sheet=row.sheet)

    def _source_cells(self, cells: Sequence[Cell]) -> Sequence[Cell]:
        """Return the cells without an earlier column of errors."""
        place = self._old_place
        if place is not None:
            cells = [*cells[:place], *cells[place + 1 :]]
        return cells if len(cells) <= MOST_TITLES else cells[:MOST_TITLES]

    def _marked(self, row: Row, cells: Sequence[Cell], errors: Sequence[Remark]) -> MarkedRow:
        padding = [""] * (self._width - len(cells))
        sentences = "\n".join(f"{self._name(error)}\u00a0: {error.message}" for error in errors)
        remarks: dict[int, str] = {}
        for error in errors:
            place = self._place(error)
            if place is not None and place < self._width:
                before = f"{remarks[place]}\n" if place in remarks else ""
                remarks[place] = f"{before}{error.message}"
        return MarkedRow(row.line, [*cells, *padding, sentences], remarks, row.sheet)

    def _name(self, error: Remark) -> str:
        return error.column if error.column in self._places else f"Colonne {error.column}"

    def _place(self, error: Remark) -> int | None:
        if error.column in self._places or not error.column.isdecimal():
            return self._places.get(error.column)
        place = int(error.column) - 1
        is_behind = self._old_place is not None and place > self._old_place
        return place - 1 if is_behind else place
