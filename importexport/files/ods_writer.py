"""OpenDocument spreadsheets, written as their rows come.

odfpy makes the frame once: styles, header, widths, frozen first row, drop-down list, guide. The
rows are streamed between the two halves of its content.xml, so that memory does not grow.
"""

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import IO
from xml.sax.saxutils import escape

from odf import config, number, opendocument, style, table, text

MIME_TYPE = "application/vnd.oasis.opendocument.spreadsheet"
# Level 1 is twice as quick as 6, for a file a fifth larger.
COMPRESSION_LEVEL = 1
_ROWS_A_BLOCK = 500
# Rows below the last one that already offer the drop-down list.
_READY_ROWS = 1_000
_MARKER = "rows-stand-here"
_MARKER_ROW = f'<table:table-row table:style-name="{_MARKER}"/>'

_EMPTY_CELL = "<table:table-cell/>"
_OPEN_TEXT = '<table:table-cell office:value-type="string"><text:p>'
_CLOSE_TEXT = "</text:p></table:table-cell>"
# What may not stand as it is in a paragraph: markup, lines, tabs, spaces that would be folded,
# and the characters that XML 1.0 cannot hold.
_SPECIAL = re.compile("[&<>]|[^\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|^ | $|  ")
_FORBIDDEN = re.compile("[^\t\n\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_FOLDED_SPACES = re.compile("^ +| +$|(?<= ) +")


@dataclass(frozen=True)
class SheetColumn:
    """A column: its title and width, and whether people fill it with a number or read it only."""

    title: str
    width_in_cm: float
    is_number: bool = False
    is_muted: bool = False
    choices: tuple[int, ...] = ()


@dataclass(frozen=True)
class Guide:
    """A second sheet that explains the first: its name, titles, widths and rows of text."""

    name: str
    titles: tuple[str, ...]
    widths_in_cm: tuple[float, ...]
    rows: tuple[tuple[str, ...], ...]


def write_ods(
    file: IO[bytes],
    name: str,
    columns: Sequence[SheetColumn],
    rows: Iterable[Sequence[str | int]],
    guide: Guide,
) -> None:
    """Write a spreadsheet with one row of titles and the rows; `file` stays open.

    Each row has one value a column: a text ("" for an empty cell), or a whole number in a column
    of numbers. Text stays text, whatever it looks like.
    """
    frame = _make_frame(name, columns, guide)
    head, tail = _frame_content(frame)
    level = COMPRESSION_LEVEL
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as package:
        package.writestr("mimetype", MIME_TYPE, zipfile.ZIP_STORED)
        for entry, content in _other_entries(frame):
            package.writestr(entry, content)
        with package.open("content.xml", "w") as content_file:
            content_file.write(head)
            for block in _row_blocks(columns, rows):
                content_file.write(block)
            content_file.write(tail)


def _row_blocks(
    columns: Sequence[SheetColumn], rows: Iterable[Sequence[str | int]]
) -> Iterator[bytes]:
    number_cells = [_number_cell(column) if column.is_number else None for column in columns]
    iterator = iter(rows)
    while block := [_row_xml(row, number_cells) for row in islice(iterator, _ROWS_A_BLOCK)]:
        yield "".join(block).encode()


def _number_cell(column: SheetColumn) -> str:
    validation = f' table:content-validation-name="{_validation_name(column)}"'
    return (
        f"<table:table-cell{validation if column.choices else ''} "
        'office:value-type="float" office:value="%d"><text:p>%d</text:p></table:table-cell>'
    )


def _row_xml(row: Sequence[str | int], number_cells: Sequence[str | None]) -> str:
    cells = ["<table:table-row>"]
    for value, number_cell in zip(row, number_cells, strict=True):
        if value == "":
            cells.append(_EMPTY_CELL)
        elif number_cell:
            cells.append(number_cell % (value, value))
        elif _SPECIAL.search(str(value)):
            cells.append(_text_cell(str(value)))
        else:
            cells.append(f"{_OPEN_TEXT}{value}{_CLOSE_TEXT}")
    cells.append("</table:table-row>")
    return "".join(cells)


def _text_cell(value: str) -> str:
    """Return a cell for any text; each of its lines is a paragraph, as LibreOffice keeps them."""
    value = _FORBIDDEN.sub("", value.replace("\r\n", "\n").replace("\r", "\n"))
    paragraphs = "</text:p><text:p>".join(_paragraph(line) for line in value.split("\n"))
    return f"{_OPEN_TEXT}{paragraphs}{_CLOSE_TEXT}"


def _paragraph(line: str) -> str:
    spaced = _FOLDED_SPACES.sub(lambda spaces: f'<text:s text:c="{len(spaces[0])}"/>', escape(line))
    return spaced.replace("\t", "<text:tab/>")


# --- The frame ----------------------------------------------------------------------------


def _make_frame(
    name: str, columns: Sequence[SheetColumn], guide: Guide
) -> opendocument.OpenDocument:
    document = opendocument.OpenDocumentSpreadsheet()
    styles = _Styles(document)
    _add_validations(document, columns)
    document.spreadsheet.addElement(_data_sheet(name, columns, styles))
    document.spreadsheet.addElement(_guide_sheet(guide, styles))
    _freeze_first_rows(document, (name, guide.name))
    return document


def _frame_content(frame: opendocument.OpenDocument) -> tuple[bytes, bytes]:
    head, tail = frame.contentxml().split(_MARKER_ROW.encode())
    return head, tail


def _other_entries(frame: opendocument.OpenDocument) -> Iterator[tuple[str, bytes]]:
    package = io.BytesIO()
    frame.save(package)
    with zipfile.ZipFile(package) as entries:
        for entry in entries.namelist():
            if entry not in ("mimetype", "content.xml"):
                yield entry, entries.read(entry)


class _Styles:
    """The styles of the frame, each made when it is first asked for."""

    def __init__(self, document: opendocument.OpenDocument) -> None:
        self._styles = document.automaticstyles
        self._widths: dict[float, style.Style] = {}
        as_text = number.TextStyle(name="as-text")
        as_text.addElement(number.TextContent())
        self._styles.addElement(as_text)
        self.title = self._cell_style("title", fontweight="bold", backgroundcolor="#e3efe6")
        self.plain = self._cell_style("plain", wraps=True)
        self.text = self._cell_style("text", datastylename="as-text")
        self.muted = self._cell_style("muted", color="#6b6b6b", datastylename="as-text")
        self.number = self._cell_style("number")

    def column(self, width_in_cm: float) -> style.Style:
        """Return the style of a column of this width."""
        if width_in_cm not in self._widths:
            made = style.Style(name=f"width-{len(self._widths)}", family="table-column")
            made.addElement(style.TableColumnProperties(columnwidth=f"{width_in_cm}cm"))
            self._styles.addElement(made)
            self._widths[width_in_cm] = made
        return self._widths[width_in_cm]

    def _cell_style(
        self,
        name: str,
        *,
        color: str = "",
        fontweight: str = "",
        backgroundcolor: str = "",
        datastylename: str = "",
        wraps: bool = False,
    ) -> style.Style:
        extra = {"datastylename": datastylename} if datastylename else {}
        made = style.Style(name=name, family="table-cell", parentstylename="Default", **extra)
        if color or fontweight:
            properties = {"color": color, "fontweight": fontweight}
            made.addElement(style.TextProperties(**{k: v for k, v in properties.items() if v}))
        if backgroundcolor:
            made.addElement(style.TableCellProperties(backgroundcolor=backgroundcolor))
        if wraps:
            made.addElement(style.TableCellProperties(wrapoption="wrap", verticalalign="top"))
        self._styles.addElement(made)
        return made


def _validation_name(column: SheetColumn) -> str:
    return f"choices-of-{column.title}"


def _add_validations(document: opendocument.OpenDocument, columns: Sequence[SheetColumn]) -> None:
    validations = table.ContentValidations()
    for column in columns:
        if column.choices:
            # As texts: LibreOffice shows no list of plain numbers, and enters these as numbers.
            choices = ";".join(f'"{choice}"' for choice in column.choices)
            validation = table.ContentValidation(
                name=_validation_name(column),
                condition=f"of:cell-content-is-in-list({choices})",
                allowemptycell="true",
                displaylist="unsorted",
            )
            message = table.ErrorMessage(display="true", messagetype="stop", title=column.title)
            wanted = ", ".join(str(choice) for choice in column.choices)
            message.addElement(text.P(text=f"Une de ces valeurs : {wanted}."))
            validation.addElement(message)
            validations.addElement(validation)
    if validations.hasChildNodes():
        document.spreadsheet.addElement(validations)


def _data_sheet(name: str, columns: Sequence[SheetColumn], styles: _Styles) -> table.Table:
    sheet = table.Table(name=name)
    for column in columns:
        default = styles.text
        if column.is_number:
            default = styles.number
        elif column.is_muted:
            default = styles.muted
        width = styles.column(column.width_in_cm)
        sheet.addElement(table.TableColumn(stylename=width, defaultcellstylename=default))
    sheet.addElement(_title_row([column.title for column in columns], styles))
    sheet.addElement(table.TableRow(stylename=_MARKER))
    ready = table.TableRow(numberrowsrepeated=_READY_ROWS)
    for column in columns:
        validation = {"contentvalidationname": _validation_name(column)} if column.choices else {}
        ready.addElement(table.TableCell(**validation))
    sheet.addElement(ready)
    return sheet


def _guide_sheet(guide: Guide, styles: _Styles) -> table.Table:
    sheet = table.Table(name=guide.name)
    for width in guide.widths_in_cm:
        sheet.addElement(table.TableColumn(stylename=styles.column(width)))
    sheet.addElement(_title_row(guide.titles, styles))
    for values in guide.rows:
        row = table.TableRow()
        for value in values:
            row.addElement(_cell(value, styles.plain))
        sheet.addElement(row)
    return sheet


def _title_row(titles: Sequence[str], styles: _Styles) -> table.TableRow:
    row = table.TableRow()
    for title in titles:
        row.addElement(_cell(title, styles.title))
    return row


def _cell(value: str, cell_style: style.Style) -> table.TableCell:
    cell = table.TableCell(valuetype="string", stylename=cell_style)
    for line in value.split("\n"):
        cell.addElement(text.P(text=line))
    return cell


def _freeze_first_rows(document: opendocument.OpenDocument, sheet_names: Sequence[str]) -> None:
    """Keep the titles in sight; the settings are those that LibreOffice writes."""
    sheets = config.ConfigItemMapNamed(name="Tables")
    for name in sheet_names:
        entry = config.ConfigItemMapEntry(name=name)
        for key, kind, value in (
            ("VerticalSplitMode", "short", "2"),
            ("VerticalSplitPosition", "int", "1"),
            ("ActiveSplitRange", "short", "2"),
            ("PositionBottom", "int", "1"),
        ):
            entry.addElement(config.ConfigItem(name=key, type=kind, text=value))
        sheets.addElement(entry)
    view = config.ConfigItemMapEntry()
    view.addElement(config.ConfigItem(name="ViewId", type="string", text="view1"))
    view.addElement(sheets)
    view.addElement(config.ConfigItem(name="ActiveTable", type="string", text=sheet_names[0]))
    views = config.ConfigItemMapIndexed(name="Views")
    views.addElement(view)
    items = config.ConfigItemSet(name="ooo:view-settings")
    items.addElement(views)
    document.settings.addElement(items)
