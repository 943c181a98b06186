import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from base.addresses import check_address
from base.characters import FORBIDDEN, canonical_phones, one_line
from contacts.models import CONTACT_FIELDS, Contact, ContactType
from importexport.files.table import FormulaError
from importexport.rows.columns import COLUMNS
from importexport.rows.guide import FILLING
from importexport.rows.values import CellRefused, _is_usual_email, brief
from tests.importexport.files_made import plain

BY_TITLE = {column.title: column for column in COLUMNS}


def read(title, cell):
    warnings = []
    return BY_TITLE[title].read(cell, warnings.append), warnings


def refusal(title, cell):
    with pytest.raises(CellRefused) as refused:
        read(title, cell)
    return plain(refused.value)


def test_the_columns_are_those_of_the_manual_in_its_order():
    assert list(BY_TITLE) == [
        "Référence",
        "Libellé membre",
        "Dénomination",
        "Note",
        "Fonction",
        "Mail",
        "Tel",
        "Fax",
        "Type",
        "Libellé type",
    ]
    assert [title for title, column in BY_TITLE.items() if column.is_required] == [
        "Référence",
        "Type",
    ]


def test_every_field_of_a_contact_has_one_column():
    assert sorted(column.field for column in COLUMNS if column.field) == sorted(CONTACT_FIELDS)


def test_the_guide_tells_each_type_by_its_number():
    (explanation,) = [words for title, _, words in FILLING.rows if title == "Type"]
    for kind in ContactType:
        assert f"{kind.value} : {kind.label}" in plain(explanation)


@pytest.mark.parametrize("title", ["Dénomination", "Note", "Fonction", "Mail", "Tel", "Fax"])
def test_an_optional_cell_may_be_empty(title):
    assert read(title, "") == read(title, " \t\u00a0 ") == ("", [])


@pytest.mark.parametrize("title", ["Référence", "Dénomination", "Note", "Fonction", "Tel", "Fax"])
@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("  42 ", "42"),
        ("\u00a0x\u202f", "x"),
        (42, "42"),
        (0, "0"),
        (-7, "-7"),
        (10**15, "1" + "0" * 15),
    ],
)
def test_space_around_is_trimmed_and_a_number_is_read_as_a_person_does(title, cell, value):
    assert read(title, cell) == (value, [])


def test_the_line_breaks_of_a_note_are_kept_in_one_form():
    assert read("Note", "un\r\n\r\ndeux\rtrois\n") == ("un\n\ndeux\ntrois", [])


def test_an_empty_reference_is_refused():
    assert "la cellule est vide ; indiquez" in refusal("Référence", " ")


@pytest.mark.parametrize("cell", ["anne@x.fr", " anne@x.fr ", "a+b@é.fr"])
def test_one_mail_address_is_accepted(cell):
    assert read("Mail", cell) == (cell.strip(), [])


@pytest.mark.parametrize(
    "cell",
    ["anne", "anne@", "@x.fr", "a@x.fr;b@x.fr", "a@x.fr, b@x.fr", "a@x.fr b@x.fr", "a@x.fr\nb", 42],
)
def test_anything_else_is_no_mail_address(cell):
    said = refusal("Mail", cell)
    assert f"« {brief(cell)} » n'est pas une adresse mail" in said
    assert "une seule adresse" in said


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("06 12 34 56 78", "06 12 34 56 78"),
        ("06 12 ; 07 13;  +33 (0)4.78 ", "06 12;07 13;+33 (0)4.78"),
        ("612345678", "612345678"),
        ("standard, poste 12", "standard, poste 12"),
    ],
)
def test_phones_typed_as_text_are_kept_but_for_the_space_around_semicolons(cell, value):
    assert read("Tel", cell) == (value, [])


def test_a_fax_keeps_its_semicolons_as_typed():
    assert read("Fax", "612345678 ; b") == ("612345678 ; b", [])


@pytest.mark.parametrize("title", ["Tel", "Fax"])
@pytest.mark.parametrize("number", [112345678, 612345678, 999999999])
def test_nine_digits_get_their_zero_back_with_a_warning(title, number):
    value, (warning,) = read(title, number)
    assert value == f"0{number}"
    assert f"le nombre {number} est lu comme le numéro 0{number}" in warning


@pytest.mark.parametrize("title", ["Tel", "Fax"])
@pytest.mark.parametrize("number", [0, 15, 12345678, 99999999, 1000000000, 33612345678, -12345678])
def test_any_other_number_is_its_digits(title, number):
    assert read(title, number) == (str(number), [])


def test_nine_digits_in_another_column_stay_as_they_are():
    assert read("Référence", 612345678) == ("612345678", [])
    assert read("Note", 612345678) == ("612345678", [])


@pytest.mark.parametrize("cell", [2, "2", " 2 ", "2.0", "2.00", "\u00a02\n"])
def test_a_whole_number_is_a_type(cell):
    assert read("Type", cell) == (2, [])


@pytest.mark.parametrize("number", ContactType.values)
def test_each_type_is_accepted_as_number_and_as_text(number):
    assert read("Type", number) == read("Type", str(number)) == (number, [])


@pytest.mark.parametrize(
    "cell",
    [
        *(0, 7, -1, 10**30),
        *("0", "7", "-1", "+2", "2.5", "2,0", "2,5", "6.", ".2", "2.0.0", "2e0", "1 2"),
        *("deux", "true", "TRUE", "VRAI", "2 : Commandes"),
        *("²", "٢", "\uff12", "9" * 5000, "2." + "0" * 5000),
    ],
)
def test_anything_else_is_no_type(cell):
    said = refusal("Type", cell)
    assert said == f"« {brief(cell)} » n'est pas un type ; indiquez un nombre entier de 1 à 6."


@pytest.mark.parametrize("cell", ["", "  ", "\n"])
def test_an_empty_type_is_refused(cell):
    assert refusal("Type", cell) == "la cellule est vide ; indiquez un nombre entier de 1 à 6."


@pytest.mark.parametrize(
    ("title", "longest"),
    [("Dénomination", 200), ("Note", 5000), ("Fonction", 200), ("Tel", 200), ("Fax", 50)],
)
def test_a_text_may_be_as_long_as_its_field_and_no_longer(title, longest):
    assert Contact._meta.get_field(BY_TITLE[title].field).max_length == longest
    assert read(title, f" {'é' * longest} ") == ("é" * longest, [])
    said = refusal(title, "é" * (longest + 1))
    assert f"fait {longest + 1} caractères ; raccourcissez-le à {longest} au plus" in said


@pytest.mark.parametrize(
    ("local", "label", "is_one"),
    [(50, 60, True), (64, 63, True), (65, 10, False), (10, 64, False), (61, 61, True)],
)
def test_the_parts_of_a_long_mail_address_have_their_bounds(local, label, is_one):
    address = f"{'a' * (local - 2)}.b@{'c' * label}.exemple.fr"
    if is_one:
        assert read("Mail", address) == (address, [])
    else:
        assert "n'est pas une adresse mail" in refusal("Mail", address)


def test_a_mail_address_may_be_as_long_as_its_field_and_no_longer():
    domain = ".".join(["d" * 60] * 4)
    longest = f"{'a' * (253 - len(domain))}@{domain}"
    assert read("Mail", longest) == (longest, [])
    assert "fait 255 caractères ; raccourcissez-le à 254 au plus" in refusal("Mail", "a" + longest)


@pytest.mark.parametrize("title", ["Dénomination", "Note", "Fonction", "Tel", "Fax"])
@pytest.mark.parametrize(
    ("character", "code"),
    [("\0", "0000"), ("\x1b", "001B"), ("\x7f", "007F"), ("\ufffe", "FFFE"), ("\ud800", "D800")],
)
def test_a_character_that_no_file_can_hold_is_refused(title, character, code):
    said = refusal(title, f"a{character}b")
    assert f"« a�b » contient un caractère invisible interdit (code U+{code})" in said


@pytest.mark.parametrize(
    "text",
    [
        "a\tb",
        "a\u00a0b",
        "a\u200bx",
        "a \u202ecba\u202c d",
        "\U0001f469\u200d\U0001f33e",
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        "\u2764\ufe0f",
    ],
)
def test_other_invisible_characters_are_accepted(text):
    assert read("Note", text) == (text, [])


def test_what_was_found_is_told_on_one_short_line_without_invisible_characters():
    assert brief(" a\n b\u2028c\x1bd ") == "a b c�d"
    assert brief("x" * 60) == "x" * 60
    assert brief("x" * 61) == "x" * 59 + "…"


@settings(max_examples=300, deadline=None)
@given(st.tuples(st.text("aB9._+-@", max_size=12), st.text("aB9.-", max_size=20)))
@example(("a.b+c_d-e", "x-y.z9.fr"))
@example(("a", f"{'b' * 55}.fr"))
@example(("a" * 60, f"{'b' * 60}.{'c' * 60}.{'d' * 60}.fr"))
@example(("a" * 32 + "." + "a" * 32, "b.fr"))
@example(("a", f"{'b' * 64}.fr"))
def test_addresses_that_are_taken_quickly_are_those_that_the_check_accepts(parts):
    address = "@".join(parts)
    if _is_usual_email(address):
        check_address(address)


ODD = ["", " ", "\u00a0", ";", "; ", " ;", "a", "\n", "\r\n", "\t", "\0", "é", "x" * 60]


@settings(max_examples=500, deadline=None)
@given(st.lists(st.sampled_from(ODD), max_size=6).map("".join))
def test_texts_that_are_taken_quickly_are_what_they_would_be_anyway(text):
    for title, expected in (("Fonction", one_line(text)), ("Tel", canonical_phones(text))):
        column = next(column for column in COLUMNS if column.title == title)
        try:
            assert column.read(text, lambda _: None) == expected
        except CellRefused:
            assert len(expected) > 200 or FORBIDDEN.search(expected)


@pytest.mark.parametrize("title", ["Dénomination", "Fonction", "Fax"])
def test_a_line_break_becomes_a_space_with_a_warning(title):
    value, (warning,) = read(title, " un \r\n\n deux\u2028trois ")
    assert value == "un deux trois"
    assert "est lu sur une seule : « un deux trois »" in plain(warning)


def test_line_breaks_at_the_ends_are_no_lines():
    assert read("Fonction", "\n\u2028un\x0b") == ("un", [])


def test_a_line_break_parts_two_phone_numbers():
    assert read("Tel", "06 11\n07 55") == ("06 11;07 55", [])


@pytest.mark.parametrize(
    ("title", "cell", "value"),
    [
        ("Mail", "a@x\u00ad.fr", "a@x.fr"),
        ("Tel", "06\u200b 1", "06 1"),
        ("Fax", "\u202a06 1\u202c", "06 1"),
        ("Type", "\u200b2", 2),
    ],
)
def test_invisible_characters_go_from_within(title, cell, value):
    assert read(title, cell) == (value, [])


@pytest.mark.parametrize("title", ["Tel", "Fax"])
@pytest.mark.parametrize("cell", ["6,12346E+08", "6.1E+8", "3,36E+10", " 1E-05 ", "612e+3"])
def test_a_number_that_a_spreadsheet_has_shortened_is_an_error(title, cell):
    assert f"« {cell.strip()} » n'est plus un numéro" in refusal(title, cell)


@pytest.mark.parametrize("cell", ["1e5", "poste E", "06 1E", "E+3"])
def test_a_phone_with_an_e_is_a_phone(cell):
    assert read("Tel", cell) == (cell, [])


@pytest.mark.parametrize("title", ["Référence", "Dénomination", "Note", "Fonction", "Tel", "Fax"])
def test_a_text_written_as_a_formula_is_what_it_shows(title):
    assert read(title, '="0612345678"') == ("0612345678", [])


def test_a_mail_and_a_type_written_as_a_formula_are_what_they_show():
    assert read("Mail", '="a@x.fr"') == ("a@x.fr", [])
    assert read("Type", '="2"') == (2, [])


@pytest.mark.parametrize("title", ["Référence", "Tel", "Fax"])
def test_an_apostrophe_before_a_number_is_no_part_of_it(title):
    assert read(title, "'0612") == ("0612", [])


@pytest.mark.parametrize(
    "cell",
    [
        *("#N/A", "#REF!", "#VALUE!", "#VALEUR!", "#VALEUR\u00a0!", "#NOM?", "#DIV/0!", "#NUL!"),
        *("#NOMBRE!", "#N/D", "Err:502", "Err\u00a0:502", " #N/A ", "####"),
    ],
)
def test_a_text_that_looks_like_the_error_of_a_formula_is_a_warning(cell):
    for title in ("Dénomination", "Note", "Tel"):
        value, (warning,) = read(title, cell)
        assert value == cell.strip()
        assert "ressemble à l'erreur d'une formule" in plain(warning)


@pytest.mark.parametrize("cell", ["#1", "Erreur", "Errol", "# 12", "12 #REF!", "Err:5"])
def test_other_texts_with_a_hash_are_texts(cell):
    assert read("Dénomination", cell) == (cell, [])


def test_a_formula_without_a_result_is_empty_with_a_warning():
    value, (warning,) = read("Note", FormulaError(""))
    assert (value, "n'a pas de résultat enregistré" in plain(warning)) == ("", True)


@pytest.mark.parametrize("cell", ["200 %", "200,00%", "02/01/1900", "1900-01-02"])
def test_a_percentage_or_a_date_is_no_type(cell):
    assert f"« {cell} » n'est pas un type" in refusal("Type", cell)


def test_a_character_of_an_address_that_cannot_be_seen_is_named():
    said = refusal("Mail", "no\u00a0ra@x.fr")
    assert "elle contient : espace insécable (U+00A0)" in said
