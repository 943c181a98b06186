"""The cells of one sheet of an Excel workbook, row by row."""

from collections.abc import Sequence

from importexport.files.bounded_xml import MAX_DEPTH, BoundedXml
from importexport.files.package import DAMAGED, TOO_LARGE_UNPACKED
from importexport.files.table import (
    MOST_TITLES,
    Cell,
    FileRefused,
    FormulaError,
    Limits,
    Row,
    cell_too_long,
)
from importexport.files.xlsx_formats import NumberFormat, iso_date
from importexport.files.xlsx_merges import CoveredCells, Merge, index_of
from importexport.files.xlsx_workbook import names_of, unescaped, whole_number

MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384
_MAX_ROW_CHARACTERS = 1_000_000
_CELL, _VALUE, _ROW, _TEXT, _FORMULA, _PHONETIC, _DATA = range(1, 8)
_ELEMENTS = names_of(
    {
        "c": _CELL,
        "v": _VALUE,
        "row": _ROW,
        "t": _TEXT,
        "f": _FORMULA,
        "rPh": _PHONETIC,
        "sheetData": _DATA,
    }
)
_DIGITS = "0123456789"


class SheetCells:
    """The handlers of expat for one sheet: collect its rows that are not empty.

    `strings` and `formats` are the workbook's. Cells beyond `width` are left out.
    """

    def __init__(
        self,
        strings: Sequence[str],
        formats: Sequence[NumberFormat],
        merges: Sequence[Merge],
        limits: Limits,
        name: str,
    ) -> None:
        self.rows: list[Row] = []
        self.width = MOST_TITLES
        self._strings = strings
        self._formats = formats
        self._covered = CoveredCells(merges) if merges else None
        self._max_characters = limits.max_cell_characters
        self._name = name
        self._places: dict[str, int] = {}
        self._xml = BoundedXml(self._start, self._end, self._add_text)
        self._characters_left = limits.max_unpacked_bytes
        self._row_characters_left = 0
        self._depth = 0
        self._is_in_data = False
        self._is_in_cell = False
        self._is_phonetic = False
        self._pieces: list[str] = []
        self._size = 0
        self._line = 0
        self._cells: list[Cell] = []
        self._column = -1
        self._attributes: dict[str, str] = {}
        self._value: str | None = None
        self._has_formula = False
        self._runs: list[str] = []

    def feed(self, piece: bytes, *, is_last: bool = False) -> None:
        """Parse a piece of the sheet. Raises FileRefused."""
        self._xml.feed(piece, is_last=is_last)

    def take_rows(self) -> list[Row]:
        """Return the rows completed since the last call."""
        rows, self.rows = self.rows, []
        return rows

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise FileRefused(DAMAGED)
        kind = _ELEMENTS.get(name)
        if kind == _CELL:
            self._attributes = attributes
            self._column = self._place(attributes.get("r"))
            self._value = None
            self._has_formula = False
            self._runs.clear()
            self._size = 0
            self._is_in_cell = self._is_in_data
        elif kind == _ROW:
            self._begin_row(attributes.get("r"))
        elif kind == _FORMULA:
            self._has_formula = True
        elif kind == _PHONETIC:
            self._is_phonetic = True
        elif kind == _DATA:
            self._is_in_data = True
        self._pieces.clear()

    def _add_text(self, text: str) -> None:
        if self._is_in_cell:
            self._size += len(text)
            if self._size > self._max_characters:
                raise cell_too_long(max(1, self._line))
            self._pieces.append(text)

    def _end(self, name: str) -> None:
        self._depth -= 1
        kind = _ELEMENTS.get(name)
        if kind == _VALUE:
            self._value = "".join(self._pieces)
        elif kind == _CELL:
            if self._is_in_cell:
                self._is_in_cell = False
                self._end_cell()
        elif kind == _ROW:
            self._end_row()
        elif kind == _TEXT:
            if not self._is_phonetic:
                self._runs.append("".join(self._pieces))
        elif kind == _PHONETIC:
            self._is_phonetic = False
        elif kind == _DATA:
            self._is_in_data = False
        self._pieces.clear()

    def _begin_row(self, number: str | None) -> None:
        line = self._line + 1 if number is None else whole_number(number)
        if not self._line < line <= MOST_ROWS:
            raise FileRefused(DAMAGED)
        self._line = line
        self._cells = []
        self._column = -1
        self._row_characters_left = _MAX_ROW_CHARACTERS

    def _place(self, address: str | None) -> int:
        """Return the index of a cell; without an address, it follows the one before."""
        if address is None:
            place = self._column + 1
        else:
            letters = address.rstrip(_DIGITS)
            known = self._places.get(letters)
            place = self._places.setdefault(letters, index_of(letters)) if known is None else known
        if not self._column < place < MOST_COLUMNS:
            raise FileRefused(DAMAGED)
        return place

    def _end_cell(self) -> None:
        place = self._column
        is_empty = self._value is None and not (self._runs or self._has_formula)
        if is_empty or place >= self.width:
            return
        cell = self._cell()
        if cell == "" and type(cell) is not FormulaError:
            return
        cells = self._cells
        if len(cells) < place:
            cells.extend([""] * (place - len(cells)))
        cells.append(cell)
        if isinstance(cell, str):
            self._count(len(cell))

    def _count(self, size: int) -> None:
        """Refuse a cell, a row or a sheet with too many characters."""
        self._row_characters_left -= size
        self._characters_left -= size
        if size > self._max_characters or self._row_characters_left < 0:
            raise cell_too_long(self._line)
        if self._characters_left < 0:
            raise FileRefused(TOO_LARGE_UNPACKED)

    def _cell(self) -> Cell:
        kind = self._attributes.get("t", "n")
        value = self._value or ""
        if kind == "s":
            return self._shared_string(value)
        if kind == "inlineStr":
            return unescaped("".join(self._runs))
        if not value:
            # An empty text is a result; numbers without a value have none.
            has_result = kind == "str" and self._value is not None
            return FormulaError() if self._has_formula and not has_result else ""
        if kind == "n":
            style = whole_number(self._attributes.get("s", "0"))
            return self._formats[style if style < len(self._formats) else 0].show(value.strip())
        if kind == "b":
            return "VRAI" if value.strip() in ("1", "true") else "FAUX"
        if kind == "e":
            return FormulaError(value)
        return iso_date(value) if kind == "d" else unescaped(value)

    def _shared_string(self, value: str) -> str:
        if not value:
            return ""
        number = whole_number(value.strip())
        if number >= len(self._strings):
            raise FileRefused(DAMAGED)
        return self._strings[number]

    def _end_row(self) -> None:
        cells, self._cells = self._cells, []
        if cells and self._covered:
            self._covered.uncover(self._line, cells)
        if cells:
            self.rows.append(Row(self._line, cells, self._name))
