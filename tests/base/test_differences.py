"""The words that differ between two values, marked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from base import differences
from base.differences import compare


def marked(pieces):
    return "".join(f"[{text}]" if differs else text for text, differs in pieces)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("le matin, jamais le lundi", "le soir, jamais le lundi", ("[matin,]", "[soir,]")),
        ("06 00 00 00 00", "07 11 22 33 44", ("[06 00 00 00 00]", "[07 11 22 33 44]")),
        ("", "Nora", ("", "[Nora]")),
        ("Nora", "", ("[Nora]", "")),
        ("a b", "a  b", ("a[ ]b", "a[  ]b")),
        ("a\nb", "a\nb\nc", ("a\nb", "a\nb[\nc]")),
        ("a a", "a", ("a[ a]", "a")),
    ],
)
def test_whole_words_that_differ_are_marked(old, new, expected):
    before, after = map(marked, compare(old, new))
    assert expected[0] in before
    assert expected[1] in after
    assert (before.count("["), after.count("[")) == tuple(text.count("[") for text in expected)


@given(st.text("ab \n"), st.text("ab \n"))
def test_the_pieces_are_the_texts(old, new):
    before, after = compare(old, new)
    assert ("".join(text for text, _ in before), "".join(text for text, _ in after)) == (old, new)
    if old == new:
        assert not any(differs for _, differs in [*before, *after])


def test_very_long_texts_are_not_compared_word_by_word(monkeypatch):
    monkeypatch.setattr(differences, "SequenceMatcher", None)
    words = " ".join(str(n) for n in range(1_000))
    before, after = compare(f"même {words} fin", f"même {words[::-1]} fin")
    assert [piece.differs for piece in before] == [False, True, False]
    assert after[1].text == words[::-1]


def test_only_fields_that_differ_are_named_in_their_order():
    before = {"Nom": "Nora", "Fax": "", "Note": "x"}
    found = differences.differences(before, {"Note": "", "Nom": "Nora", "Fax": "01"})
    assert [(field.title, marked(field.before), marked(field.after)) for field in found] == [
        ("Fax", "", "[01]"),
        ("Note", "[x]", ""),
    ]
