"""The frame of a spreadsheet, made once with odfpy: all but its rows, which are streamed into it.

Styles, widths, frozen titles, drop-down lists, the guide.
"""

import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

from odf import config, meta, number, opendocument, style, table, text

from importexport.files.ods_pages import PAGE, set_up_pages

MIME_TYPE = "application/vnd.oasis.opendocument.spreadsheet"
# The number of empty rows below the last one that have the drop-down list.
READY_ROWS = 1_000
# The names of the cells' styles.
HEADING, TITLE, PLAIN = "heading", "title", "plain"
TEXT, MUTED, NUMBER = "text", "muted", "number"
FAULTY_TEXT, FAULTY_NUMBER = "faulty-text", "faulty-number"
_SHEET_MARKER = "sheet-stands-here"
_ROWS_MARKER = "rows-stand-here"
_MARKER_ROW = re.compile(
    f'<table:table-row table:style-name="{_ROWS_MARKER}">.*?</table:table-row>', re.DOTALL
)


@dataclass(frozen=True)
class SheetColumn:
    """A column; a muted one is there to be read, not to be filled."""

    title: str
    width_in_cm: float
    is_number: bool = False
    is_muted: bool = False
    choices: tuple[int, ...] = ()


@dataclass(frozen=True)
class GuidePart:
    """A part of a guide: titles, and rows of text below them."""

    titles: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Guide:
    """A last sheet that explains the others: its name, its title, its columns and its parts."""

    name: str
    title: str
    widths_in_cm: tuple[float, ...]
    parts: tuple[GuidePart, ...]


class Frame:
    """The XML before and after the rows, and the other entries of the package.

    `frozen_rows` stay visible at the top of each sheet; `has_faulty_cells` adds their styles.
    """

    def __init__(
        self,
        name: str,
        columns: Sequence[SheetColumn],
        guide: Guide | None = None,
        *,
        frozen_rows: int = 1,
        has_faulty_cells: bool = False,
    ) -> None:
        self._name = name
        self._width = len(columns)
        self._frozen_rows = frozen_rows
        self._other_names = [guide.name] if guide else []
        self._sheet_names: list[str] = []
        self._document = document = opendocument.OpenDocumentSpreadsheet()
        styles = _Styles(document)
        of_rows = [styles.title, *(styles.faulty() if has_faulty_cells else ())]
        _add_validations(document, columns)
        document.spreadsheet.addElement(_data_sheet(columns, styles, of_rows))
        set_up_pages(document)
        if guide:
            document.spreadsheet.addElement(_guide_sheet(guide, styles))
        head, tail = _MARKER_ROW.split(document.contentxml().decode())
        place = head.index("<table:table ")
        self.start, self._sheet_start, self._end = head[:place], head[place:], tail

    def begin_sheet(self) -> str:
        """Return the XML that begins the first sheet, or ends one and begins the next."""
        number = len(self._sheet_names) + 1
        name = self._name if number == 1 else f"{self._name} {number}"
        self._sheet_names.append(name)
        begin = self._sheet_start.replace(f'"{_SHEET_MARKER}"', quoteattr(name))
        return begin if number == 1 else f"</table:table>{begin}"

    def finish(self, last_lines: Sequence[int] = ()) -> str:
        """Return the XML that ends the content; with the last lines of sheets, filters for them."""
        if not last_lines:
            return self._end
        ranges = "".join(
            f"<table:database-range table:name={quoteattr(f'Filtre {number}')} "
            f"table:target-range-address={quoteattr(self._range(name, last_line))} "
            'table:display-filter-buttons="true"/>'
            for number, (name, last_line) in enumerate(
                zip(self._sheet_names, last_lines, strict=True), start=1
            )
        )
        ranges = f"<table:database-ranges>{ranges}</table:database-ranges>"
        return self._end.replace("</office:spreadsheet>", f"{ranges}</office:spreadsheet>")

    def _range(self, sheet: str, last_line: int) -> str:
        """Return the address of a table with titles; a filter needs a row below them."""
        quoted = "'" + sheet.replace("'", "''") + "'"
        last_column = chr(ord("A") + self._width - 1)
        return f"{quoted}.A1:{quoted}.{last_column}{max(2, last_line)}"

    def other_entries(self, properties: Mapping[str, str]) -> Iterator[tuple[str, bytes]]:
        """Yield the names and contents of the package's other entries; the metadata last."""
        self._freeze_rows()
        for name, value in properties.items():
            made = meta.UserDefined(name=name, valuetype="string", text=value)
            self._document.meta.addElement(made)
        package = io.BytesIO()
        self._document.save(package)
        with zipfile.ZipFile(package) as entries:
            names = set(entries.namelist()) - {"mimetype", "content.xml", "meta.xml"}
            for entry in (*sorted(names), "meta.xml"):
                yield entry, entries.read(entry)

    def _freeze_rows(self) -> None:
        """Freeze the titles, by the settings that LibreOffice writes."""
        frozen = [(name, self._frozen_rows) for name in self._sheet_names]
        frozen += [(name, 1) for name in self._other_names]
        sheets = config.ConfigItemMapNamed(name="Tables")
        for name, rows in frozen:
            entry = config.ConfigItemMapEntry(name=name)
            for key, kind, value in (
                ("VerticalSplitMode", "short", "2"),
                ("VerticalSplitPosition", "int", str(rows)),
                ("ActiveSplitRange", "short", "2"),
                ("PositionBottom", "int", str(rows)),
            ):
                entry.addElement(config.ConfigItem(name=key, type=kind, text=value))
            sheets.addElement(entry)
        view = config.ConfigItemMapEntry()
        view.addElement(config.ConfigItem(name="ViewId", type="string", text="view1"))
        view.addElement(sheets)
        view.addElement(config.ConfigItem(name="ActiveTable", type="string", text=self._name))
        views = config.ConfigItemMapIndexed(name="Views")
        views.addElement(view)
        items = config.ConfigItemSet(name="ooo:view-settings")
        items.addElement(views)
        self._document.settings.addElement(items)


class _Styles:
    """The styles of the frame; those of columns and faulty cells are made on demand."""

    def __init__(self, document: opendocument.OpenDocument) -> None:
        self._styles = document.automaticstyles
        self._widths: dict[float, style.Style] = {}
        as_text = number.TextStyle(name="as-text")
        as_text.addElement(number.TextContent())
        self._styles.addElement(as_text)
        self.sheet = style.Style(name="sheet", family="table", masterpagename=PAGE)
        self._styles.addElement(self.sheet)
        self.heading = self._cell_style(HEADING, fontweight="bold", fontsize="15pt")
        self.title = self._cell_style(TITLE, fontweight="bold", backgroundcolor="#e3efe6")
        self.plain = self._cell_style(PLAIN, wraps=True)
        self.text = self._cell_style(TEXT, datastylename="as-text")
        self.muted = self._cell_style(MUTED, color="#6b6b6b", datastylename="as-text")
        self.number = self._cell_style(NUMBER)

    def faulty(self) -> tuple[style.Style, ...]:
        return (
            self._cell_style(FAULTY_TEXT, backgroundcolor="#ffd6cc", datastylename="as-text"),
            self._cell_style(FAULTY_NUMBER, backgroundcolor="#ffd6cc"),
        )

    def column(self, width_in_cm: float) -> style.Style:
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
        fontsize: str = "",
        backgroundcolor: str = "",
        datastylename: str = "",
        wraps: bool = False,
    ) -> style.Style:
        extra = {"datastylename": datastylename} if datastylename else {}
        made = style.Style(name=name, family="table-cell", parentstylename="Default", **extra)
        texts = {"color": color, "fontweight": fontweight, "fontsize": fontsize}
        if used := {name: value for name, value in texts.items() if value}:
            made.addElement(style.TextProperties(**used))
        if backgroundcolor:
            made.addElement(style.TableCellProperties(backgroundcolor=backgroundcolor))
        if wraps:
            wrapped = {"wrapoption": "wrap", "verticalalign": "top", "padding": "0.06cm"}
            made.addElement(style.TableCellProperties(**wrapped))
        self._styles.addElement(made)
        return made


def validation_name(column: SheetColumn) -> str:
    return f"choices-of-{column.title}"


def _add_validations(document: opendocument.OpenDocument, columns: Sequence[SheetColumn]) -> None:
    validations = table.ContentValidations()
    for column in columns:
        if column.choices:
            # Quoted: LibreOffice shows no list of plain numbers, and enters quoted ones as numbers.
            choices = ";".join(f'"{choice}"' for choice in column.choices)
            validation = table.ContentValidation(
                name=validation_name(column),
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


def _data_sheet(
    columns: Sequence[SheetColumn], styles: _Styles, of_rows: Sequence[style.Style]
) -> table.Table:
    sheet = table.Table(name=_SHEET_MARKER, stylename=styles.sheet)
    for column in columns:
        default = styles.text
        if column.is_number:
            default = styles.number
        elif column.is_muted:
            default = styles.muted
        width = styles.column(column.width_in_cm)
        sheet.addElement(table.TableColumn(stylename=width, defaultcellstylename=default))
    marker = table.TableRow(stylename=_ROWS_MARKER)
    for used in of_rows:
        # odfpy leaves out styles that no cell uses.
        marker.addElement(table.TableCell(stylename=used))
    sheet.addElement(marker)
    ready = table.TableRow(numberrowsrepeated=READY_ROWS)
    for column in columns:
        validation = {"contentvalidationname": validation_name(column)} if column.choices else {}
        ready.addElement(table.TableCell(**validation))
    sheet.addElement(ready)
    return sheet


def _guide_sheet(guide: Guide, styles: _Styles) -> table.Table:
    sheet = table.Table(name=guide.name, stylename=styles.sheet)
    for width in guide.widths_in_cm:
        sheet.addElement(table.TableColumn(stylename=styles.column(width)))
    on_each_page = table.TableHeaderRows()
    on_each_page.addElement(_row((guide.title,), styles.heading))
    sheet.addElement(on_each_page)
    for part in guide.parts:
        sheet.addElement(_row(("",), styles.plain))
        sheet.addElement(_row(part.titles, styles.title))
        for values in part.rows:
            sheet.addElement(_row(values, styles.plain))
    return sheet


def _row(values: Sequence[str], cell_style: style.Style) -> table.TableRow:
    row = table.TableRow()
    for value in values:
        row.addElement(_cell(value, cell_style))
    return row


def _cell(value: str, cell_style: style.Style) -> table.TableCell:
    if not value:
        # Truly empty, so that a long text in the cell before is shown across it.
        return table.TableCell(stylename=cell_style)
    cell = table.TableCell(valuetype="string", stylename=cell_style)
    for line in value.split("\n"):
        cell.addElement(text.P(text=line))
    return cell
