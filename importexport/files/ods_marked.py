"""A spreadsheet with its faulty cells coloured and commented, each row on its line."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import IO, NamedTuple
from xml.sax.saxutils import quoteattr

from importexport.files.ods_cells import EMPTY_CELL, paragraphs, title_row
from importexport.files.ods_frame import FAULTY_NUMBER, FAULTY_TEXT, Frame, SheetColumn
from importexport.files.ods_values import CALC
from importexport.files.ods_writer import write_package
from importexport.files.package import TOO_LARGE_UNPACKED
from importexport.files.table import Cell, FileRefused, FormulaError, Row

# More frozen rows would leave no room for the others on a screen.
_MOST_FROZEN_ROWS = 10
_NOTHING: Mapping[int, str] = {}


class MarkedRow(NamedTuple):
    """A row on its line; `remarks` are the errors of its cells, by their indexes.

    Where `sheet` is not that of the row before, another sheet begins.
    """

    line: int
    cells: Sequence[Cell]
    remarks: Mapping[int, str] = _NOTHING
    sheet: str = ""


def write_marked_ods(
    file: IO[bytes],
    name: str,
    columns: Sequence[SheetColumn],
    above: Sequence[Row],
    title_line: int,
    rows: Iterable[MarkedRow],
    max_bytes: int,
) -> None:
    """Write a sheet with the titles on their line, and rows above and below them.

    Equal neighbours are written once with a repeat count, so that the file is not much larger than
    its source. Raises FileRefused where its content would have more than `max_bytes`.
    """
    frozen = title_line if title_line <= _MOST_FROZEN_ROWS else 0
    frame = Frame(name, columns, frozen_rows=frozen, has_faulty_cells=True)
    lines = _Lines()
    pieces = _pieces(frame, columns, lines, above, title_line, rows)
    write_package(file, frame, _at_most(max_bytes, pieces))


def _pieces(
    frame: Frame,
    columns: Sequence[SheetColumn],
    lines: "_Lines",
    above: Sequence[Row],
    title_line: int,
    rows: Iterable[MarkedRow],
) -> Iterator[str]:
    yield frame.start + frame.begin_sheet()
    for row in above:
        yield lines.add(MarkedRow(row.line, row.cells))
    titles = title_row([column.title for column in columns])
    yield lines.leave_blank_until(title_line) + titles
    sheet = ""
    for marked in rows:
        if marked.sheet != sheet:
            sheet = marked.sheet
            yield lines.begin_again() + frame.begin_sheet() + titles
        yield lines.add(marked)
    yield lines.finish() + frame.finish()


def _at_most(max_bytes: int, pieces: Iterable[str]) -> Iterator[str]:
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > max_bytes:
            raise FileRefused(TOO_LARGE_UNPACKED)
        yield piece


class _Lines:
    """The XML of rows from top to bottom; equal rows are counted, and written once they end."""

    def __init__(self) -> None:
        self._next_line = 1
        self._held: Sequence[Cell] = ()
        self._count = 0

    def add(self, row: MarkedRow) -> str:
        """Take a row; return the XML of the rows before it that is not returned yet."""
        is_same = row.cells is self._held and row.line == self._next_line
        if self._count and is_same and not row.remarks:
            self._count += 1
            self._next_line += 1
            return ""
        before = self.leave_blank_until(row.line)
        if row.remarks:
            return f"{before}<table:table-row>{_cells_xml(row)}</table:table-row>"
        self._held, self._count = row.cells, 1
        return before

    def leave_blank_until(self, line: int) -> str:
        """Return the rows before this line, which becomes that of the row to be written next."""
        blank = line - self._next_line
        self._next_line = line + 1
        held = self.finish()
        return held + (_repeated(blank, EMPTY_CELL) if blank > 0 else "")

    def begin_again(self) -> str:
        """Return the XML of the held rows; the next row is below the titles of another sheet."""
        self._next_line = 2
        return self.finish()

    def finish(self) -> str:
        """Return the XML of the held rows."""
        count, self._count = self._count, 0
        return _repeated(count, _cells_xml(MarkedRow(0, self._held))) if count else ""


def _repeated(count: int, cells: str) -> str:
    repeat = f' table:number-rows-repeated="{count}"' if count > 1 else ""
    return f"<table:table-row{repeat}>{cells}</table:table-row>"


def _cells_xml(row: MarkedRow) -> str:
    if not row.remarks:
        return "".join([_cell_xml(cell, len(list(run))) for cell, run in groupby(row.cells)])
    return "".join(
        [
            _faulty_cell_xml(cell, row.remarks[place]) if place in row.remarks else _cell_xml(cell)
            for place, cell in enumerate(row.cells)
        ]
    )


def _cell_xml(cell: Cell, repeat: int = 1) -> str:
    repeated = f' table:number-columns-repeated="{repeat}"' if repeat > 1 else ""
    if cell == "" and not isinstance(cell, FormulaError):
        return f"<table:table-cell{repeated}/>"
    return f"<table:table-cell{repeated}{_value_xml(cell)}</table:table-cell>"


def _faulty_cell_xml(cell: Cell, message: str) -> str:
    style = FAULTY_NUMBER if isinstance(cell, int) else FAULTY_TEXT
    comment = f"<office:annotation><text:p>{paragraphs(message)}</text:p></office:annotation>"
    value = ">" if cell == "" and not isinstance(cell, FormulaError) else _value_xml(cell)
    attributes, _, shown = value.partition(">")
    opened = f'<table:table-cell table:style-name="{style}"{attributes}>'
    return f"{opened}{comment}{shown}</table:table-cell>"


def _value_xml(cell: Cell) -> str:
    """Return the rest of a cell's start tag, with its value, and its text."""
    if isinstance(cell, FormulaError):
        return _error_xml(cell)
    if isinstance(cell, int):
        return f' office:value-type="float" office:value="{cell}"><text:p>{cell}</text:p>'
    return f' office:value-type="string"><text:p>{paragraphs(cell)}</text:p>'


def _error_xml(cell: FormulaError) -> str:
    """Return a formula that fails again, or has no result, so that the cell stays an error."""
    if not cell:
        return ' table:formula="of:=&quot;&quot;">'
    return (
        f' xmlns:calcext={quoteattr(CALC.strip())} table:formula="of:=NA()" '
        'office:value-type="string" office:string-value="" calcext:value-type="error">'
        f"<text:p>{paragraphs(cell)}</text:p>"
    )
