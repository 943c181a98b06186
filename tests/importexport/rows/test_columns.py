import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from base.addresses import check_address
from base.characters import FORBIDDEN, canonical_phones, one_line
from contacts.models import CONTACT_FIELDS, Contact, ContactType
from importexport.rows.columns import COLUMNS
from importexport.rows.sheet import guide_rows
from importexport.rows.values import _USUAL_EMAIL, CellRefused, brief
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
    (explanation,) = [words for title, _, words in guide_rows() if title == "Type"]
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
def test_addresses_that_are_taken_quickly_are_those_that_the_check_accepts(parts):
    address = "@".join(parts)
    if len(address) <= 60 and _USUAL_EMAIL.fullmatch(address):
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
