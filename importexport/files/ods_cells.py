"""Rows and cells as OpenDocument XML. Text stays text, whatever it looks like."""

import re
from collections.abc import Sequence
from xml.sax.saxutils import escape

from importexport.files.ods_frame import TITLE, SheetColumn, validation_name
from importexport.files.table import Cell

EMPTY_CELL = "<table:table-cell/>"
_OPEN_TEXT = '<table:table-cell office:value-type="string"><text:p>'
_CLOSE_TEXT = "</text:p></table:table-cell>"
# What may not stand as it is in a paragraph: markup, lines, tabs, spaces that would be folded,
# and the characters that XML 1.0 cannot hold.
_SPECIAL = re.compile("[&<>]|[^\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|^ | $|  ")
_FORBIDDEN = re.compile("[^\t\n\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_FOLDED_SPACES = re.compile("^ +| +$|(?<= ) +")


def number_cell(column: SheetColumn) -> str:
    """Return the XML of a number in this column, to be filled with it twice by `%`."""
    validation = f' table:content-validation-name="{validation_name(column)}"'
    return (
        f"<table:table-cell{validation if column.choices else ''} "
        'office:value-type="float" office:value="%d"><text:p>%d</text:p></table:table-cell>'
    )


def row_xml(row: Sequence[Cell], number_cells: Sequence[str | None]) -> str:
    """Return a row of texts and numbers; `number_cells` has the XML of each column of numbers."""
    cells = ["<table:table-row>"]
    for value, number in zip(row, number_cells, strict=True):
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
    """Return a row of titles."""
    cells = "".join(
        f'<table:table-cell table:style-name="{TITLE}" office:value-type="string">'
        f"<text:p>{paragraphs(title)}{_CLOSE_TEXT}"
        for title in titles
    )
    return f"<table:table-row>{cells}</table:table-row>"


def paragraphs(value: str) -> str:
    """Return the inside of `text:p` for any text.

    Each of its lines is a paragraph of its own, as LibreOffice keeps them.
    """
    value = _FORBIDDEN.sub("", value.replace("\r\n", "\n").replace("\r", "\n"))
    return "</text:p><text:p>".join(_paragraph(line) for line in value.split("\n"))


def _paragraph(line: str) -> str:
    spaced = _FOLDED_SPACES.sub(lambda spaces: f'<text:s text:c="{len(spaces[0])}"/>', escape(line))
    return spaced.replace("\t", "<text:tab/>")
