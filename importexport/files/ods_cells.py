"""Rows and cells as OpenDocument XML; text is written as text, whatever it looks like."""

import re
from collections.abc import Iterable, Sequence
from typing import Any
from xml.sax.saxutils import escape

from importexport.files.ods_frame import TITLE, SheetColumn, validation_name
from importexport.files.table import Cell

EMPTY_CELL = "<table:table-cell/>"
_OPEN_TEXT = '<table:table-cell office:value-type="string"><text:p>'
_CLOSE_TEXT = "</text:p></table:table-cell>"
_EMPTY_TEXT = _OPEN_TEXT + _CLOSE_TEXT
# What must be escaped in a paragraph: markup, line ends, tabs, spaces that would be folded, and
# characters that XML 1.0 forbids.
_SPECIAL = re.compile("[&<>]|[^\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|^ | $|  ")
# Separates the texts of a row while they are examined together; few texts contain it.
_MARK = "¦"
_MOST_LEARNT = 1_000
_FORBIDDEN = re.compile("[^\t\n\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_FOLDED_SPACES = re.compile("^ +| +$|(?<= ) +")


def number_cell(column: SheetColumn) -> str:
    """Return the XML of a number in this column, with two `%d` for the number."""
    validation = f' table:content-validation-name="{validation_name(column)}"'
    return (
        f"<table:table-cell{validation if column.choices else ''} "
        'office:value-type="float" office:value="%d"><text:p>%d</text:p></table:table-cell>'
    )


class RowWriter:
    def __init__(self, columns: Sequence[SheetColumn]) -> None:
        self._number_cells = [
            number_cell(column) if column.is_number else None for column in columns
        ]
        places = [place for place, cell in enumerate(self._number_cells) if cell]
        # The index of the only column of numbers, where it is between texts.
        self._place = places[0] if len(places) == 1 and 0 < places[0] < len(columns) - 1 else None
        self._width = len(columns)
        self._numbers: dict[Cell, str] = {}

    def rows(self, rows: Iterable[Sequence[Cell]]) -> str:
        """Return the XML of rows with a value for each column."""
        row = self._cell_by_cell if self._place is None else self._at_once
        # Only an empty text has this XML.
        return "".join(map(row, rows)).replace(_EMPTY_TEXT, EMPTY_CELL)

    def _at_once(self, row: Sequence[Any]) -> str:
        """Return a row by joining its texts, where none of them must be escaped.

        Makes the export of 40,000 contacts 1.5 to 1.7 times as fast.
        """
        place = self._place or 0
        before, number, after = row[:place], row[place], row[place + 1 :]
        try:
            # A mark on both sides of each text, to find spaces at its ends.
            looked_at = f"{_MARK}{_MARK.join(before)}{_MARK}{_MARK.join(after)}{_MARK}"
        except TypeError:
            return self._cell_by_cell(row)
        is_plain = (
            number != ""
            and looked_at.isprintable()
            and looked_at.count(_MARK) == self._width
            and "&" not in looked_at
            and "<" not in looked_at
            and ">" not in looked_at
            # No spaces that would be folded.
            and "  " not in looked_at
            and f"{_MARK} " not in looked_at
            and f" {_MARK}" not in looked_at
        )
        if not is_plain:
            return self._cell_by_cell(row)
        written = self._numbers.get(number) or self._learn(number, place)
        texts = _CLOSE_TEXT + _OPEN_TEXT
        return (
            f"<table:table-row>{_OPEN_TEXT}{texts.join(before)}{_CLOSE_TEXT}{written}"
            f"{_OPEN_TEXT}{texts.join(after)}{_CLOSE_TEXT}</table:table-row>"
        )

    def _learn(self, number: Cell, place: int) -> str:
        written = (self._number_cells[place] or "") % (number, number)
        if len(self._numbers) < _MOST_LEARNT:
            self._numbers[number] = written
        return written

    def _cell_by_cell(self, row: Sequence[Cell]) -> str:
        cells = ["<table:table-row>"]
        for value, number in zip(row, self._number_cells, strict=True):
            if value == "":
                cells.append(EMPTY_CELL)
            elif number:
                cells.append(number % (value, value))
            elif _SPECIAL.search(str(value)):
                cells.append(f"{_OPEN_TEXT}{paragraphs(str(value))}{_CLOSE_TEXT}")
            else:
                cells.append(f"{_OPEN_TEXT}{value}{_CLOSE_TEXT}")
        cells.append("</table:table-row>")
        return "".join(cells)


def title_row(titles: Sequence[str]) -> str:
    cells = "".join(
        f'<table:table-cell table:style-name="{TITLE}" office:value-type="string">'
        f"<text:p>{paragraphs(title)}{_CLOSE_TEXT}"
        for title in titles
    )
    # On paper, header rows are on each page.
    row = f"<table:table-row>{cells}</table:table-row>"
    return f"<table:table-header-rows>{row}</table:table-header-rows>"


def paragraphs(value: str) -> str:
    """Return the XML between `<text:p>` and `</text:p>`; each line becomes a paragraph.

    LibreOffice loses line breaks inside of a paragraph.
    """
    value = _FORBIDDEN.sub("", value.replace("\r\n", "\n").replace("\r", "\n"))
    return "</text:p><text:p>".join(_paragraph(line) for line in value.split("\n"))


def _paragraph(line: str) -> str:
    spaced = _FOLDED_SPACES.sub(lambda spaces: f'<text:s text:c="{len(spaces[0])}"/>', escape(line))
    return spaced.replace("\t", "<text:tab/>")
