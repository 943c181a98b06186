"""Edit contact files in LibreOffice as a person does, through its bridge to Python.

make_samples.py starts this, with the folder of the samples and a temporary one.
"""

# ruff: noqa: FBT003 (the bridge takes arguments by position only)

import contextlib
import subprocess
import sys
import time
from pathlib import Path

import uno
from com.sun.star.awt import Point, Size
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException
from com.sun.star.sheet import TableFilterField
from com.sun.star.sheet.FilterOperator import EQUAL
from com.sun.star.table.CellHoriJustify import CENTER

PIPE = "samples-of-contact-files"
PASSWORD = "secret"  # noqa: S105 (two samples have it)
AS_ODS = "calc8"
AS_XLSX = "Calc MS Excel 2007 XML"
AS_CSV = "Text - txt - csv (StarCalc)"
# Semicolon, quotation mark, UTF-8, from the first line; the rest is what the dialogue proposes.
CSV_AS_PROPOSED = "59,34,76,1,,0,false,true,false"
CSV_ALL_QUOTED = "59,34,76,1,,0,true,true,false"
CSV_COLUMNS_AS_TEXT = "59,34,76,1," + "/".join(f"{column}/2" for column in range(1, 11))
NAME, NOTE, JOB, MAIL, TEL, FAX, TYPE = range(2, 9)


def properties(**values):
    """Return options in the bridge's own type."""
    made = []
    for name, value in values.items():
        item = PropertyValue()
        item.Name, item.Value = name, value
        made.append(item)
    return tuple(made)


class Desktop:
    """LibreOffice, without a window."""

    def __init__(self, folder):
        self._process = subprocess.Popen(
            [
                "soffice",
                f"-env:UserInstallation=file://{folder}/profile",
                "--headless",
                "--norestore",
                f"--accept=pipe,name={PIPE};urp;",
            ]
        )
        local = uno.getComponentContext()
        resolver = local.ServiceManager.createInstanceWithContext(
            "com.sun.star.bridge.UnoUrlResolver", local
        )
        for _ in range(120):
            with contextlib.suppress(NoConnectException):
                self.context = resolver.resolve(
                    f"uno:pipe,name={PIPE};urp;StarOffice.ComponentContext"
                )
                break
            time.sleep(0.5)
        self._desktop = self.context.ServiceManager.createInstanceWithContext(
            "com.sun.star.frame.Desktop", self.context
        )

    def open(self, path, **options):
        """Open a file, or a new spreadsheet where path is None."""
        url = path.as_uri() if path else "private:factory/scalc"
        return self._desktop.loadComponentFromURL(url, "_blank", 0, properties(**options))

    def close(self):
        with contextlib.suppress(Exception):
            self._desktop.terminate()
        self._process.wait(60)


def save(document, path, filter=AS_ODS, **options):
    path.unlink(missing_ok=True)
    document.storeToURL(path.as_uri(), properties(FilterName=filter, **options))


def edit(document):
    """Change an export as people do; rows are numbered as before any change."""
    sheet = document.Sheets.getByIndex(0)

    def cell(line, column):
        return sheet.getCellByPosition(column, line - 1)

    cell(5, TEL).setValue(612345678)
    cell(5, NOTE).setString("note changée")
    cell(6, NAME).setFormula('="Jean"&" Dupont"')
    cell(6, 0).setFormula("=40+2")
    cell(6, TYPE).setFormula("=1+1")
    cell(7, NOTE).setFormula("=1/0")
    sheet.Annotations.insertNew(cell(11, NAME).CellAddress, "Une remarque\nsur deux lignes")
    sheet.Annotations.insertNew(cell(13, FAX).CellAddress, "Dans une cellule vide")
    sheet.getCellRangeByPosition(NAME, 11, JOB, 11).CellBackColor = 0xFFEEAA
    cell(12, NAME).HoriJustify = CENTER

    bold = cell(13, JOB).createTextCursor()
    cell(13, JOB).setString("Chef de  cuisine")
    bold.gotoStart(False)
    bold.goRight(4, True)
    bold.CharWeight = 150

    link = document.createInstance("com.sun.star.text.TextField.URL")
    link.URL, link.Representation = "https://example.org/", "le site"
    target = cell(14, NOTE)
    target.setString("voir ")
    end = target.createTextCursor()
    end.gotoEnd(False)
    target.insertTextContent(end, link, False)
    end.gotoEnd(False)
    target.insertString(end, ", merci", False)

    sheet.getCellRangeByPosition(NOTE, 16, JOB, 17).merge(True)
    cell(18, FAX).setString("à côté")

    shape = document.createInstance("com.sun.star.drawing.RectangleShape")
    shape.Position, shape.Size = Point(2_000, 6_000), Size(4_000, 1_500)
    sheet.DrawPage.add(shape)
    shape.setString("une forme\navec un texte")

    rows = sheet.Rows
    rows.getByIndex(21).IsVisible = False
    rows.removeByIndex(3, 1)
    rows.insertByIndex(24, 2)
    cell(25, 0).setString("NEUF")
    cell(25, NAME).setString("Ajoutée à la main")
    cell(25, TYPE).setValue(4)

    field = TableFilterField()
    field.Field, field.IsNumeric, field.NumericValue, field.Operator = TYPE, True, 2, EQUAL
    database = sheet.getCellRangeByPosition(0, 0, 9, 27)
    descriptor = database.createFilterDescriptor(True)
    descriptor.setFilterFields((field,))
    descriptor.ContainsHeader = True
    database.filter(descriptor)

    document.Sheets.insertNewByName("Couverture", 0)
    cover = document.Sheets.getByIndex(0)
    cover.getCellByPosition(1, 2).setString("Contacts de la légumerie")
    cover.getCellByPosition(1, 4).setString("Référence")


def change_an_export(document):
    """Change a phone, a note and a type, delete a row and add one, in the file of stale.py."""
    sheet = document.Sheets.getByIndex(0)

    def cell(line, column):
        return sheet.getCellByPosition(column, line - 1)

    cell(2, TEL).setString("0611111111")
    cell(2, NOTE).setString("après-midi")
    cell(5, TYPE).setValue(4)
    sheet.Rows.removeByIndex(2, 1)
    cell(5, 0).setString("C1")
    cell(5, NAME).setString("Ève Moulin")
    cell(5, TYPE).setValue(3)


def type_from_scratch(document):
    """Type a small file: a title above the columns, numbers typed as numbers."""
    sheet = document.Sheets.getByIndex(0)
    sheet.getCellByPosition(0, 0).setString("Nos contacts")
    for column, title in enumerate(
        ("TYPE", " référence ", "Tel", "Dénomination", "Colonne à nous")
    ):
        sheet.getCellByPosition(column, 2).setString(title)
    for line, values in enumerate(
        (
            (2, 42, 612345678, "Ève", 1.5),
            ("3", "0042", "0478010203;+33 6", "=1+1", "x"),
            (2.0, 42.0, 33612345678, 7, 0.25),
        ),
        start=3,
    ):
        for column, value in enumerate(values):
            cell = sheet.getCellByPosition(column, line)
            cell.setString(value) if isinstance(value, str) else cell.setValue(float(value))
    locale = uno.createUnoStruct("com.sun.star.lang.Locale")
    euros = document.NumberFormats.addNew('#,##0.00 "€"', locale)
    sheet.getCellByPosition(1, 3).NumberFormat = euros


def main(samples, folder):
    desktop = Desktop(folder)
    try:
        document = desktop.open(samples / "ours.ods")
        save(document, samples / "libreoffice-unchanged.ods")
        save(document, samples / "libreoffice-password.ods", Password=PASSWORD)
        save(document, samples / "libreoffice-unchanged.xlsx", AS_XLSX)
        csv = {"filter": AS_CSV}
        save(document, samples / "libreoffice-unchanged.csv", FilterOptions=CSV_AS_PROPOSED, **csv)
        save(document, samples / "libreoffice-quoted.csv", FilterOptions=CSV_ALL_QUOTED, **csv)
        edit(document)
        save(document, samples / "libreoffice-edited.ods")
        save(document, samples / "libreoffice-edited.xlsx", AS_XLSX)
        document.close(True)

        document = desktop.open(samples / "ours-stale.ods")
        change_an_export(document)
        save(document, samples / "libreoffice-stale.ods")
        document.close(True)

        document = desktop.open(samples / "marked.ods")
        save(document, samples / "libreoffice-marked.ods")
        document.close(True)

        document = desktop.open(
            samples / "ours.csv", FilterName=AS_CSV, FilterOptions=CSV_COLUMNS_AS_TEXT
        )
        save(document, samples / "libreoffice-from-csv.ods")
        save(document, samples / "libreoffice-from-csv.csv", FilterOptions=CSV_AS_PROPOSED, **csv)
        document.close(True)

        document = desktop.open(None)
        type_from_scratch(document)
        save(document, samples / "libreoffice-typed.ods")
        save(document, samples / "libreoffice-typed.xlsx", AS_XLSX)
        document.close(True)
    finally:
        desktop.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
