"""Excel workbooks made to exhaust the reader's time or memory; see hostile.py."""

from tests.importexport.files.hostile import (
    KIB,
    MIB,
    Part,
    costly,
    entry,
    hostile,
    numbered,
    zipped,
)
from tests.importexport.files.making_xlsx import HEADER_XML, MAIN, entries

START = f'<worksheet xmlns="{MAIN}"><sheetData>'
SHEET = f"{START}{HEADER_XML}"
END_OF_SHEET = "</sheetData></worksheet>"
STRINGS = f'<sst xmlns="{MAIN}">'
STYLES = f'<styleSheet xmlns="{MAIN}">'
C1 = '<c t="str"><v>C1</v></c>'


def workbook(*sheet: Part, announced_size: int | None = None, **others: tuple[Part, ...]) -> bytes:
    """Return a workbook with one sheet of these texts; other parts go by name."""
    usual = entries("", strings="", styles="")
    places = {
        "xl/worksheets/sheet1.xml": sheet or (SHEET, END_OF_SHEET),
        "xl/sharedStrings.xml": others.get("strings"),
        "xl/styles.xml": others.get("styles"),
        "xl/workbook.xml": others.get("workbook"),
        "xl/_rels/workbook.xml.rels": others.get("relations"),
        "_rels/.rels": others.get("package_relations"),
    }
    made = []
    for name, text in usual.items():
        size = announced_size if name == "xl/worksheets/sheet1.xml" else None
        made.append(entry(name, *(places.get(name) or (text,)), announced_size=size))
    return zipped(*made)


# --- Sizes ------------------------------------------------------------------------------------


@hostile
def xlsx_of_blanks_without_end() -> bytes:
    return workbook(SHEET, (" ", 600 * MIB))


@hostile
def xlsx_of_line_ends_without_end() -> bytes:
    return workbook(SHEET, ("\r", 600 * MIB))


@hostile
def xlsx_size_announced_too_small() -> bytes:
    return workbook(SHEET, (" ", 600 * MIB), announced_size=5_000)


@hostile
def xlsx_styles_without_end() -> bytes:
    return workbook(styles=(STYLES, (" ", 600 * MIB)))


@hostile
def xlsx_strings_without_end() -> bytes:
    return workbook(strings=(STRINGS, (" ", 600 * MIB)))


@hostile
def xlsx_workbook_without_end() -> bytes:
    return workbook(workbook=(f'<workbook xmlns="{MAIN}">', (" ", 64 * MIB)))


@hostile
def xlsx_relations_without_end() -> bytes:
    return workbook(relations=("<Relationships>", (" ", 64 * MIB)))


@hostile
def xlsx_package_relations_without_end() -> bytes:
    return workbook(package_relations=("<Relationships>", (" ", 64 * MIB)))


@hostile
def xlsx_blanks_after_the_cells() -> bytes:
    return workbook(SHEET, "</sheetData>", (" ", 600 * MIB))


# --- Shared texts -----------------------------------------------------------------------------


@hostile
def xlsx_millions_of_empty_strings() -> bytes:
    return workbook(strings=(STRINGS, ("<si/>", 20_000_000), "</sst>"))


@hostile
def xlsx_millions_of_small_strings() -> bytes:
    return workbook(strings=(STRINGS, ("<si><t>a</t></si>", 20_000_000), "</sst>"))


@hostile
def xlsx_wide_strings() -> bytes:
    text = "😀" + "a" * 90_000
    return workbook(strings=(STRINGS, (f"<si><t>{text}</t></si>", 5_000), "</sst>"))


@costly
def xlsx_string_without_end() -> bytes:
    wide = "😀" + "a" * 8_000
    return workbook(strings=(STRINGS, "<si><t>", (wide, 60_000), "</t></si></sst>"))


@hostile
def xlsx_string_of_many_runs() -> bytes:
    return workbook(strings=(STRINGS, "<si>", ("<r><t>a</t></r>", 20_000_000), "</si></sst>"))


@hostile
def xlsx_large_string_in_each_cell() -> bytes:
    cells = '<c t="s"><v>0</v></c>' * 9
    return workbook(
        SHEET,
        (f"<row>{cells}</row>", 100_000),
        END_OF_SHEET,
        strings=(f"{STRINGS}<si><t>{'a' * 99_000}</t></si></sst>",),
    )


@costly
def xlsx_escapes_without_end() -> bytes:
    text = "_x0041_" * 10_000
    return workbook(strings=(STRINGS, (f"<si><t>{text}</t></si>", 4_000), "</sst>"))


# --- Styles and sheets ------------------------------------------------------------------------


@hostile
def xlsx_millions_of_styles() -> bytes:
    return workbook(styles=(STYLES, "<cellXfs>", ('<xf numFmtId="0"/>', 900_000), "</cellXfs>"))


@hostile
def xlsx_millions_of_formats() -> bytes:
    code = "0" * 200
    formats = numbered(f'<numFmt numFmtId="#" formatCode="{code}"/>', 60_000)
    cell_formats = numbered('<xf numFmtId="#"/>', 60_000)
    return workbook(
        styles=(STYLES, "<numFmts>", *formats, "</numFmts><cellXfs>", *cell_formats, "</a>")
    )


@costly
def xlsx_format_of_many_signs() -> bytes:
    code = '"a"[' * 60_000
    styles = f'<numFmts><numFmt numFmtId="200" formatCode="{code.replace(chr(34), "&quot;")}"/>'
    row = '<row><c s="0"><v>1</v></c></row>'
    return workbook(
        SHEET,
        (row, 100_000),
        END_OF_SHEET,
        styles=(STYLES, styles, '</numFmts><cellXfs><xf numFmtId="200"/></cellXfs></styleSheet>'),
    )


@costly
def xlsx_long_format_in_each_cell() -> bytes:
    styles = f'<numFmts><numFmt numFmtId="200" formatCode="{"0" * 200_000}"/></numFmts>'
    row = "<row>" + '<c s="0"><v>1</v></c>' * 9 + "</row>"
    return workbook(
        SHEET,
        (row, 100_000),
        END_OF_SHEET,
        styles=(STYLES, styles, '<cellXfs><xf numFmtId="200"/></cellXfs></styleSheet>'),
    )


@hostile
def xlsx_thousands_of_sheets() -> bytes:
    sheet = '<sheet name="a" r:id="rId1"/>'
    start = f'<workbook xmlns="{MAIN}" xmlns:r="{MAIN}"><sheets>'
    return workbook(workbook=(start, (sheet, 25_000 * 32), "</sheets></workbook>"))


@hostile
def xlsx_one_large_sheet_a_thousand_times() -> bytes:
    sheets = '<sheet name="a" r:id="rId1"/>' * 900
    text = f'<workbook xmlns="{MAIN}" xmlns:r="{MAIN}"><sheets>{sheets}</sheets></workbook>'
    return workbook(START, (" ", 400 * MIB), END_OF_SHEET, workbook=(text,))


# --- Rows and cells ---------------------------------------------------------------------------


@hostile
def xlsx_millions_of_rows() -> bytes:
    return workbook(SHEET, (f"<row>{C1}</row>", 1_000_000), END_OF_SHEET)


@costly
def xlsx_a_million_blank_rows() -> bytes:
    return workbook(SHEET, ("<row/>", 1_000_000), END_OF_SHEET)


@hostile
def xlsx_more_rows_than_there_are() -> bytes:
    return workbook(SHEET, ("<row/>", 64_000_000), END_OF_SHEET)


@hostile
def xlsx_millions_of_blank_cells() -> bytes:
    return workbook(SHEET, (f"<row>{'<c/>' * 1_000}</row>", 25_000), END_OF_SHEET)


@costly
def xlsx_rows_with_a_cell_at_their_end() -> bytes:
    return workbook(SHEET, ('<row><c r="XFD1"><v>1</v></c></row>', 240_000), END_OF_SHEET)


@costly
def xlsx_rows_with_a_cell_at_the_end_of_what_is_read() -> bytes:
    return workbook(START, ('<row><c r="AMJ1"><v>1</v></c></row>', 240_000), END_OF_SHEET)


@costly
def xlsx_wide_header_and_many_rows() -> bytes:
    wide = "".join(f'<c t="str"><v>t{n}</v></c>' for n in range(1_000))
    row = '<row><c r="AMA1"><v>1</v></c></row>'
    header = HEADER_XML.replace("</row>", f"{wide}</row>")
    return workbook(START, header, (row, 1_000_000), END_OF_SHEET)


@hostile
def xlsx_huge_cell() -> bytes:
    return workbook(SHEET, '<row><c t="str"><v>', ("a" * KIB, 500 * KIB), END_OF_SHEET)


@hostile
def xlsx_huge_inline_cell_of_many_runs() -> bytes:
    runs = ("<r><t>a</t></r>", 20_000_000)
    return workbook(SHEET, '<row><c t="inlineStr"><is>', runs, END_OF_SHEET)


@hostile
def xlsx_row_of_a_thousand_large_cells() -> bytes:
    large = f'<c t="str"><v>{"😀" + "a" * 99_000}</v></c>'
    return workbook(SHEET, "<row>", (large, 5_000), END_OF_SHEET)


@hostile
def xlsx_rows_of_large_cells() -> bytes:
    large = f'<c t="str"><v>{"😀" + "a" * 99_000}</v></c>'
    return workbook(SHEET, (f"<row>{large * 5}</row>", 1_100), END_OF_SHEET)


@costly
def xlsx_number_of_many_digits() -> bytes:
    number = f"<row>{C1}<c><v>0.{'1' * 90_000}</v></c></row>"
    return workbook(SHEET, (number, 5_000), END_OF_SHEET)


@hostile
def xlsx_numbers_of_a_billion_digits() -> bytes:
    return workbook(SHEET, ("<row><c><v>1E+999999</v></c></row>", 1_000_000), END_OF_SHEET)


@costly
def xlsx_many_different_addresses() -> bytes:
    cells = numbered('<c r="A#"><v>1</v></c>', 1)
    return workbook(SHEET, *(f"<row>{cell}</row>" for cell in cells), END_OF_SHEET)


# --- Markup -----------------------------------------------------------------------------------


@hostile
def xlsx_deep_elements() -> bytes:
    return workbook(SHEET, ("<a>", 20_000_000))


@hostile
def xlsx_millions_of_elements_behind_the_cells() -> bytes:
    return workbook(SHEET, "</sheetData>", ("<a/>", 100_000_000), "</worksheet>")


@hostile
def xlsx_millions_of_names() -> bytes:
    return workbook(SHEET, *numbered("<a#/>", 12_000_000))


@hostile
def xlsx_millions_of_attribute_names() -> bytes:
    return workbook(SHEET, *numbered("<a b#=''/>", 12_000_000))


@hostile
def xlsx_giant_attribute() -> bytes:
    return workbook(SHEET, '<row r="', ("1" * KIB, 500 * KIB), '"/>', END_OF_SHEET)


@hostile
def xlsx_giant_comment() -> bytes:
    return workbook(SHEET, "<!--", ("c" * KIB, 500 * KIB), "-->", END_OF_SHEET)


@hostile
def xlsx_millions_of_comments() -> bytes:
    return workbook(SHEET, ("<!---->", 70_000_000), END_OF_SHEET)


@costly
def xlsx_millions_of_character_references() -> bytes:
    return workbook(SHEET, ("&#10;", 100_000_000), END_OF_SHEET)


@hostile
def xlsx_billion_laughs() -> bytes:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return workbook(f'<!DOCTYPE a [<!ENTITY l0 "lol">{laughs}]><a>&l9;</a>')


@hostile
def xlsx_list_of_merges_without_end() -> bytes:
    merge = '<mergeCell ref="A1:B1"/>'
    return workbook(SHEET, "</sheetData><mergeCells>", (merge, 20_000_000), "</worksheet>")


@costly
def xlsx_many_merges() -> bytes:
    merges = numbered('<mergeCell ref="A#:B#"/>', 300_000)
    rows = (f"<row>{C1}</row>", 200_000)
    return workbook(SHEET, rows, "</sheetData><mergeCells>", *merges, "</mergeCells></worksheet>")


@costly
def xlsx_marks_of_merges_in_texts() -> bytes:
    row = f'<row><c t="str"><v>{"mergeCells" * 900}</v></c></row>'
    return workbook(SHEET, (row, 50_000), END_OF_SHEET)
