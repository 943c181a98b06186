"""Excel workbooks that cannot be read are refused with a sentence; bombs are in hostile.py."""

import io
import zipfile
from dataclasses import replace

import pytest

from importexport.files.package import (
    DAMAGED,
    LOCKED,
    NOT_A_SPREADSHEET,
    OLD_EXCEL,
    TOO_LARGE_UNPACKED,
    TOO_MUCH_MARKUP,
)
from importexport.files.table import FileRefused
from tests.importexport.files.making import LIMITS, read, read_rows
from tests.importexport.files.making_xlsx import (
    HEADER_XML,
    entries,
    relations,
    worksheet,
    xlsx,
    zipped,
)

C1 = '<c t="str"><v>C1</v></c>'


def refusal(file, limits=LIMITS):
    with pytest.raises(FileRefused) as refused:
        read(file, limits)
    return str(refused.value)


def changed(**others):
    """Return a usual workbook whose entries are changed, or left out where they are None."""
    made = entries(f"{HEADER_XML}<row>{C1}</row>") | others
    return zipped({name: data for name, data in made.items() if data is not None})


def test_the_usual_workbook_of_these_tests_is_read():
    assert read_rows(changed()) == [(2, ["C1"])]


@pytest.mark.parametrize(
    ("others", "sentence"),
    [
        ({"_rels/.rels": None}, DAMAGED),
        ({"_rels/.rels": relations()}, DAMAGED),
        ({"_rels/.rels": "texte"}, DAMAGED),
        ({"_rels/.rels": relations(("officeDocument", "../../xl/workbook.xml"))}, None),
        ({"xl/workbook.xml": None}, DAMAGED),
        ({"xl/workbook.xml": "<workbook"}, DAMAGED),
        ({"xl/_rels/workbook.xml.rels": None}, DAMAGED),
        (
            {
                "_rels/.rels": relations(("officeDocument", "xl/workbook.bin")),
                "xl/workbook.bin": b"\x83\x01",
            },
            OLD_EXCEL,
        ),
        ({"xl/worksheets/sheet1.xml": "<?xml version='1.0'?><worksheet>"}, DAMAGED),
        ({"xl/worksheets/sheet1.xml": b"\x83\x01\0\0"}, DAMAGED),
    ],
)
def test_a_workbook_with_a_part_missing_or_damaged_is_refused(others, sentence):
    if sentence is None:
        assert read_rows(changed(**others)) == [(2, ["C1"])]
    else:
        assert refusal(changed(**others)) == sentence


def test_a_package_of_excel_without_a_workbook_is_damaged():
    assert refusal(zipped({"[Content_Types].xml": "", "xl/styles.xml": ""})) == DAMAGED


def test_other_packages_of_office_are_no_spreadsheets():
    made = {"[Content_Types].xml": "", "ppt/presentation.xml": ""}
    assert refusal(zipped(made)) == NOT_A_SPREADSHEET


@pytest.mark.parametrize("entry", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "_rels/.rels"])
def test_document_types_are_refused_in_each_part(entry):
    made = entries(f"{HEADER_XML}<row>{C1}</row>")
    laughs = '<!DOCTYPE a [<!ENTITY l "lol"><!ENTITY x SYSTEM "file:///etc/passwd">]>'
    xml = made[entry].replace('<?xml version="1.0"?>', "")
    sentence = refusal(zipped(made | {entry: laughs + xml}))
    assert sentence.startswith("Le fichier contient des définitions (DTD)")


def test_an_encrypted_entry_is_locked():
    file = changed()
    data = bytearray(file.getvalue())
    for place in zipfile.ZipFile(file).infolist():
        if place.filename == "xl/worksheets/sheet1.xml":
            data[place.header_offset + 6] |= 1
    directory = data.rindex(b"PK\1\2", 0, data.rindex(b"xl/worksheets/sheet1.xml"))
    data[directory + 8] |= 1
    assert refusal(io.BytesIO(bytes(data))) == LOCKED


@pytest.mark.parametrize(
    "xml",
    [
        f'<row r="1">{C1}</row>',
        f'<row r="5">{C1}</row><row r="4">{C1}</row>',
        f'<row r="1048577">{C1}</row>',
        f'<row r="-1">{C1}</row>',
        f'<row r="99999999999999999999">{C1}</row>',
        '<row><c r="B2" t="str"><v>x</v></c><c r="A2" t="str"><v>x</v></c></row>',
        '<row><c r="A2" t="str"><v>x</v></c><c r="A2" t="str"><v>x</v></c></row>',
        '<row><c r="XFE2"><v>1</v></c></row>',
        '<row><c r="AAAA2"><v>1</v></c></row>',
        '<row><c r="é2"><v>1</v></c></row>',
        '<row><c r=""><v>1</v></c></row>',
        '<row><c s="x"><v>1</v></c></row>',
        '<row><c t="s"><v>0</v></c></row>',
        '<row><c t="s"><v>-1</v></c></row>',
        '<row><c t="s"><v>9999999999</v></c></row>',
    ],
)
def test_places_and_numbers_that_cannot_be_are_damage(xml):
    assert refusal(xlsx(xml)) == DAMAGED


@pytest.mark.parametrize(
    "styles", ["<numFmts><numFmt/></numFmts>", '<cellXfs><xf numFmtId="x"/></cellXfs>']
)
def test_styles_that_cannot_be_are_damage(styles):
    assert refusal(xlsx(styles=styles)) == DAMAGED


@pytest.mark.parametrize("kind", ["shared", "inline", "plain"])
def test_a_text_that_is_too_long_is_refused_with_its_line(kind):
    limits = replace(LIMITS, max_cell_characters=1_000)
    long = "a" * 1_001
    cell = {
        "shared": '<c t="s"><v>1</v></c>',
        "inline": f'<c t="inlineStr"><is><t>{long}</t></is></c>',
        "plain": f'<c t="str"><v>{long}</v></c>',
    }[kind]
    strings = f"<si><t>C1</t></si><si><t>{long}</t></si>"

    sentence = refusal(xlsx(f"<row>{C1}</row><row>{cell}</row>", strings=strings), limits)

    assert sentence.startswith("Une cellule de la ligne 3 contient un texte démesurément long.")


def test_a_long_text_that_no_cell_has_is_not_in_the_way():
    limits = replace(LIMITS, max_cell_characters=1_000)
    strings = f"<si><t>{'a' * 5_000}</t></si>"

    assert read(xlsx(f"<row>{C1}</row>", strings=strings), limits)[1:] == [(2, ["C1"])]


def test_the_most_rows_markup_and_bytes_are_those_of_the_limits():
    file = xlsx(f"<row>{C1}</row>" * 20)

    assert len(read(file, replace(LIMITS, max_rows=20))) == 21
    assert "plus de 19 lignes" in refusal(file, replace(LIMITS, max_rows=19))
    assert refusal(file, replace(LIMITS, max_markup=30)) == TOO_MUCH_MARKUP
    assert refusal(file, replace(LIMITS, max_unpacked_bytes=1_000)) == TOO_LARGE_UNPACKED


def test_what_all_parts_and_sheets_hold_together_is_limited():
    sheet = f"<row>{C1}</row>" * 500
    made = entries(*[(f"F{n}", "visible", sheet) for n in range(9)], sheet)

    assert refusal(zipped(made), replace(LIMITS, max_unpacked_bytes=40_000)) == TOO_LARGE_UNPACKED


def test_very_many_merged_cells_over_each_other_are_refused():
    merges = "".join(f'<mergeCell ref="A2:A{3 + n}"/>' for n in range(1_100))
    made = entries(worksheet(f"{HEADER_XML}<row>{C1}</row>", f"<mergeCells>{merges}</mergeCells>"))

    assert refusal(zipped(made)) == DAMAGED
