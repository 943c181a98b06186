"""The marked file has the rows of the faulty one, on the same lines, with their errors."""

import io
import zipfile

import odfdo
import pytest
from odf import office, opendocument, table, teletype, text
from odf.namespaces import OFFICENS, STYLENS, TABLENS

from importexport.files import open_table
from importexport.files.ods_frame import SheetColumn
from importexport.files.ods_marked import MarkedRow, write_marked_ods
from importexport.files.table import FileRefused, FormulaError, Limits
from importexport.rows.checking import check_table, is_header
from importexport.rows.columns import COLUMNS
from importexport.rows.guide import FILLING
from importexport.rows.known_members import KnownMember
from importexport.rows.marking import mark_file
from tests.importexport.files import making
from tests.importexport.files.making import LIMITS, cell, document, package, row, sheet
from tests.importexport.files.making_xlsx import by_openpyxl
from tests.importexport.files_made import csv_file, export_like, full_row, ods_file, plain

MEMBERS = {
    "C1": KnownMember(1, "Ferme", has_contacts=True),
    "42": KnownMember(2, "Cantine", has_contacts=True),
    "P1": KnownMember(3, "Jean", has_contacts=False),
}
FAULTY = (
    ("C1", "Anne", 2),
    ("C9", "Bruno <&>  deux", 7),
    (42, "x" * 201, 1),
    ("C1", "", ""),
)


def checked(file):
    return check_table(open_table(file, is_header, LIMITS), MEMBERS)


def marked(source, limits=LIMITS):
    errors = checked(source).errors
    assert errors.count
    target = io.BytesIO()
    mark_file(source, target, errors, limits)
    return target


def cells_by_line(file):
    """Return the rows of a file by their lines, with those above the titles."""
    found = open_table(file, is_header, LIMITS)
    return {row.line: list(row.cells) for row in (*found.above, found.header, *found.rows)}


def told(remarks):
    return [plain(remark) for remark in remarks.kept]


# --- The same rows --------------------------------------------------------------------------


@pytest.mark.parametrize("make", [csv_file, ods_file])
def test_every_row_keeps_its_line_and_its_cells_and_errors_stand_behind(make):
    rows = [tuple(map(str, values)) for values in FAULTY]
    found = cells_by_line(marked(make(*rows)))
    assert found[1] == ["Référence", "Dénomination", "Type", "Erreurs"]
    assert found[2] == ["C1", "Anne", "2"]
    assert found[3][:3] == ["C9", "Bruno <&>  deux", "7"]
    assert plain(found[3][3]) == (
        "Référence : « C9 » n'est la référence d'aucun membre.\n"
        "Type : « 7 » n'est pas un type ; indiquez un nombre entier de 1 à 6."
    )
    assert found[4][:3] == ["42", "x" * 201, "1"]
    assert plain(found[4][3]).startswith("Dénomination : « xxx")
    assert found[5][:3] == ["C1", "", ""]
    assert plain(found[5][3]).startswith("Type : la cellule est vide")


def test_numbers_stay_numbers_and_lines_of_a_text_lines():
    values = {"Référence": "C9", "Note": "un\n\n  deux\ttrois", "Type": 7}
    file = export_like([full_row(values)], "ods")
    written = cells_by_line(file)[2]
    assert written[-1] == 7
    assert cells_by_line(marked(file))[2][: len(written)] == written
    assert cells_by_line(marked(ods_file(*FAULTY)))[4][0] == 42


def test_columns_that_are_unknown_or_without_title_keep_their_place():
    file = ods_file(("x", 9, "", "C1", "y"), titles=("Âge", "Type", "", "Référence", "Suite"))
    found = cells_by_line(marked(file))
    assert found[1] == ["Âge", "Type", "", "Référence", "Suite", "Erreurs"]
    assert found[2][:5] == ["x", 9, "", "C1", "y"]


def test_blank_rows_and_those_above_the_titles_stay_where_they_are():
    faulty = row(cell("C9"), cell("Anne"), cell("2"))
    file = package(
        document(
            sheet(row(cell("Autre feuille"))),
            sheet(
                row(attributes='table:number-rows-repeated="2"'),
                row(cell("Nos contacts " * 30), cell("2026")),
                row(),
                row(cell("Référence"), cell("Dénomination"), cell("Type")),
                row(attributes='table:number-rows-repeated="90000"'),
                row(*map(cell, ("C1", "x", "1")), attributes='table:number-rows-repeated="5000"'),
                row(attributes='table:number-rows-repeated="3"'),
                faulty,
            ),
        )
    )
    target = marked(file)
    found = cells_by_line(target)
    assert list(found) == [3, 5, *range(90_006, 95_006), 95_009]
    assert found[3] == ["Nos contacts " * 30, "2026"]
    assert found[90_006] == found[95_005] == ["C1", "x", "1"]
    content = zipfile.ZipFile(target).read("content.xml")
    assert len(content) < 20_000


def test_of_equal_rows_each_has_its_own_errors():
    faulty = [cell("C9"), cell("Anne"), cell("2")]
    titles = row(cell("Référence"), cell("Dénomination"), cell("Type"))
    repeated = row(*faulty, attributes='table:number-rows-repeated="3"')
    found = cells_by_line(marked(package(document(sheet(titles, repeated)))))
    assert [len(found[line]) for line in (2, 3, 4)] == [4, 4, 4]


def test_rows_beyond_the_kept_errors_are_written_without_errors(monkeypatch):
    monkeypatch.setattr("importexport.rows.remarks.MOST_REMARKS", 1)
    found = cells_by_line(marked(ods_file(("C1", "", 0), ("C1", "", 0))))
    assert len(found[2]) == 4
    assert found[3] == ["C1", "", 0]


def test_what_is_beyond_the_titles_of_a_csv_stays_and_is_marked():
    file = csv_file(("C1", "Anne", 2, "", "trop", "plus"), ("C1", "Bruno", 2))
    target = marked(file)
    found = cells_by_line(target)
    assert found[1] == ["Référence", "Dénomination", "Type", "", "", "", "Erreurs"]
    assert found[2][:6] == ["C1", "Anne", "2", "", "trop", "plus"]
    assert plain(found[2][6]).startswith("Colonne 5 : « trop » se trouve au-delà")
    assert annotations(target) == {(2, 5): plain(found[2][6]).removeprefix("Colonne 5 : ")}
    # Sent again as it is, it is still an error, and never lost without a word.
    assert [(e.line, e.column) for e in checked(target).errors.kept] == [(2, "5")]


def test_an_old_column_of_errors_is_replaced():
    first = marked(ods_file(*FAULTY))
    second = marked(first)
    assert cells_by_line(second) == cells_by_line(first)
    assert annotations(second) == annotations(first)


def test_an_old_column_of_errors_may_stand_anywhere():
    file = csv_file(
        ("C1", "vieux", 9, "trop"), ("C1", "vieux", 1), titles=("Référence", "ERREURS", "Type")
    )
    target = marked(file)
    found = cells_by_line(target)
    assert found[1] == ["Référence", "Type", "", "Erreurs"]
    assert found[2][:3] == ["C1", "9", "trop"]
    assert found[3] == ["C1", "1"]
    assert list(annotations(target)) == [(2, 2), (2, 3)]


# --- What is marked -------------------------------------------------------------------------


def sheet_of(file):
    file.seek(0)
    made = opendocument.load(file)
    return made, made.spreadsheet.getElementsByType(table.Table)[0]


def cells_of(sheet):
    """Yield (line, index, cell) from a sheet of odfpy, with repeated cells counted."""
    line = 1
    for found in sheet.getElementsByType(table.TableRow):
        place = 1
        for made in found.getElementsByType(table.TableCell):
            yield line, place, made
            place += int(made.attributes.get((TABLENS, "number-columns-repeated"), 1))
        line += int(found.attributes.get((TABLENS, "number-rows-repeated"), 1))


def annotations(file):
    """Return the comments that odfpy finds, by line and index."""
    found = {}
    for line, place, made in cells_of(sheet_of(file)[1]):
        for note in made.getElementsByType(office.Annotation):
            lines = map(teletype.extractText, note.getElementsByType(text.P))
            found[line, place] = plain("\n".join(lines))
    return found


def test_a_faulty_cell_has_a_colour_and_a_comment():
    made, sheet = sheet_of(marked(ods_file(*FAULTY)))
    backgrounds = {
        style.attributes[STYLENS, "name"]: style.toXml
        for style in made.automaticstyles.childNodes
        if str(style.attributes.get((STYLENS, "name"))).startswith("faulty")
    }
    styled = {
        (line, place)
        for line, place, cell in cells_of(sheet)
        if cell.attributes.get((TABLENS, "style-name")) in backgrounds
    }
    assert styled == {(3, 1), (3, 3), (4, 2), (5, 3)}
    notes = annotations(marked(ods_file(*FAULTY)))
    assert set(notes) == styled
    assert notes[3, 3] == "« 7 » n'est pas un type ; indiquez un nombre entier de 1 à 6."


def test_a_faulty_number_is_still_a_number():
    _, sheet = sheet_of(marked(ods_file(*FAULTY)))
    (faulty,) = [cell for line, place, cell in cells_of(sheet) if (line, place) == (3, 3)]
    assert faulty.attributes[OFFICENS, "value-type"] == "float"
    assert faulty.attributes[OFFICENS, "value"] == "7"


def test_odfdo_reads_the_same_values_colours_and_comments():
    target = marked(ods_file(*FAULTY))
    target.seek(0)
    made = odfdo.Document(target)
    sheet = made.body.get_table(0)
    assert sheet.get_value((2, 2)) == 7
    assert sheet.get_value((0, 0)) == "Référence"
    faulty = sheet.get_cell((2, 2))
    style = made.get_style("table-cell", faulty.style)
    assert style.get_properties("table-cell")["fo:background-color"] == "#ffd6cc"
    (note,) = faulty.get_elements("office:annotation")
    assert "indiquez un nombre entier de 1 à 6" in note.note_body


def test_the_title_of_the_errors_is_bold_like_the_others():
    _, sheet = sheet_of(marked(ods_file(*FAULTY)))
    styles = [
        cell.attributes[TABLENS, "style-name"] for line, _, cell in cells_of(sheet) if line == 1
    ]
    assert styles == ["title"] * 4


# --- Mended ---------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [csv_file, ods_file])
def test_mended_by_a_program_and_sent_again_it_has_no_error(make):
    rows = [tuple(map(str, values)) for values in FAULTY]
    made, sheet = sheet_of(marked(make(*rows)))
    mended = {(3, 1): "C1", (3, 3): "6", (4, 2): "Ève", (5, 3): "4"}
    for line, place, faulty in list(cells_of(sheet)):
        if (line, place) in mended:
            for paragraph in list(faulty.getElementsByType(text.P)):
                if paragraph.parentNode is faulty:
                    faulty.removeChild(paragraph)
            faulty.setAttrNS(OFFICENS, "value-type", "string")
            faulty.addElement(text.P(text=mended[line, place]))
    file = io.BytesIO()
    made.write(file)

    again = checked(file)
    assert told(again.errors) == []
    (warning,) = told(again.warnings)
    assert "ligne 5, colonne Référence : cette ligne n'a qu'une référence et un type" in warning
    assert [(row.line, row.values[0], row.values[-1]) for row in again.rows] == [
        (2, "Anne", 2),
        (3, "Bruno <&>  deux", 6),
        (4, "Ève", 1),
        (5, "", 4),
    ]


def test_a_row_that_was_emptied_but_for_its_errors_is_empty():
    rows = ("", "", "", "Type : …"), ("C1", "Anne", 1, "")
    file = csv_file(*rows, titles=(*SHORT_TITLES, "erreurs "))
    again = checked(file)
    assert (again.row_count, again.errors.count, again.warnings.count) == (1, 0, 0)


SHORT_TITLES = ("Référence", "Dénomination", "Type")


def test_exports_and_the_guide_have_no_column_of_errors():
    titles = cells_by_line(export_like([full_row({"Référence": "C1", "Type": 1})], "ods"))[1]
    assert titles == [column.title for column in COLUMNS]
    assert "Erreurs" not in {title for title, _, _ in FILLING.rows}


# --- Large and hostile ----------------------------------------------------------------------


def test_a_file_that_would_grow_beyond_the_limits_is_refused():
    small = Limits(max_bytes=10**6, max_unpacked_bytes=20_000, max_rows=1_000)
    file = csv_file(*[("C9", "", 1)] * 200)
    with pytest.raises(FileRefused, match="anormalement gros"):
        marked(file, small)


def test_wide_equal_rows_are_not_written_out():
    titles = row(
        cell("Référence"), cell("Type"), cell("x", 'table:number-columns-repeated="1"'),
        *(cell(f"t{n}") for n in range(1_000)),
    )  # fmt: skip
    wide = row(
        cell("C1"), cell("1"), cell("y", 'table:number-columns-repeated="1001"'),
        attributes='table:number-rows-repeated="9000"',
    )  # fmt: skip
    file = package(document(sheet(titles, wide, row(cell("C9"), cell("1")))))
    target = marked(file)
    assert len(zipfile.ZipFile(target).read("content.xml")) < 400_000
    assert cells_by_line(target)[9_001] == ["C1", "1", *["y"] * 1_001]


def test_the_samples_can_be_marked():
    refused = []
    for path in sorted(making.SAMPLES.glob("*.[oc][ds][sv]")):
        with path.open("rb") as source:
            try:
                errors = check_table(open_table(source, is_header, LIMITS), {}).errors
            except FileRefused:
                refused.append(path.name)
                continue
            target = io.BytesIO()
            mark_file(source, target, errors, LIMITS)
            marked_lines, lines = cells_by_line(target), cells_by_line(source)
            assert list(marked_lines) == list(lines)
            assert all(marked_lines[n][: len(lines[n])] == lines[n] for n in lines)
    assert refused == ["libreoffice-password.ods"]


def test_formula_errors_stay_errors_in_a_marked_file():
    values = [FormulaError("#N/A"), FormulaError("Err:502"), FormulaError(""), "#N/A"]
    target = io.BytesIO()
    rows = [MarkedRow(2, values), MarkedRow(3, values, {0: "une erreur", 2: "une autre"})]
    columns = [SheetColumn(title, 3.0) for title in ("Référence", "Type", "Mail", "Note")]
    write_marked_ods(target, "Contacts", columns, (), 1, rows, 10**7)

    found = open_table(target, is_header, LIMITS).rows
    assert [[(type(cell), cell) for cell in row.cells] for row in found] == [
        [(type(cell), cell) for cell in values]
    ] * 2


def test_the_marked_file_of_a_workbook_is_an_ods_with_the_same_lines_and_errors():
    rows = [("C1", "Anne", 2), (None,), ("C9", "Bruno", 7), (42, "x" * 201, 1)]
    source = by_openpyxl(*rows, titles=("Référence", "Dénomination", "Type"))
    target = io.BytesIO()
    errors = checked(source).errors
    mark_file(source, target, errors, LIMITS)

    assert zipfile.ZipFile(target).read("mimetype").decode() == making.MIME_TYPE
    assert [error.line for error in errors.kept] == [4, 4, 5]
    assert list(map(str, checked(target).errors.kept)) == list(map(str, errors.kept))
