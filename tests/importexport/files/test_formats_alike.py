"""One table of values gives the same contacts and the same messages, in whatever format."""

import io

import openpyxl
import python_calamine
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.cell import WriteOnlyCell

from importexport.files import open_table
from importexport.rows.checking import check_table, is_header
from importexport.rows.columns import COLUMNS
from importexport.rows.known_members import KnownMember
from importexport.rows.sheet import write_rows
from tests.importexport.files.making import LIMITS
from tests.importexport.files_made import full_row

MEMBERS = {
    "C1": KnownMember(1, "Ferme", has_contacts=True),
    "00042": KnownMember(2, "Crèche", has_contacts=True),
    "P1": KnownMember(3, "Jean", has_contacts=False),
}
TITLES = [column.title for column in COLUMNS]
# Without control characters, which XML cannot hold, and line ends that are not read as written.
TEXTS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=20
) | st.sampled_from(
    ["=1+1", "'=1", "+33 6 12", "@x", "a\nb", " a ", "_x0041_", "#N/A", "<b>&", "x" * 250, '"', "é"]
)
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "Référence": st.sampled_from(["C1", "00042", "P1", "C9", ""]),
            "Dénomination": TEXTS,
            "Note": TEXTS,
            "Mail": st.sampled_from(["", "a@exemple.test", "a", "a@b@c.fr"]),
            "Tel": st.sampled_from(["", "0612345678", "06 12;07", "x" * 300]),
            "Type": st.sampled_from([1, 4, 6, 7]),
        }
    ),
    max_size=6,
)


def as_workbook(rows):
    """Return the rows as written by openpyxl, each text as text."""
    workbook = openpyxl.Workbook(write_only=True)
    sheet = workbook.create_sheet("Contacts")
    for row in (TITLES, *rows):
        sheet.append([_cell(sheet, value) for value in row])
    file = io.BytesIO()
    workbook.save(file)
    return file


def _cell(sheet, value):
    cell = WriteOnlyCell(sheet, value)
    if isinstance(value, str):
        # Excel escapes what looks like an escape of its own; openpyxl leaves that to others.
        cell.value = value.replace("_x", "_x005F_x")
        cell.data_type = "s"
    return cell


def exported(format, rows):
    file = io.BytesIO()
    write_rows(file, format, iter(rows))
    return file


def checked(file):
    found = check_table(open_table(file, is_header, LIMITS), MEMBERS)
    return found.rows, found.row_count, found.errors.kept, found.warnings.kept


@settings(max_examples=60)
@given(ROWS)
def test_a_workbook_and_exports_check_to_the_same(values):
    rows = [full_row(value) for value in values]
    by_format = [
        checked(as_workbook(rows)), checked(exported("ods", rows)), checked(exported("csv", rows))
    ]  # fmt: skip

    assert by_format[0] == by_format[1]
    assert by_format[1] == by_format[2]


@settings(max_examples=20)
@given(ROWS)
def test_another_library_reads_the_same_texts_in_the_workbook(values):
    rows = [full_row(value) for value in values]
    file = as_workbook(rows)
    file.seek(0)
    theirs = python_calamine.CalamineWorkbook.from_filelike(file).get_sheet_by_index(0).to_python()

    table = open_table(file, is_header, LIMITS)
    ours = {row.line: list(row.cells) for row in [table.header, *table.rows]}
    for line, row in enumerate(theirs, start=1):
        texts = [int(value) if isinstance(value, float) else value for value in row]
        while texts and texts[-1] == "":
            texts.pop()
        assert ours[line] == texts
