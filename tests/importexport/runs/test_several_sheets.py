"""Rows beyond the end of a sheet are in the next one; all sheets are read, checked and marked."""

import io
import zipfile
from dataclasses import replace

import pytest

from importexport.files import open_table
from importexport.files.ods_frame import Guide, GuidePart
from importexport.files.ods_writer import MOST_ROWS_OF_A_SHEET, write_ods
from importexport.files.table import FileRefused
from importexport.rows.checking import check_table, is_header
from importexport.rows.columns import COLUMNS
from importexport.rows.known_members import KnownMember
from importexport.rows.marking import mark_file
from importexport.rows.sheet import sheet_column
from tests.importexport.files.making import LIMITS, cell, document, package, row
from tests.importexport.files_made import full_row, plain

# One of five rows is full; in the files written by hand, one of a row.
FULL, FULL_BY_HAND = replace(LIMITS, full_sheet_line=6), replace(LIMITS, full_sheet_line=2)
MEMBERS = {"C1": KnownMember(1, "Ferme", has_contacts=True)}
TITLES = row(cell("Référence"), cell("Type"))


def exported(count, rows_of_a_sheet):
    file = io.BytesIO()
    columns = [sheet_column(column) for column in COLUMNS]
    values = ({"Référence": "C1", "Dénomination": f"n{n}", "Type": 1} for n in range(count))
    rows = map(full_row, values)
    guide = Guide("Guide", "a", (2.0,), (GuidePart(("b",), (("c",),)),))
    write_ods(file, "Contacts", columns, rows, guide, rows_of_a_sheet=rows_of_a_sheet)
    return file


def named_sheet(name, *rows):
    return f'<table:table table:name="{name}">{"".join(rows)}</table:table>'


def contact(kind="1"):
    return row(cell("C1"), cell(kind))


def places(file):
    table = open_table(file, is_header, FULL_BY_HAND)
    return [(found.sheet, found.line) for found in table.rows]


def checked(file, limits=FULL_BY_HAND):
    return check_table(open_table(file, is_header, limits), MEMBERS)


@pytest.mark.parametrize("count", [0, 1, 4, 5, 6, 10, 11, 1_234])
def test_an_export_in_several_sheets_is_read_whole(count):
    file = exported(count, 5)
    rows = checked(file, FULL).rows
    assert [row.values[0] for row in rows] == [f"n{n}" for n in range(count)]
    table = zipfile.ZipFile(file).read("content.xml").decode()
    assert table.count("<table:table ") == max(1, -(-count // 5)) + 1


def test_a_sheet_has_no_more_rows_than_spreadsheets_have():
    assert MOST_ROWS_OF_A_SHEET + 1 + 1_000 == 1_048_576


def test_the_titles_stay_in_sight_in_every_sheet():
    settings = zipfile.ZipFile(exported(11, 5)).read("settings.xml").decode()
    names = ("Contacts", "Contacts 2", "Contacts 3", "Guide")
    assert all(f'config:name="{name}"' in settings for name in names)


def test_only_sheets_that_go_on_are_read():
    file = package(
        document(
            named_sheet("Avant", row(cell("x"))),
            named_sheet("A", TITLES, contact()),
            named_sheet("A 3", TITLES, contact()),
            named_sheet("Autre 2", TITLES, contact()),
            named_sheet("A 2", row(), TITLES, contact(), contact()),
            named_sheet("A 2", TITLES, contact()),
            named_sheet("A 3", row(cell("Type"), cell("Référence")), contact()),
            named_sheet("A 4", TITLES, contact()),
        )
    )
    assert places(file) == [("", 2), ("A 2", 3), ("A 2", 4), ("A 4", 2)]


def test_errors_of_further_sheets_name_their_sheet():
    file = package(
        document(
            named_sheet("A", TITLES, contact("8")),
            named_sheet("A 2", TITLES, contact(), contact("9")),
        )
    )
    first, second = [plain(error) for error in checked(file).errors.kept]
    assert first.startswith("ligne 2, colonne Type : « 8 » n'est pas un type")
    assert second.startswith("feuille A 2, ligne 3, colonne Type : « 9 » n'est pas un type")


def test_a_marked_file_has_the_same_sheets():
    file = package(
        document(
            named_sheet("Contacts", TITLES, contact("8"), contact()),
            named_sheet("Contacts 2", TITLES, contact(), contact("9")),
        )
    )
    target = io.BytesIO()
    errors = checked(file).errors
    mark_file(file, target, errors, FULL_BY_HAND)
    assert places(target) == places(file)
    again = checked(target)
    assert list(map(str, again.errors.kept)) == list(map(str, errors.kept))
    assert again.warnings.count == 0


def test_the_most_rows_are_those_of_all_sheets_together():
    limits = replace(FULL, max_rows=10)
    with pytest.raises(FileRefused, match="plus de 10 lignes"):
        list(open_table(exported(11, 5), is_header, limits).rows)


@pytest.mark.parametrize(
    ("rows", "count"),
    [
        (row(attributes='table:number-rows-repeated="1048574"') + contact(), 1),
        (row(cell("C1"), cell("1"), attributes='table:number-rows-repeated="240000"')
         + row(attributes='table:number-rows-repeated="808574"') + contact(), 240_001),
        ("<table:table-row/>" * 1_048_574 + contact(), 1),
    ],
)  # fmt: skip
def test_a_sheet_of_as_many_rows_as_there_are_is_read(rows, count):
    found = places(package(document(named_sheet("A", TITLES, rows))))
    assert len(found) == count
    assert found[-1] == ("", 1_048_576)
