"""The state machine that finds cells and visible texts in the XML of a spreadsheet.

Element names are those of OpenDocument 1.3, part 3.
"""

from typing import Protocol

from importexport.files.ods_values import (
    LINE_BREAK,
    OFFICE,
    SPACE,
    STYLE,
    TAB,
    TABLE,
    TEXT,
    cell_value,
    folded,
    repeat_count,
)
from importexport.files.package import DAMAGED
from importexport.files.table import Cell, FileRefused, FormulaError, Limits, cell_too_long

_TABLE_TABLE = f"{TABLE}table"
_ROW = f"{TABLE}table-row"
_CELL = f"{TABLE}table-cell"
_COVERED_CELL = f"{TABLE}covered-table-cell"
_PARAGRAPHS = (f"{TEXT}p", f"{TEXT}h")
_SPACES = f"{TEXT}s"
_MARKS = {f"{TEXT}tab": TAB, f"{TEXT}line-break": LINE_BREAK}

_NAME = f"{TABLE}name"
_STYLE_NAME = f"{TABLE}style-name"
_STYLE, _STYLE_ITSELF = f"{STYLE}style", f"{STYLE}name"
_SHEET_PROPERTIES, _DISPLAY = f"{STYLE}table-properties", f"{TABLE}display"
_MOST_HIDDEN_STYLES = 10_000
_COLUMNS_REPEATED = f"{TABLE}number-columns-repeated"
_ROWS_REPEATED = f"{TABLE}number-rows-repeated"

# Elements around rows or sheets.
_CONTAINERS = {
    f"{OFFICE}document-content",
    f"{OFFICE}automatic-styles",
    f"{OFFICE}body",
    f"{OFFICE}spreadsheet",
    f"{TABLE}table-row-group",
    f"{TABLE}table-header-rows",
    f"{TABLE}table-rows",
}
# Parts of a paragraph that are not its visible text.
_UNREAD_TEXT = {f"{TEXT}{name}" for name in ("note", "ruby-text", "tracked-changes", "deletion")}

_MAX_DEPTH = 200
_MAX_ROW_CHARACTERS = 1_000_000
# The most spaces that all `text:s` together may ask for; each element counts for ten more.
_MOST_SPACES = 20_000_000


class RowTaker(Protocol):
    """Takes sheets and rows; cells beyond `width` are not wanted."""

    limits: Limits
    width: int

    def begin_sheet(self, name: str, *, is_hidden: bool) -> None:
        """Begin a sheet."""

    def end_sheet(self, last_line: int) -> None:
        """End the sheet; `last_line` is that of its last row that is not empty."""

    def add(self, line: int, cells: list[Cell], repeat: int) -> None:
        """Take a row that is not empty, and is repeated `repeat` times from this line on."""


# The innermost element of interest; plain numbers, since they are compared millions of times.
_OUTSIDE, _IN_SHEET, _IN_ROW, _IN_CELL, _IN_PARAGRAPH, _SKIPPED = range(6)


class Follower:
    """The handlers of expat: follow sheets, rows, cells and paragraphs, and pass on complete rows.

    Cells and paragraphs are handled first: a large file has millions of them. `pieces` collects
    all text; text outside of a paragraph is deleted when the next one begins.
    """

    def __init__(self, sheets: RowTaker) -> None:
        self.pieces: list[str] = []
        self._sheets = sheets
        self._max_characters = sheets.limits.max_cell_characters
        self._state = _OUTSIDE
        self._resumed_state = _OUTSIDE
        self._resumed_pieces = 0
        self._skipped_depth = 0
        self._nesting = 0
        self._style = ""
        self._hidden_styles: set[str] = set()
        self._line = 0
        self._last_line = 0
        self._row_repeat = 1
        self._cells: list[Cell] = []
        self._column = 0
        self._attributes: dict[str, str] = {}
        self._lines: list[str] = []
        self._characters_left = 0
        self._spaces_left = _MOST_SPACES

    def start(self, name: str, attributes: dict[str, str]) -> None:
        state = self._state
        if state == _IN_ROW and name == _CELL:
            self._state = _IN_CELL
            self._attributes = attributes
            self._lines.clear()
        elif state == _IN_CELL and name in _PARAGRAPHS:
            self._state = _IN_PARAGRAPH
            self.pieces.clear()
        elif state == _IN_PARAGRAPH:
            self._start_part_of_paragraph(name, attributes)
        elif state == _SKIPPED:
            self._skipped_depth = self._deeper(self._skipped_depth)
        else:
            self._start_other(state, name, attributes)

    def end(self, name: str) -> None:
        state = self._state
        if state == _IN_PARAGRAPH:
            if name not in _PARAGRAPHS:
                self._nesting -= 1
                return
            self._state = _IN_CELL
            pieces = self.pieces
            text = pieces[0] if len(pieces) == 1 else "".join(pieces)
            self._lines.append(text if text.isprintable() else folded(text))
        elif state == _IN_CELL:
            self._state = _IN_ROW
            self._end_cell()
        elif state == _SKIPPED:
            self._skipped_depth -= 1
            if not self._skipped_depth:
                self._state = self._resumed_state
                del self.pieces[self._resumed_pieces :]
        else:
            self._end_other(state, name)

    @property
    def is_between_rows(self) -> bool:
        """Whether the next element may be a row of a wanted sheet."""
        return self._state == _IN_SHEET

    def add_row(self, cells: list[Cell], repeat: int) -> None:
        line = self._line + 1
        self._line += repeat
        if cells:
            self._last_line = self._line
            self._sheets.add(line, cells, repeat)

    def check_size(self) -> None:
        """Refuse a cell that is too long already; delete text outside of paragraphs."""
        if self._state == _SKIPPED:
            del self.pieces[self._resumed_pieces :]
        elif self._state != _IN_PARAGRAPH:
            self.pieces.clear()
        line_ends = len(self._lines) - 1
        size = line_ends + sum(map(len, self._lines)) + sum(map(len, self.pieces))
        if size > self._max_characters:
            self._refuse_cell()

    # --- Rarer elements -------------------------------------------------------------------

    def _start_other(self, state: int, name: str, attributes: dict[str, str]) -> None:
        if state == _IN_SHEET and name == _ROW:
            self._state = _IN_ROW
            self._cells = []
            self._column = 0
            self._characters_left = _MAX_ROW_CHARACTERS
            self._row_repeat = repeat_count(attributes, _ROWS_REPEATED)
        elif state == _OUTSIDE and name == _TABLE_TABLE:
            is_hidden = attributes.get(_STYLE_NAME) in self._hidden_styles
            self._sheets.begin_sheet(attributes.get(_NAME, ""), is_hidden=is_hidden)
            self._state = _IN_SHEET
            self._line = self._last_line = 0
        elif state in (_OUTSIDE, _IN_SHEET) and name in _CONTAINERS:
            self._nesting = self._deeper(self._nesting)
        elif state == _OUTSIDE and name == _STYLE:
            self._style = attributes.get(_STYLE_ITSELF, "")
            self._nesting = self._deeper(self._nesting)
        else:
            if state == _IN_ROW and name == _COVERED_CELL:
                # Hidden under a merged cell: it takes up a column, but has no value.
                self._column += repeat_count(attributes, _COLUMNS_REPEATED)
            elif name == _SHEET_PROPERTIES and attributes.get(_DISPLAY) == "false":
                self._hide_style()
            self._skip()

    def _start_part_of_paragraph(self, name: str, attributes: dict[str, str]) -> None:
        """Enter spans, links and fields; skip elements that are no text of the paragraph."""
        if name == _SPACES:
            count = repeat_count(attributes, f"{TEXT}c")
            self._spaces_left -= count + 10
            if self._spaces_left < 0:
                self._refuse_cell()
            self.pieces.append(SPACE * count)
        elif name in _MARKS:
            self.pieces.append(_MARKS[name])
        elif not name.startswith(TEXT) or name in _UNREAD_TEXT or name in _PARAGRAPHS:
            self._skip()
            return
        self._nesting = self._deeper(self._nesting)

    def _end_other(self, state: int, name: str) -> None:
        if state == _IN_ROW and name == _ROW:
            self._state = _IN_SHEET
            self.add_row(self._cells, self._row_repeat)
        elif state == _IN_SHEET and name == _TABLE_TABLE:
            self._state = _OUTSIDE
            self._sheets.end_sheet(self._last_line)
        else:
            self._nesting -= 1

    def _hide_style(self) -> None:
        """Note that the sheets of the current style are hidden; styles come before sheets."""
        if len(self._hidden_styles) < _MOST_HIDDEN_STYLES:
            self._hidden_styles.add(self._style)

    def _skip(self) -> None:
        """Skip the element that begins, with its content."""
        self._resumed_state = self._state
        self._resumed_pieces = len(self.pieces)
        self._state = _SKIPPED
        self._skipped_depth = 1

    @staticmethod
    def _deeper(depth: int) -> int:
        if depth == _MAX_DEPTH:
            raise FileRefused(DAMAGED)
        return depth + 1

    # --- Cells ----------------------------------------------------------------------------

    def _end_cell(self) -> None:
        attributes = self._attributes
        start = self._column
        repeat = repeat_count(attributes, _COLUMNS_REPEATED)
        self._column = start + repeat
        width = self._sheets.width
        if start >= width or not (attributes or self._lines):
            return
        lines = self._lines
        value = cell_value(attributes, lines[0] if len(lines) == 1 else "\n".join(lines))
        if value == "" and type(value) is not FormulaError:
            return
        cells = self._cells
        if len(cells) < start:
            cells.extend([""] * (start - len(cells)))
        if repeat == 1:
            cells.append(value)
        else:
            repeat = min(repeat, width - start)
            cells.extend([value] * repeat)
        if isinstance(value, str):
            self._characters_left -= len(value) * repeat
            if self._characters_left < 0 or len(value) > self._max_characters:
                self._refuse_cell()

    def _refuse_cell(self) -> None:
        raise cell_too_long(self._line + 1)
