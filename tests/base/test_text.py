import unicodedata

import pytest
from django.db import connection
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from base.text import fold, fold_with_places, phone_digits, searchable, sort_key

# What people type, and what pages and other programs paste. Newer letters than these may be folded
# by one Unicode and not by the other.
LETTERS = st.characters(codec="utf-8", max_codepoint=0x24F, exclude_characters="\0")
SIGNS = st.characters(
    min_codepoint=0x2000, max_codepoint=0x22FF, exclude_categories=["Cn", "Co"]
) | st.sampled_from("´ʼʹ\u0301\ufeff\ufe0fﬁﬆ\uff0d\uff10Ω.&'- ")
TEXTS = st.text(LETTERS | SIGNS, max_size=40)
ACRONYMS = st.text("aB1é.@- ", max_size=12)
NUMBERS = st.text("0123+ ()-./,;_\t\n\u00a0\u2013px", max_size=24)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Éric Çelik, Œuvre", "eric celik, oeuvre"),
        ("Re\u0301f", "ref"),
        ("GASTSTÄTTE WEIẞ, Weiß", "gaststatte weiss, weiss"),
        ("Łukasz Đorđević Ørsted Æbler", "lukasz dordevic orsted aebler"),
        ("Bel\u00adle\u200b-Vue \u202a–\u202c Lac", "belle vue lac"),
        ("L’a l‘a lʼa l´a l`a l′a", "l'a l'a l'a l'a l'a l'a"),
        ("Conﬁdent", "confident"),
        ("S.A.R.L. Dubreuil", "sarl dubreuil"),
        ("e.d.f", "edf"),
        ("J. Dupont, j.dupont@x.fr", "j. dupont, j.dupont@x.fr"),
        ("12.5.3 A.12", "12.5.3 a.12"),
        ("Durand&Fils & Cie", "durand et fils et cie"),
        ("« n° 5 »", '" no 5 "'),
        (" a\n\tb\u00a0 c ", "a b c"),
    ],
)
def test_what_a_reader_takes_for_the_same_is_folded_to_the_same(text, folded):
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("numbers", "digits"),
    [
        ("+33 6 12-34;04.78", "061234 0478"),
        ("+33 (0)6 31 32 33 34", "0631323334"),
        ("0033 6 31 32 33 34", "0631323334"),
        ("33631323334", "0631323334"),
        ("+33 06 31", "0631"),
        ("(+33) 6 31", "0631"),
        ("tél. 0033 6 31", "0631"),
        ("\u202a06\u00a031\u201232\u202c", "063132"),
        ("\uff10\uff16", "06"),
        ("01 40 00 33 12", "0140003312"),
        ("06 33 12 34 56", "0633123456"),
        ("+32 (0)2 123", "322123"),
        ("01/40/00/00/01", "0140000001"),
        ("01 40 00 00 01 poste 12", "0140000001 12"),
        ("+33 1 51 52 53 54 / +33 6 61 62 63 64", "0151525354 0661626364"),
        ("accueil", ""),
        (";;04;", "04"),
    ],
)
def test_a_phone_is_its_digits_however_typed(numbers, digits):
    assert phone_digits(numbers) == digits


def test_texts_are_sorted_as_a_french_reader_expects():
    texts = [
        "C9", "Ouvrage", "Éclair 12", "c10", "Œuvre", "KZ-9", "10e rue", "éclair 2", "2e rue",
        "ks-1", "C 10", "Eclair", "02 rue", "", "1re rue",
    ]  # fmt: skip
    expected = [
        "", "1re rue", "02 rue", "2e rue", "10e rue", "C 10", "C9", "c10", "Eclair", "éclair 2",
        "Éclair 12", "ks-1", "KZ-9", "Œuvre", "Ouvrage",
    ]  # fmt: skip
    assert sorted(texts, key=sort_key) == expected


def test_a_number_is_sorted_by_its_value_however_long():
    numbers = ["9", "100000000000000", "10", "0", "99999999999999", "0123456789"]
    assert sorted(numbers, key=sort_key) == sorted(numbers, key=int)


@pytest.mark.django_db
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=TEXTS | ACRONYMS, numbers=NUMBERS | TEXTS)
@example(words="İ ΑΣ ẞ ǅ ŉ", numbers="+33(0)06;06(0)+33 6;33 612345678")
def test_the_database_computes_the_same_text_as_python(words, numbers):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT searchable_text(%s, %s), sort_key(%s)", [words, numbers, words + numbers]
        )
        assert cursor.fetchone() == (searchable(words, numbers), sort_key(words + numbers))


@given(numbers=NUMBERS)
@example(numbers="+33(0)06")
@example(numbers="06(0)+33 6;")
@example(numbers="1;33123456789")
def test_the_quick_way_for_most_phones_gives_what_the_general_one_gives(numbers):
    # A letter at the end keeps from the quick way.
    assert phone_digits(numbers) == phone_digits(f"{numbers};x")


@given(text=TEXTS)
def test_case_accents_and_composition_do_not_count(text):
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


@given(text=TEXTS | ACRONYMS)
def test_marking_folds_as_the_search_does(text):
    folded, places = fold_with_places(text)
    assert folded == fold(text)
    assert len(folded) == len(places)
    assert places == sorted(places)
