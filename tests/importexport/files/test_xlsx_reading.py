"""Excel workbooks are read as a person sees them, whatever wrote them."""

import datetime
import io
import re
import zipfile
from dataclasses import replace

import openpyxl
import pytest
import xlsxwriter
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.worksheet.table import Table as ExcelTable

from importexport.files import open_table
from importexport.files.table import FormulaError, HeaderNotFound
from tests.importexport.files.awkward import COLUMNS, ROWS, without_empty_end
from tests.importexport.files.making import LIMITS, SAMPLES, is_header, read, read_rows
from tests.importexport.files.making_xlsx import (
    HEADER_XML,
    by_openpyxl,
    entries,
    worksheet,
    xlsx,
    zipped,
)

CONTACTS = [without_empty_end(row) for row in ROWS]


def read_value(file):
    """Return the value of the second column in the only row."""
    [(_, cells)] = read_rows(file)
    return cells[1] if len(cells) > 1 else ""


def read_xml(cell, **others):
    return read_value(xlsx(f'<row r="2"><c t="str"><v>C1</v></c>{cell}</row>', **others))


def opened(file, limits=LIMITS):
    table = open_table(file, is_header, limits)
    return table, list(table.rows)


# --- What other programs write ----------------------------------------------------------------


@pytest.mark.parametrize("name", ["libreoffice-unchanged", "libreoffice-edited", "gnumeric"])
def test_a_workbook_of_another_program_is_read_as_its_ods(name):
    found = []
    for extension in ("ods", "xlsx"):
        with (SAMPLES / f"{name}.{extension}").open("rb") as file:
            found.append(read(file))
    assert found[0] == found[1]
    assert len(found[0]) > 20


def test_what_gnumeric_and_libreoffice_do_alike_is_read_alike():
    found = []
    for name in ("gnumeric-edited.xlsx", "libreoffice-edited.ods"):
        with (SAMPLES / name).open("rb") as file:
            found.append(read(file))
    assert found[0] == found[1]


def test_a_workbook_typed_in_libreoffice_has_its_numbers():
    with (SAMPLES / "libreoffice-typed.xlsx").open("rb") as file:
        assert read(file) == [
            (3, ["TYPE", " référence ", "Tel", "Dénomination", "Colonne à nous"]),
            (4, [2, 42, 612345678, "Ève", "1,5"]),
            (5, ["3", "0042", "0478010203;+33 6", "=1+1", "x"]),
            (6, [2, 42, 33612345678, 7, "0,25"]),
        ]


def test_a_workbook_of_openpyxl_holds_what_was_written():
    workbook = openpyxl.Workbook(write_only=True)
    sheet = workbook.create_sheet("Contacts")
    for values in (COLUMNS, *ROWS):
        sheet.append([openpyxl.cell.WriteOnlyCell(sheet, value) for value in values])
    # For openpyxl, =1+1 is a formula and #N/A an error.
    written = [[value for value in row if not re.match("=.|#", str(value))] for row in CONTACTS]
    file = io.BytesIO()
    workbook.save(file)

    header, *found = read(file)

    assert header == (1, list(COLUMNS))
    assert [row.line for row in found] == list(range(2, len(ROWS) + 2))
    assert [
        [cell for cell in row.cells if type(cell) is not FormulaError] for row in found
    ] == written


@pytest.mark.parametrize("options", [{}, {"constant_memory": True}])
def test_a_workbook_of_xlsxwriter_holds_what_was_written(options):
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, **options}) as workbook:
        sheet = workbook.add_worksheet()
        for line, values in enumerate((COLUMNS, *ROWS)):
            for column, value in enumerate(values):
                write = sheet.write_string if isinstance(value, str) else sheet.write_number
                write(line, column, value)

    header, *found = read(file)

    assert header == (1, list(COLUMNS))
    assert [list(row.cells) for row in found] == CONTACTS


def test_a_strict_workbook_with_prefixes_is_read():
    strict = "http://purl.oclc.org/ooxml/spreadsheetml/main"
    xml = (
        f'<x:worksheet xmlns:x="{strict}"><x:sheetData>'
        '<x:row><x:c t="str"><x:v>Référence</x:v></x:c><x:c t="str"><x:v>Type</x:v></x:c></x:row>'
        "<x:row><x:c><x:v>42</x:v></x:c><x:c><x:v>2</x:v></x:c></x:row>"
        "</x:sheetData></x:worksheet>"
    )
    file = zipped(entries(f"<?xml version='1.0'?>{xml}"))

    assert read_rows(file) == [(2, [42, 2])]


# --- Values -----------------------------------------------------------------------------------


def formatted(value, code):
    def prepare(_workbook, sheet):
        sheet["B2"].number_format = code

    return read_value(by_openpyxl(("C1", value, 2), prepare=prepare))


@pytest.mark.parametrize(
    ("value", "code", "expected"),
    [
        (42, "General", 42),
        (42.0, "0.00", 42),
        (2.5, "0", "2,5"),
        (2.5, "General", "2,5"),
        (0.1 + 0.2, "General", "0,3"),
        (42, "00000", "00042"),
        (42, '"C"00000', 42),
        (7, r"\N000", 7),
        (612345678, '0#" "##" "##" "##" "##', "06 12 34 56 78"),
        (612345678, r"0#\ ##\ ##\ ##\ ##", "06 12 34 56 78"),
        (612345678, "00 00 00 00 00", "06 12 34 56 78"),
        (612345678, r"00\.00\.00\.00\.00", "06.12.34.56.78"),
        (612345678, '"0"#', "0612345678"),
        (33655443322, '"+"## # ## ## ## ##', "+33 6 55 44 33 22"),
        (655443322, '"+33 "# ## ## ## ##', 655443322),
        (33600000000, "0.00E+00", 33600000000),
        (1000, "#,##0", 1000),
        (1000, r"#\ ##0", 1000),
        (1000, "#,##0.00\\ [$€-40C]", 1000),
        (-7, "00000", -7),
        (6123456789, r"[<=9999999]###\-####;\(###\)\ ###\-####", 6123456789),
        (42, '0" ; "0;-0', 42),
        (0.5, "0%", "50%"),
        (0.125, "0.00%", "12,5%"),
        (2, "0%", "200%"),
        (2, "dd/mm/yyyy", "02/01/1900"),
        (datetime.date(2026, 11, 24), "yyyy-mm-dd", "24/11/2026"),
        (
            datetime.datetime.fromisoformat("2026-11-24T08:30"),
            "dd/mm/yy hh:mm",
            "24/11/2026 08:30:00",
        ),
        (datetime.time(8, 30), "hh:mm", "08:30:00"),
        (99999999, "dd/mm/yyyy", "99999999"),
        (-1, "dd/mm/yyyy", "-1"),
        (True, "General", "VRAI"),
        (False, "General", "FAUX"),
        ("0042", "General", "0042"),
        ("une\ndeux", "General", "une\ndeux"),
    ],
)
def test_a_cell_is_its_whole_number_or_else_what_it_shows(value, code, expected):
    found = formatted(value, code)

    assert (found, type(found)) == (expected, type(expected))


def test_a_day_of_a_workbook_that_counts_from_1904_is_the_right_one():
    def prepare(workbook, sheet):
        workbook.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
        sheet["B2"] = datetime.date(2026, 11, 24)

    assert read_value(by_openpyxl(("C1", None, 2), prepare=prepare)) == "24/11/2026"


def test_formats_without_a_code_are_those_of_the_standard():
    styles = '<cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs>'

    assert read_xml('<c s="1"><v>46350</v></c>', styles=styles) == "24/11/2026"


def test_a_style_that_does_not_exist_is_the_usual_one():
    assert read_xml('<c s="99"><v>42</v></c>') == 42


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ('<c t="inlineStr"><is><t>le</t></is></c>', "le"),
        (
            '<c t="inlineStr"><is><r><t>le </t></r><r><rPr><b/></rPr><t>nom</t></r></is></c>',
            "le nom",
        ),
        (
            '<c t="inlineStr"><is><t>東京</t><rPh sb="0" eb="2"><t>トウキョウ</t></rPh></is></c>',
            "東京",
        ),
        ('<c t="str"><f>A1</f><v>C1</v></c>', "C1"),
        ('<c t="str"><v>a_x000D_b_x005F_x0041_</v></c>', "a\nb_x0041_"),
        ('<c t="str"><v>_xD83D__xDE00_ _xD83D_</v></c>', "😀 \ufffd"),
        ('<c t="d"><v>2026-11-24T00:00:00</v></c>', "24/11/2026"),
        ('<c t="d"><v>demain</v></c>', "demain"),
        ('<c t="s"/>', ""),
        ("<c><v></v></c>", ""),
        ("<c><v>1E+400</v></c>", "1E+400"),
        ("<c><v>n'importe quoi</v></c>", "n'importe quoi"),
        ("<c><v> 4.2E1 </v></c>", 42),
        ('<c r="B2"><f>1+1</f><v>2</v></c>', 2),
    ],
)
def test_the_text_of_a_cell_is_all_that_one_sees_of_it(cell, expected):
    assert read_xml(cell) == expected


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ('<c t="e"><v>#N/A</v></c>', "#N/A"),
        ('<c t="e"><f>1/0</f><v>#DIV/0!</v></c>', "#DIV/0!"),
        ("<c><f>1+1</f><v/></c>", ""),
        ("<c><f>1+1</f></c>", ""),
    ],
)
def test_a_formula_that_failed_or_has_no_result_is_known_as_such(cell, shown):
    found = read_xml(cell)

    assert type(found) is FormulaError
    assert found == shown


def test_a_formula_whose_result_is_an_empty_text_is_an_empty_cell():
    assert type(read_xml('<c t="str"><f>""</f><v></v></c>')) is str


def test_rich_text_and_shared_texts_are_read_whole():
    strings = "<si><r><t>le </t></r><r><t>nom</t></r></si><si><t>b</t><rPh><t>c</t></rPh></si><si/>"
    cells = "".join(f'<c t="s"><v>{n}</v></c>' for n in range(3))
    row = f'<row r="2"><c t="s"><v>0</v></c>{cells}</row>'

    assert read_rows(xlsx(row, strings=strings)) == [(2, ["le nom", "le nom", "b"])]


def test_a_rich_text_of_openpyxl_is_its_text():
    rich = CellRichText("le ", TextBlock(InlineFont(b=True), "nom"))

    assert read_value(by_openpyxl(("C1", rich, 2))) == "le nom"


# --- Rows and sheets --------------------------------------------------------------------------


def test_hidden_rows_and_columns_and_tables_are_read():
    def prepare(_workbook, sheet):
        sheet.row_dimensions[2].hidden = True
        sheet.column_dimensions["B"].hidden = True
        sheet.add_table(ExcelTable(displayName="Contacts", ref="A1:C3"))
        sheet.auto_filter.ref = "A1:C3"

    file = by_openpyxl(("C1", "a", 1), ("C2", "b", 2), prepare=prepare)

    assert read_rows(file) == [(2, ["C1", "a", 1]), (3, ["C2", "b", 2])]


def test_what_lies_under_a_merged_cell_is_not_read():
    rows = "".join(
        f'<row r="{line}">' + "".join(f'<c t="str"><v>{c}{line}</v></c>' for c in "abc") + "</row>"
        for line in (2, 3, 4)
    )
    merges = '<mergeCells count="2"><mergeCell ref="B2:C3"/><mergeCell ref="A4:B4"/></mergeCells>'
    file = zipped(entries(worksheet(HEADER_XML + rows, merges)))

    assert read_rows(file) == [(2, ["a2", "b2"]), (3, ["a3"]), (4, ["a4", "", "c4"])]


def test_a_text_named_as_merged_cells_are_does_no_harm():
    row = '<row r="2"><c t="str"><v>mergeCells ref="A1:C9"</v></c></row>'

    assert read_rows(xlsx(row)) == [(2, ['mergeCells ref="A1:C9"'])]


def test_lines_are_those_of_the_spreadsheet_with_and_without_addresses():
    cell = '<c t="str"><v>x</v></c>'
    rows = (
        f'<row r="5">{cell}</row><row>{cell}</row><row r="9"><c r="C9" t="str"><v>y</v></c></row>'
    )

    assert read_rows(xlsx(rows)) == [(5, ["x"]), (6, ["x"]), (9, ["", "", "y"])]


def test_a_million_blank_rows_are_skipped():
    blank = "".join(f'<row r="{line}"/>' for line in range(2, 1_048_576))
    last = '<row r="1048576"><c t="str"><v>C1</v></c></row>'

    assert read_rows(xlsx(blank, last)) == [(1_048_576, ["C1"])]


def test_the_announced_dimension_is_not_trusted():
    file = by_openpyxl(("C1", "a", 1))
    with zipfile.ZipFile(file) as package:
        made = {name: package.read(name) for name in package.namelist()}
    sheet = made["xl/worksheets/sheet1.xml"]
    assert b'<dimension ref="A1:C2"' in sheet
    made["xl/worksheets/sheet1.xml"] = sheet.replace(b"A1:C2", b"A1:A1")

    assert read_rows(zipped(made)) == [(2, ["C1", "a", 1])]


def named(name, *values, state="visible", titles=True):
    """Return a sheet whose rows have these texts in their first cells."""
    rows = "".join(f'<row><c t="str"><v>{value}</v></c></row>' for value in values)
    return name, state, (HEADER_XML if titles else "") + rows


def test_the_first_visible_sheet_with_the_header_is_read():
    table, rows = opened(
        zipped(
            entries(
                named("Archive", "caché", state="hidden"),
                named("Très caché", "caché", state="veryHidden"),
                named("Couverture", "x", titles=False),
                named("Contacts", "C1"),
                named("Contacts 2", "C2"),
                named("Guide", "Référence", titles=False),
            )
        )
    )
    assert [row.cells for row in rows] == [["C1"]]
    assert table.left_out == ["Archive", "Très caché", "Contacts 2"]


def test_a_hidden_sheet_is_read_where_no_visible_one_has_the_header():
    sheets = [named("A", "x", titles=False), named("B", "C1", state="hidden")]

    table, rows = opened(zipped(entries(*sheets)))

    assert [row.cells for row in rows] == [["C1"]]
    assert table.left_out == []


def test_a_full_sheet_is_continued_in_the_next_one():
    sheets = [named("A", "C1"), named("A 2", "C2"), named("A 3", "x", titles=False), named("B")]

    table, rows = opened(zipped(entries(*sheets)), replace(LIMITS, full_sheet_line=2))

    assert [(row.sheet, row.line, row.cells) for row in rows] == [
        ("", 2, ["C1"]),
        ("A 2", 2, ["C2"]),
    ]
    assert table.left_out == ["B"]


def test_rows_above_the_header_are_kept():
    table, _ = opened(
        zipped(
            entries(
                '<row><c t="str"><v>Nos contacts</v></c></row><row/>'
                + HEADER_XML.replace('r="1"', 'r="3"')
            )
        )
    )

    assert [(row.line, row.cells) for row in table.above] == [(1, ["Nos contacts"])]
    assert table.header.line == 3


def test_cells_beyond_the_last_title_are_left_out_as_in_ods():
    row = '<row r="2"><c t="str"><v>C1</v></c><c r="H2"><v>1</v></c></row>'

    assert read_rows(xlsx(row)) == [(2, ["C1"])]


def test_progress_grows_up_to_one():
    table, rows = opened(by_openpyxl(*[("C1", "a", 1)] * 50))

    assert len(rows) == 50
    assert table.progress() == 1
    assert table.format == "xlsx"


def test_a_workbook_without_the_header_is_refused_with_what_was_seen():
    with pytest.raises(HeaderNotFound) as refused:
        read(zipped(entries('<row><c t="str"><v>Référence</v></c></row>')))

    assert [row.cells for row in refused.value.candidates] == [["Référence"]]
