import io
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contacts.models import CONTACT_FIELDS
from importexport.files import open_table
from importexport.files.table import FileRefused, FormulaError, HeaderNotFound, Limits, Row, Table
from importexport.rows.checking import check_table, column_letter, is_header, missing_columns
from importexport.rows.known_members import KnownMember
from importexport.rows.values import brief
from tests.importexport.files_made import SHORT, TITLES, full_row, plain

MEMBERS = {
    "C1": KnownMember(1, "Ferme", has_contacts=True),
    "42": KnownMember(2, "Cantine", has_contacts=True),
    "P1": KnownMember(3, "Jean", has_contacts=False),
}


def check(*rows, titles=SHORT):
    """Check rows, each given as its cells, or as a Row where the line matters."""
    numbered = [row if isinstance(row, Row) else Row(n, row) for n, row in enumerate(rows, 2)]
    return check_table(Table("ods", Row(1, titles), iter(numbered)), MEMBERS)


def told(remarks):
    return [plain(remark) for remark in remarks.kept]


def said(row):
    """What a row says of its contact, by field, without what it leaves empty."""
    values = dict(zip(CONTACT_FIELDS, row.values, strict=True))
    return {field: value for field, value in values.items() if value != ""}


def columns(remarks):
    return [(remark.line, remark.column) for remark in remarks.kept]


def test_a_row_becomes_a_contact_of_its_member():
    cells = {
        "Référence": "C1",
        "Libellé membre": "Ferme",
        "Dénomination": "Anne",
        "Note": "Note",
        "Fonction": "Cheffe",
        "Mail": "a@x.fr",
        "Tel": "01;02",
        "Fax": "03",
        "Type": 4,
        "Libellé type": "Toutes",
    }
    checked = check(full_row(cells), titles=TITLES)
    assert [(row.line, row.member_id) for row in checked.rows] == [(2, 1)]
    assert said(checked.rows[0]) == {
        "name": "Anne",
        "note": "Note",
        "job_title": "Cheffe",
        "email": "a@x.fr",
        "phones": "01;02",
        "fax": "03",
        "type": 4,
    }
    assert (checked.row_count, checked.errors.count, checked.warnings.count) == (1, 0, 0)


@pytest.mark.parametrize(
    "titles",
    [
        ("référence", "dénomination", "type"),
        ("REFERENCE", "DENOMINATION", "TYPE"),
        ("Re\u0301fe\u0301rence", "De\u0301nomination", "Type"),
        (" Référence ", "\u00a0Dénomination\n", "\tType"),
    ],
)
def test_titles_match_without_case_accents_and_space_around(titles):
    assert is_header(titles)
    checked = check(["C1", "Anne", "2"], titles=titles)
    assert checked.rows[0].values[0] == "Anne"
    assert checked.warnings.count == 0


def test_columns_may_stand_in_any_order_between_empty_and_unknown_ones():
    checked = check(
        [2, "", "?", "Anne", "C1"], titles=["Type", "", "Âge", "dénomination", "référence"]
    )
    assert said(checked.rows[0]) == {"name": "Anne", "type": 2}
    assert told(checked.warnings) == [
        "ligne 1, colonne Âge : cette colonne est inconnue ; elle est ignorée."
    ]


def test_the_warning_of_an_unknown_column_is_one_short_line():
    (warning,) = told(check(titles=("Référence", "Type", "un\ndeux" * 1000)).warnings)
    assert len(warning) < 150
    assert "\n" not in warning


def test_required_columns_are_enough():
    checked = check(["C1", 3], titles=("Référence", "Type"))
    assert said(checked.rows[0]) == {"type": 3}


@pytest.mark.parametrize("titles", [("Référence", "Libellé type"), ("Type",), ("Ref", "Typ"), ()])
def test_a_row_without_a_required_title_is_no_header(titles):
    assert not is_header(titles)


@pytest.mark.parametrize(
    ("rows", "names"),
    [
        ([], "les colonnes « Référence » et « Type »"),
        ([["Nom", 42]], "les colonnes « Référence » et « Type »"),
        ([["Contacts"], ["reference", "Mail"]], "la colonne « Type »"),
        ([["Type", "Mail", "Tel"], ["Référence"]], "la colonne « Référence »"),
    ],
)
def test_the_sentence_names_the_columns_that_are_missing(rows, names):
    refusal = plain(missing_columns([Row(1, row) for row in rows]))
    assert f"Il manque {names} dans la ligne de titres" in refusal


def test_a_known_column_twice_is_refused():
    with pytest.raises(FileRefused) as refused:
        check(titles=("Type", "Référence", "TYPE"))
    assert "deux colonnes « TYPE »" in plain(refused.value)


def test_an_unknown_column_twice_is_ignored_twice():
    assert check(titles=("Type", "Référence", "x", "x")).warnings.count == 2


def test_a_reference_typed_as_a_number_is_found():
    assert check([42, "", 1]).rows[0].member_id == 2


@pytest.mark.parametrize("reference", ["C2", "042", 1, "C1 C1"])
def test_a_reference_that_no_member_has_is_refused(reference):
    assert told(check([reference, "Anne", 1]).errors) == [
        f"ligne 2, colonne Référence : « {reference} » n'est la référence d'aucun membre."
    ]


def test_a_reference_of_an_individual_is_refused():
    (error,) = told(check(["P1", "Anne", 1]).errors)
    assert "« P1 » est un particulier ; seuls un client professionnel ou un" in error


NAMED = ("Référence", "Libellé membre", "Dénomination", "Type")


@pytest.mark.parametrize("name", ["", " Ferme ", "Ferme", "\u200bFer\u00adme", "Ferme\n"])
def test_the_name_of_the_member_may_be_given(name):
    checked = check(["C1", name, "Anne", 1], titles=NAMED)
    assert (checked.warnings.count, len(checked.rows)) == (0, 1)


@pytest.mark.parametrize("name", ["Autre", "ferme", 42, "x" * 5000, "\0"])
def test_another_name_of_the_member_is_a_warning(name):
    checked = check(["C1", name, "Anne", 1], titles=NAMED)
    (warning,) = told(checked.warnings)
    assert warning.startswith("ligne 2, colonne Libellé membre : « ")
    assert "diffère du nom du membre, « Ferme »." in warning
    assert len(checked.rows) == 1


LABELLED = ("Référence", "Dénomination", "Type", "Libellé type")


@pytest.mark.parametrize(
    "label",
    ["", "Aucune notification", "AUCUNE\u00a0Notification\u200b", "Aucune", "Aucune\nnotification"],
)
def test_the_label_of_the_type_may_be_given(label):
    checked = check(["C1", "Anne", 3, label], titles=LABELLED)
    assert (told(checked.warnings), checked.errors.count) == ([], 0)


@pytest.mark.parametrize("label", ["Toutes les notifications", "n'importe quoi", 42, "x" * 9999])
def test_another_label_than_that_of_the_type_is_a_warning_that_names_both(label):
    checked = check(["C1", "Anne", 3, label], titles=LABELLED)
    (warning,) = told(checked.warnings)
    assert warning.startswith(f"ligne 2, colonne Libellé type : « {brief(label)} » n'est pas")
    assert "du type 3, « Aucune notification »" in warning
    assert checked.rows[0].values[-1] == 3


def test_the_label_of_a_wrong_type_is_compared_with_nothing():
    checked = check(["C1", "Anne", 7, "Toutes les notifications"], titles=LABELLED)
    assert (checked.errors.count, checked.warnings.count) == (1, 0)


def test_empty_rows_are_skipped_and_lines_stay_those_of_the_spreadsheet():
    checked = check(Row(5, ["", " ", "\u00a0"]), Row(9, ["C1", "Anne", 1]), Row(12, ["C1", "", 9]))
    assert checked.row_count == 2
    assert columns(checked.errors) == [(12, "Type")]


def test_a_short_row_lacks_only_its_last_cells():
    assert told(check(["C1"]).errors) == [
        "ligne 2, colonne Type : la cellule est vide ; indiquez un nombre entier de 1 à 6."
    ]


def test_a_row_may_be_longer_than_the_header_where_nothing_is():
    assert check(["C1", "Anne", 1, "", " "]).errors.count == 0


def test_what_stands_beyond_the_last_column_is_an_error():
    (error,) = told(check(["C1", "Anne", 1, "", "x", "y"]).errors)
    assert error.startswith("ligne 2, colonne 5 : « x » se trouve au-delà de la dernière colonne")


def test_every_error_of_every_row_is_reported():
    cells = {
        "Référence": "C9",
        "Dénomination": "x" * 201,
        "Note": "x" * 5001,
        "Fonction": "\0",
        "Mail": "a@",
        "Tel": "x" * 201,
        "Fax": "x" * 51,
        "Type": 7,
    }
    row = [*full_row(cells | {"Libellé membre": "Autre"}), "surplus"]
    checked = check(row, ["C1"], row, titles=TITLES)
    faulty = [*cells, str(len(TITLES) + 1)]
    assert columns(checked.errors) == [
        *((2, title) for title in faulty),
        (3, "Type"),
        *((4, title) for title in faulty),
    ]


@pytest.mark.parametrize("faulty", [0, 1, 2])
def test_one_faulty_row_leaves_nothing_to_import(faulty):
    rows = [["C1", "Anne", 1] for _ in range(3)]
    rows[faulty] = ["C1", "Anne", 0]
    assert check(*rows).rows == []


def test_very_many_errors_are_counted_and_the_first_ones_kept(monkeypatch):
    monkeypatch.setattr("importexport.rows.remarks.MOST_REMARKS", 3)
    errors = check(*[["C1", "", 0]] * 5).errors
    assert (errors.count, columns(errors)) == (5, [(2, "Type"), (3, "Type"), (4, "Type")])


def test_an_invisible_character_in_a_title_is_no_part_of_it():
    """Found by fuzzing: an ODS loses the character, and would have another column than its CSV."""
    checked = check(["C1", "Anne", "2"], titles=("Ré\x03férence", "Dénomination\x00", "Type\x1f"))
    assert told(checked.errors) == told(checked.warnings) == []
    assert checked.rows[0].values[0] == "Anne"


# --- What nobody sees -------------------------------------------------------------------------


@settings(deadline=None)
@given(st.data())
def test_titles_match_whatever_invisible_and_decomposed_characters_they_hold(data):
    def disguised(title):
        title = unicodedata.normalize(data.draw(st.sampled_from(["NFC", "NFD"])), title)
        title = data.draw(st.sampled_from([title, title.upper(), title.lower()]))
        unseen = st.sampled_from(["", "", "\u200b", "\ufeff", "\u00ad", "\u200e", "\u2060"])
        return "".join(letter + data.draw(unseen) for letter in f" {title} ")

    checked = check(
        full_row({"Référence": "C1", "Dénomination": "Anne", "Type": 2}),
        titles=[disguised(title) for title in TITLES],
    )
    assert told(checked.warnings) == told(checked.errors) == []
    assert said(checked.rows[0]) == {"name": "Anne", "type": 2}


@pytest.mark.parametrize("reference", ["\u200bC1", "C1\ufeff", "C\u00ad1", " C1\u2060 ", '="C1"'])
def test_a_reference_is_found_without_what_nobody_sees(reference):
    checked = check([reference, "Anne", 1])
    assert (checked.rows[0].member_id, told(checked.warnings)) == (1, [])


def test_a_line_break_in_a_reference_is_a_space_with_a_warning():
    (error,) = told(check(["C\n1", "Anne", 1]).errors)
    assert "« C 1 » n'est la référence d'aucun membre" in error
    members = {"C 1": KnownMember(1, "Ferme", has_contacts=True)}
    checked = check_table(Table("ods", Row(1, SHORT), iter([Row(2, ["C\n1", "Anne", 1])])), members)
    assert len(checked.rows) == 1
    assert "est lu sur une seule : « C 1 »" in told(checked.warnings)[0]


@pytest.mark.parametrize("reference", ["c1", "ç1"])
def test_the_message_for_a_reference_in_another_case_names_the_right_one(reference):
    members = {"C1": MEMBERS["C1"], "Ç1": MEMBERS["C1"]}
    table = Table("ods", Row(1, SHORT), iter([Row(2, [reference, "Anne", 1])]))
    (error,) = told(check_table(table, members).errors)
    assert f"« {reference.upper()} » en est une : majuscules et minuscules comptent." in error


# --- Rows and columns that are odd ------------------------------------------------------------


def test_a_row_without_any_content_is_taken_with_a_warning():
    checked = check(["C1", "\u200b", 1])
    assert len(checked.rows) == 1
    (warning,) = told(checked.warnings)
    assert "ligne 2, colonne Référence : cette ligne n'a qu'une référence et un type" in warning


def test_a_column_without_a_title_that_holds_something_gets_one_warning():
    titles = ("Référence", "", "\u200b", "Dénomination", " ", "Type")
    rows = [["C1", "", "", "Anne", "", 1], ["C1", "", "x", "Anne", "", 1]] * 2
    warnings = told(check(*rows, titles=titles).warnings)
    assert [warning.partition(" se ")[0] for warning in warnings] == ["ligne 3, colonne C : « x »"]


@pytest.mark.parametrize(
    ("place", "letter"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA"), (1023, "AMJ")]
)
def test_a_column_has_the_letter_that_spreadsheets_give_it(place, letter):
    assert column_letter(place) == letter


@pytest.mark.parametrize("title", [title for title in TITLES if title != "Type"])
def test_the_error_of_a_formula_is_an_error_of_its_cell_in_every_column(title):
    row = full_row({"Référence": "C1", "Dénomination": "Anne", "Type": 1})
    row[TITLES.index(title)] = FormulaError("#REF!")
    (error,) = told(check(row, titles=TITLES).errors)
    assert error.startswith(f"ligne 2, colonne {title} : « #REF! » est l'erreur d'une formule")


def test_the_error_of_a_formula_in_a_column_that_is_not_read_is_none():
    titles = (*SHORT, "Âge")
    assert check(["C1", "Anne", 1, FormulaError("#REF!")], titles=titles).errors.count == 0


def test_sheets_that_are_left_out_are_named():
    rows = iter([Row(2, ["C1", "Anne", 1])])
    checked = check_table(Table("ods", Row(1, SHORT), rows, left_out=["2025", "Copie"]), MEMBERS)
    assert checked.left_out == ["2025", "Copie"]
    assert "les feuilles « 2025 » et « Copie » ont aussi" in told(checked.warnings)[0]


LIMITS = Limits(max_bytes=10_000, max_unpacked_bytes=10_000, max_rows=10)


@pytest.mark.parametrize("sign", ["\x14", " ", "\u200b"])
def test_a_title_that_goes_on_after_very_many_signs_is_another_title(sign):
    content = f"Référence{sign * 200}x;Type\nC1;2\n".encode()
    with pytest.raises(HeaderNotFound):
        open_table(io.BytesIO(content), is_header, LIMITS)


def test_a_title_with_very_much_space_behind_it_is_the_title():
    content = f"Référence{' ' * 200};Type\nC1;2\n".encode()
    checked = check_table(open_table(io.BytesIO(content), is_header, LIMITS), MEMBERS)
    assert [row.line for row in checked.rows] == [2]
