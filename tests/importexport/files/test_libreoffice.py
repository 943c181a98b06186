"""Files that LibreOffice 7.4 wrote are read as they look in it; README.md beside says how made."""

import zipfile

import pytest

from importexport.files import open_table
from importexport.files.package import LOCKED, NOT_A_SPREADSHEET, OLD_EXCEL
from importexport.files.table import FileRefused
from tests.importexport.files.awkward import COLUMNS, PROPERTIES, ROWS, TAB, without_empty_end
from tests.importexport.files.making import LIMITS, SAMPLES, is_header, read

CONTACTS = [without_empty_end(row) for row in ROWS]
CONTACTS_AS_TEXT = [[str(cell) for cell in row] for row in CONTACTS]
# LibreOffice drops a tab that stands in a cell.
WITHOUT_TAB = {TAB: TAB.replace("\t", "")}
# It sets no apostrophe in front of what could run, and one that was there looks like it.
UNGUARDED = {"'=1+1": "=1+1", "''@x": "'@x", "'+33": "+33"}


def read_sample(name):
    with (SAMPLES / name).open("rb") as file:
        return read(file)


def changed(rows, changes):
    return [[changes.get(cell, cell) for cell in row] for row in rows]


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("ours.ods", CONTACTS),
        ("libreoffice-unchanged.ods", changed(CONTACTS, WITHOUT_TAB)),
        ("ours.csv", CONTACTS_AS_TEXT),
        ("libreoffice-from-csv.csv", CONTACTS_AS_TEXT),
        ("libreoffice-unchanged.csv", changed(CONTACTS_AS_TEXT, WITHOUT_TAB | UNGUARDED)),
        ("libreoffice-quoted.csv", changed(CONTACTS_AS_TEXT, WITHOUT_TAB | UNGUARDED)),
    ],
)
def test_a_file_opened_and_saved_holds_what_it_held(name, rows):
    header, *found = read_sample(name)

    assert header == (1, list(COLUMNS))
    assert [row.line for row in found] == list(range(2, len(ROWS) + 2))
    assert [list(row.cells) for row in found] == rows


def test_equal_neighbours_are_stored_once_in_the_sample():
    xml = zipfile.ZipFile(SAMPLES / "libreoffice-unchanged.ods").read("content.xml")

    assert b'table:number-columns-repeated="5" office:value-type="string"' in xml
    assert b'<table:table-cell table:number-columns-repeated="8"/>' in xml


def test_libreoffice_understood_list_and_frozen_titles():
    package = zipfile.ZipFile(SAMPLES / "libreoffice-unchanged.ods")
    content, settings = (package.read(name).decode() for name in ("content.xml", "settings.xml"))

    quote = "&quot;"
    choices = ";".join(f"{quote}{choice}{quote}" for choice in range(1, 7))
    assert f'table:condition="of:cell-content-is-in-list({choices})"' in content
    assert content.count('table:content-validation-name="val1"') >= len(ROWS)
    assert 'config:name="VerticalSplitPosition" config:type="int">1<' in settings


def test_what_an_export_notes_survives_libreoffice():
    for name in ("ours.ods", "libreoffice-unchanged.ods", "libreoffice-edited.ods"):
        with (SAMPLES / name).open("rb") as file:
            assert open_table(file, is_header, LIMITS).properties == PROPERTIES


def test_libreoffice_keeps_the_marks_of_a_faulty_file():
    header, *found = read_sample("libreoffice-marked.ods")
    content = zipfile.ZipFile(SAMPLES / "libreoffice-marked.ods").read("content.xml").decode()

    assert header.cells == [*COLUMNS, "Erreurs"]
    assert [row.cells[:10] for row in found] == [
        [*cells, *[""] * (10 - len(cells))] for cells in changed(CONTACTS, WITHOUT_TAB)
    ]
    assert content.count("<office:annotation ") == len(ROWS)
    assert 'fo:background-color="#ffd6cc"' in content


def test_a_file_that_was_worked_on_is_read_as_it_looks():
    header, *found = read_sample("libreoffice-edited.ods")

    expected = dict(enumerate(changed(CONTACTS, WITHOUT_TAB), start=2))
    del expected[4]
    expected = {line - (line > 4): cells for line, cells in expected.items()}
    expected = {line + 2 * (line > 24): cells for line, cells in expected.items()}
    expected[4][3], expected[4][6] = "note changée", 612345678
    expected[5][0], expected[5][2], expected[5][8] = 42, "Jean Dupont", 2
    expected[6][3] = "#DIV/0!"
    expected[12][4] = "Chef de  cuisine"
    expected[13][3] = "voir le site, merci"
    # Merged over two columns and two rows.
    expected[16][4] = expected[17][3] = expected[17][4] = ""
    expected[17][7] = "à côté"
    expected[25] = ["NEUF", "", "Ajoutée à la main", "", "", "", "", "", 4]

    assert header == (1, list(COLUMNS))
    assert {row.line: list(row.cells) for row in found} == expected


def test_a_file_typed_from_scratch_has_its_numbers():
    assert read_sample("libreoffice-typed.ods") == [
        (3, ["TYPE", " référence ", "Tel", "Dénomination", "Colonne à nous"]),
        (4, [2, 42, 612345678, "Ève", "1.5"]),
        (5, ["3", "0042", "0478010203;+33 6", "=1+1", "x"]),
        (6, [2, 42, 33612345678, 7, "0.25"]),
    ]


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("libreoffice-password.ods", LOCKED),
        ("msoffcrypto-password.xlsx", LOCKED),
        ("libreoffice-refused.xls", OLD_EXCEL),
        ("libreoffice-refused.doc", NOT_A_SPREADSHEET),
        ("libreoffice-refused.docx", NOT_A_SPREADSHEET),
        ("libreoffice-refused.odt", NOT_A_SPREADSHEET),
        ("libreoffice-refused.rtf", NOT_A_SPREADSHEET),
        ("libreoffice-refused.pdf", NOT_A_SPREADSHEET),
        ("libreoffice-refused.html", NOT_A_SPREADSHEET),
        ("libreoffice-refused.fods", NOT_A_SPREADSHEET),
    ],
)
def test_what_is_no_ods_xlsx_or_csv_file_is_refused(name, sentence):
    with pytest.raises(FileRefused) as refused:
        read_sample(name)

    assert str(refused.value) == sentence
