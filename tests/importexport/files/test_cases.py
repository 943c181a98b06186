"""Files of people that were read wrongly once; each lies in tests/cases under its own name."""

import io
import zipfile
from pathlib import Path

import pytest

from importexport.files import open_table
from importexport.files.table import FileRefused, FormulaError
from importexport.rows.checking import is_header
from tests.importexport.files.making import LIMITS

CASES = Path(__file__).parents[2] / "cases"
EMPTY_ROW = ["C00001", "Nora", "", "", "", "", "", 2]


def opened(name):
    with (CASES / name).open("rb") as file:
        table = open_table(file, is_header, LIMITS)
        return table, [(row.line, list(row.cells)) for row in table.rows]


def refusal(name):
    with pytest.raises(FileRefused) as refused:
        opened(name)
    return str(refused.value)


def test_06_double_bom_is_no_part_of_the_first_title():
    table, rows = opened("06_double_bom.csv")

    assert table.header.cells[0] == "Référence"
    assert rows == [(2, ["C00001", "Nora", "", "", "", "", "", "2"])]


def test_10_reference_shown_00042_is_what_the_cell_shows():
    assert opened("10_reference_shown_00042.ods")[1] == [
        (2, ["00042", "Nora", "", "", "", "", "", 2])
    ]


def test_12_formula_errors_are_known_as_such():
    [(_, cells)] = opened("12_formula_errors.ods")[1]

    errors = [cell for cell in cells if type(cell) is FormulaError]
    assert errors == ["#N/A", "#DIV/0!", "#N/A", "#REF!"]
    assert cells[0] == "C00001"


def test_13_hidden_sheet_first_is_not_the_one_that_is_read():
    table, rows = opened("13_hidden_sheet_first.ods")

    assert rows == [(2, ["C00001", "Nora Visible", "", "", "", "", "", 2])]
    assert table.left_out == ["Archive 2019"]


def test_14_sheet_named_contacts_2_is_left_out_and_named():
    table, rows = opened("14_sheet_named_contacts_2.ods")

    assert rows == [(2, EMPTY_ROW)]
    assert table.left_out == ["Contacts 2"]


def test_15_formula_without_result_is_known_as_such():
    [(_, cells)] = opened("15_formula_without_result.ods")[1]

    places = [place for place, cell in enumerate(cells) if type(cell) is FormulaError]
    assert [(place, cells[place]) for place in places] == [(1, ""), (4, "")]


def test_16_number_shown_with_plus_is_what_the_cell_shows():
    [(_, cells)] = opened("16_number_shown_with_plus.ods")[1]

    assert cells[5] == "+33 6 55 44 33 22"


@pytest.mark.parametrize(
    "name", ["17_mixed_encoding.csv", "17b_mixed_encoding_accented_titles.csv"]
)
def test_17_mixed_encoding_is_refused_with_its_line(name):
    assert refusal(name).startswith("La ligne 3 n'est pas en UTF-8 comme le reste du fichier.")


@pytest.mark.parametrize(
    ("name", "line", "word"),
    [
        ("18_cp850.csv", 1, "R‚f‚rence"),
        ("18b_cp850_plain_titles.csv", 2, "H‚lŠne"),
        ("18c_latin9.csv", 2, "C½ur"),
    ],
)
def test_18_older_encodings_are_refused_with_a_word_of_theirs(name, line, word):
    sentence = refusal(name)

    assert sentence.startswith(f"La ligne {line} n'est pas lisible («\u00a0{word}\u00a0»)\u00a0:")
    assert "codage UTF-8" in sentence


def test_21_space_before_quotes_is_no_part_of_the_value():
    assert opened("21_space_before_quotes.csv")[1] == [(2, ["C00001", "Nora", "passer tôt", "2"])]
    assert opened("21b_all_quoted_with_spaces.csv")[1] == [(2, ["C00001", "Nora", "2"])]


def test_22_ctrl_z_is_no_content():
    assert opened("22_ctrl_z.csv")[1] == [(2, ["C00001", "Nora", "", "", "", "", "", "2"])]


def test_a_hidden_sheet_is_read_where_no_visible_one_has_the_header():
    with zipfile.ZipFile(CASES / "13_hidden_sheet_first.ods") as package:
        made = {name: package.read(name) for name in package.namelist()}
    visible = made["content.xml"].index(b'table:name="Contacts"')
    content = made["content.xml"]
    made["content.xml"] = content[:visible] + content[visible:].replace(b"Type", b"Autre")
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as package:
        for name, data in made.items():
            package.writestr(name, data)

    table = open_table(file, is_header, LIMITS)
    assert [row.cells[1] for row in table.rows] == ["Ancienne Archive"]
    assert table.left_out == []
