"""Files of other spreadsheets and of the usual libraries are read; README.md says how made."""

import io
import re

import pytest
import tablib
from odf import opendocument, table, text

from tests.importexport.files.awkward import COLUMNS, ROWS, without_empty_end
from tests.importexport.files.making import SAMPLES, read, read_rows

CONTACTS = [without_empty_end(row) for row in ROWS]


def as_written(cell, lost):
    """Return a text without the white space that its writer did not escape in the XML."""
    return re.sub(lost, " ", cell) if isinstance(cell, str) else cell


@pytest.mark.parametrize(
    ("name", "lost"),
    [
        ("gnumeric.ods", "(?!)"),
        ("pyexcel-ods3.ods", "(?!)"),
        ("ezodf.ods", "(?!)"),
        # These leave tabs, and the latter two lines, as plain characters in a paragraph.
        ("pandas.ods", "\t"),
        ("odfdo.ods", "[ \n\t]*[\n\t][ \n\t]*"),
        ("odswriter.ods", "[ \n\t]*[\n\t][ \n\t]*"),
    ],
)
def test_a_sample_of_another_writer_holds_what_was_written(name, lost):
    with (SAMPLES / name).open("rb") as file:
        header, *found = read(file)

    assert header == (1, list(COLUMNS))
    assert [row.line for row in found] == list(range(2, len(ROWS) + 2))
    assert [list(row.cells) for row in found] == [
        [as_written(cell, lost) for cell in row] for row in CONTACTS
    ]


def test_what_people_do_with_gnumeric_is_read_as_with_libreoffice():
    found = []
    for name in ("gnumeric-edited.ods", "libreoffice-edited.ods"):
        with (SAMPLES / name).open("rb") as file:
            found.append(read(file))
    assert found[0] == found[1]


def test_what_people_do_with_odfdo_is_read_as_it_looks():
    with (SAMPLES / "odfdo-edited.ods").open("rb") as file:
        header, *found = read(file)
    expected = [list(row) for row in CONTACTS[:6]]
    expected[2][3] = "voir le site"
    expected[3][8] = 2
    assert header == (3, list(COLUMNS))
    assert [list(row.cells) for row in found] == expected
    assert [row.line for row in found] == [4, 5, 6, 7, 8, 9]


def test_a_file_of_tablib_holds_what_was_written():
    data = tablib.Dataset(*ROWS[:4], headers=COLUMNS).export("ods")

    assert read_rows(io.BytesIO(data)) == [
        (line, cells) for line, cells in enumerate(CONTACTS[:4], start=2)
    ]


def test_a_file_of_odfpy_holds_what_was_written():
    document = opendocument.OpenDocumentSpreadsheet()
    sheet = table.Table(name="Contacts")
    for values in (("Référence", "Type"), ("C1", 2)):
        row = table.TableRow()
        for value in values:
            kind = "string" if isinstance(value, str) else "float"
            attributes = {} if kind == "string" else {"value": value}
            cell = table.TableCell(valuetype=kind, **attributes)
            cell.addElement(text.P(text=str(value)))
            row.addElement(cell)
        sheet.addElement(row)
    document.spreadsheet.addElement(sheet)
    file = io.BytesIO()
    document.save(file)

    assert read_rows(file) == [(2, ["C1", 2])]
