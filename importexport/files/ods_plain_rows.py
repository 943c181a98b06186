"""Plain rows of a spreadsheet, read by regular expressions instead of the XML parser.

A row is plain where it has nothing but cells, and these nothing but usual attributes and paragraphs
of characters, with the five entities of XML. All other rows go to the parser; a well-formed file
gives the same rows either way. Makes the reading of 20,000 rows 1.7 times as fast, their whole
import 1.25 times.
"""

import re
from typing import NamedTuple
from xml.sax.saxutils import unescape

from importexport.files.ods_values import CALC, OFFICE, TABLE, cell_value, repeat_count
from importexport.files.package import DAMAGED
from importexport.files.table import Cell, FileRefused, FormulaError

ROW_START = "<table:table-row"
ROW_END = "</table:table-row>"
# Without characters that XML forbids or normalises, such as tabs and line ends.
_PLAIN = r"[^<>&\x00-\x1f\ufffe\uffff]*+"
_TEXT = f"{_PLAIN}(?:&(?:amp|lt|gt|quot|apos);{_PLAIN})*+"
_VALUE = r'[^"<&\x00-\x1f\ufffe\uffff]*+'
_ATTRIBUTES = rf'(?: (?:calcext|office|table):[a-z][a-z0-9-]*+="{_VALUE}")*+ ?+'
_PARAGRAPHS = f"(?:<text:p>{_TEXT}</text:p>)*+"
_ROW = re.compile(
    f"{ROW_START}({_ATTRIBUTES})>("
    f"(?:<table:table-cell{_ATTRIBUTES}(?:/>|>{_PARAGRAPHS}</table:table-cell>))*+"
    f"){ROW_END}"
)
_CELL = re.compile(f"<table:table-cell({_ATTRIBUTES})(?:/>|>({_PARAGRAPHS})</table:table-cell>)")
_ATTRIBUTE = re.compile(rf' ([^=]+)="({_VALUE})"')
# The parts of a cell's paragraphs before and after their text.
_OPENED, _CLOSED = len("<text:p>"), -len("</text:p>")
_PREFIXES = {"calcext": CALC, "office": OFFICE, "table": TABLE}
_COLUMNS_REPEATED = f"{TABLE}number-columns-repeated"
_ROWS_REPEATED = f"{TABLE}number-rows-repeated"
# The attributes of texts are few; those of numbers contain the number.
_MOST_LEARNT = 2_000
# The most characters of repeated cells in a plain row; the follower checks rows with more.
_MOST_REPEATED_CHARACTERS = 100_000
_QUOTES = {"&quot;": '"', "&apos;": "'"}


class PlainRow(NamedTuple):
    """The index at which a row ends in the XML, its repeat count, its cells."""

    end: int
    repeat: int
    cells: list[Cell]


class _Attributes(NamedTuple):
    """The parsed attributes of a cell."""

    is_text: bool
    repeat: int
    all: dict[str, str]


class PlainRows:
    """Reads plain rows; keeps parsed attributes, since most cells have the same."""

    def __init__(self) -> None:
        self._learnt: dict[str, _Attributes] = {}

    def read(self, xml: str, start: int, width: int) -> PlainRow | None:
        """Return the row that begins at `start`, or None where it is not plain.

        Cells beyond `width` are left out. Raises FileRefused where a repeat count is no number.
        """
        match = _ROW.match(xml, start)
        if match is None:
            return None
        attributes, content = match.groups()
        repeat = repeat_count(_parsed(attributes), _ROWS_REPEATED) if attributes else 1
        cells = self._cells(content, width)
        return None if cells is None else PlainRow(match.end(), repeat, cells)

    def _cells(self, content: str, width: int) -> list[Cell] | None:
        cells: list[Cell] = []
        column = repeated = 0
        learnt = self._learnt
        for attributes, paragraphs in _CELL.findall(content):
            if not (attributes or paragraphs):
                column += 1
                continue
            is_text, repeat, named = learnt.get(attributes) or self._learn(attributes)
            shown = paragraphs[_OPENED:_CLOSED]
            if "<" in shown:
                shown = shown.replace("</text:p><text:p>", "\n")
            if "&" in shown:
                shown = unescape(shown, _QUOTES)
            value = shown if is_text and shown else cell_value(named, shown)
            if (value != "" or type(value) is FormulaError) and column < width:
                if len(cells) < column:
                    cells.extend([""] * (column - len(cells)))
                cells.append(value)
                if repeat > 1:
                    cells.extend([value] * (min(repeat, width - column) - 1))
                    repeated += len(str(value)) * repeat
            column += repeat
        if repeated > _MOST_REPEATED_CHARACTERS:
            return None
        return cells

    def _learn(self, attributes: str) -> _Attributes:
        named = _parsed(attributes)
        has_formula = f"{TABLE}formula" in named
        is_error = named.get(f"{CALC}value-type") == "error"
        is_text = named.get(f"{OFFICE}value-type") == "string" and not (has_formula or is_error)
        if len(self._learnt) >= _MOST_LEARNT:
            self._learnt.clear()
        learnt = _Attributes(is_text, repeat_count(named, _COLUMNS_REPEATED), named)
        self._learnt[attributes] = learnt
        return learnt


def _parsed(attributes: str) -> dict[str, str]:
    """Return the attributes by their names, as the parser gives them."""
    found: dict[str, str] = {}
    for name, value in _ATTRIBUTE.findall(attributes):
        prefix, _, local = name.partition(":")
        name = _PREFIXES[prefix] + local
        if name in found:
            # As the parser does, which gets no plain row.
            raise FileRefused(DAMAGED)
        found[name] = value
    return found
