"""The canonical forms of texts."""

import pytest
from hypothesis import given

from base.characters import bare_line, canonical, canonical_phones, one_line, reference_key
from tests.texts import texts


@given(texts(200))
def test_each_form_leaves_its_own_results_alone(text):
    for form in (canonical, one_line, bare_line, reference_key, canonical_phones):
        assert form(form(text)) == form(text)


@given(texts(200))
def test_only_the_form_of_several_lines_has_any(text):
    for form in (one_line, bare_line, reference_key, canonical_phones):
        assert len(form(text).splitlines()) <= 1
    assert canonical(text).splitlines() == canonical(text).split("\n") or not canonical(text)


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("\ufeff\u200b Nora \u200e\u00ad", "Nora"),
        ("E\u0301ric", "\u00c9ric"),
        ("un\r\n\r\ndeux\rtrois", "un\n\ndeux\ntrois"),
        ("un\u2028deux\x85trois\x0bquatre\x0ccinq", "un\ndeux\ntrois\nquatre\ncinq"),
        ('="00042"', "00042"),
        ('="dit ""oui"""', 'dit "oui"'),
        ('="a"&"b"', '="a"&"b"'),
        ("\U0001f469\u200d\U0001f33e", "\U0001f469\u200d\U0001f33e"),
        ("\u2764\ufe0f", "\u2764\ufe0f"),
        ("\u0645\u06cc\u200c\u062e\u0648", "\u0645\u06cc\u200c\u062e\u0648"),
    ],
)  # fmt: skip
def test_a_text_is_composed_without_what_nobody_sees_at_its_ends(text, stored):
    assert canonical(text) == stored


def test_a_text_of_one_line_has_a_space_for_each_line_break():
    assert one_line(" Nora \r\n\n\t Blin\u2028de\x0brang ") == "Nora Blin de rang"


@pytest.mark.parametrize(
    "text", ["\u200bC\u00ad1 2", "C1\u00a02", "C1  2\ufeff", "\u202aC1 2\u202c", "C1\n2", '="C1 2"']
)
def test_references_that_look_the_same_are_the_same(text):
    assert reference_key(text) == "C1 2"


@pytest.mark.parametrize(
    ("phones", "stored"),
    [
        ("06 11\n07 55", "06 11;07 55"),
        ("06 11 ;\r\n\r\n; 07 55\u2028", "06 11;07 55"),
        ("06 11\u037e07 55", "06 11;07 55"),
        ("'06 11;''+33 7 55", "06 11;+33 7 55"),
        ("\u202a06\u200b 11\u202c", "06 11"),
        ('="06 11"', "06 11"),
        (" 01 02 ; 03.04;", "01 02;03.04;"),
    ],
)
def test_line_breaks_part_phone_numbers(phones, stored):
    assert canonical_phones(phones) == stored
