"""A CSV file is written as spreadsheets open it best, and no text of it can be run."""

import csv
import io

import pytest
import tablib

from importexport.files.csv_writer import guarded, write_csv
from importexport.rows.sheet import write_rows
from tests.importexport.files_made import full_row

TITLES = ("Référence", "Note", "Type")


def written(*rows):
    file = io.BytesIO()
    write_csv(file, TITLES, rows)
    return file.getvalue()


def test_it_is_utf_8_with_a_byte_order_mark_semicolons_and_windows_line_ends():
    data = written(("C1", "Ève", 2), ("C2", "", 3))

    assert data == "\ufeffRéférence;Note;Type\r\nC1;Ève;2\r\nC2;;3\r\n".encode()


def test_without_rows_there_is_only_the_header():
    assert written() == "\ufeffRéférence;Note;Type\r\n".encode()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a;b", '"a;b"'),
        ("a,b", "a,b"),
        ('il dit "oui"', '"il dit ""oui"""'),
        ("une\ndeux", '"une\ndeux"'),
        (" a ", " a "),
        ("0042", "0042"),
    ],
)
def test_a_value_is_quoted_only_where_it_must_be(value, expected):
    assert (
        written(("C1", value, 2)).decode("utf-8-sig").split("\r\n", 1)[1] == f"C1;{expected};2\r\n"
    )


@pytest.mark.parametrize(
    "value",
    [
        "=1+1",
        '=HYPERLINK("http://a.fr")',
        "+SOMME(A1)",
        "-A1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "'=1+1",
        "'+33 1",
        "''-x",
        "'\t",
        "+",
        "-",
        "+33 (0)1 poste 5",
        "+33 1/2",
        "-1*2",
        "+1,5",
        "+1e5",
        "+33 1\n=1",
        "+٣",
    ],
)
def test_what_a_spreadsheet_could_run_gets_an_apostrophe(value):
    assert guarded(value) == f"'{value}"
    assert guarded(value, is_phone=True) == f"'{value}"


@pytest.mark.parametrize(
    "value",
    [
        "+33 1 23 45 67 89",
        "+33(0)1.23.45.67.89",
        "+33-1;06 12 34 56 78;+32 2",
        "+33\u00a01\u202f23\u201145",
        "-12",
        "-2+3",
    ],
)
def test_only_as_phones_lists_of_numbers_stay_as_they_are(value):
    assert guarded(value, is_phone=True) == value
    assert guarded(value) == f"'{value}"


@pytest.mark.parametrize(
    "value",
    [
        "(01) 23",
        "texte",
        "'texte",
        "l'=",
        "a=1",
        "'",
        "",
        "\n=1",
        "1+1",
    ],
)
def test_plain_texts_stay_as_they_are(value):
    assert guarded(value) == value
    assert guarded(value, is_phone=True) == value


def test_a_text_is_looked_at_once_however_many_digits_it_has():
    class Counted(str):
        steps = 0

        def __iter__(self):
            for character in super().__iter__():
                Counted.steps += 1
                yield character

    value = Counted("-" + "1" * 100_000 + "x")
    assert guarded(value, is_phone=True) == f"'{value}"
    assert 0 < Counted.steps <= 2 * len(value)


def test_in_an_export_only_tel_and_fax_are_spared_the_apostrophe():
    file = io.BytesIO()
    values = {"Référence": "-2+3", "Dénomination": "-2+3", "Note": "+33", "Tel": "-2+3;+33"}
    write_rows(file, "csv", iter([full_row(values | {"Fax": "+33 1", "Type": 1})]))

    row = file.getvalue().decode("utf-8-sig").splitlines()[1]
    assert row == "'-2+3;;'-2+3;'+33;;;\"-2+3;+33\";+33 1;1;"


def test_every_text_of_a_row_is_guarded_and_numbers_are_not():
    assert written(("=1", "@x", -2)).decode("utf-8-sig").splitlines()[1] == "'=1;'@x;-2"


def test_the_file_stays_open_and_rows_are_taken_one_by_one():
    file = io.BytesIO()
    write_csv(file, TITLES, (("C", "n" * 1_000, n) for n in range(3_000)))

    assert file.getvalue().count(b"\r\n") == 3_001


ROWS = [("C1", 'une\ndeux; "trois"', 2), ("C2", "", 3), ("0042", "l'été", 1)]


def test_pythons_csv_reads_the_same():
    text = written(*ROWS).decode("utf-8-sig")

    assert list(csv.reader(io.StringIO(text, newline=""), delimiter=";")) == [
        list(TITLES),
        *([*map(str, row)] for row in ROWS),
    ]


def test_tablib_reads_the_same():
    text = written(*ROWS).decode("utf-8-sig")
    dataset = tablib.Dataset().load(io.StringIO(text, newline=""), format="csv", delimiter=";")

    assert dataset.headers == list(TITLES)
    assert list(dataset) == [tuple(map(str, row)) for row in ROWS]
