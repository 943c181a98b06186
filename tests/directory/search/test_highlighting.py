"""Marking the words of a search in what the screen shows."""

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory.search.highlighting import mark, mark_phones
from directory.search.terms import search_terms

TEXTS = st.text("aéœE\u0301'<>&\"1 +;.-", max_size=12)


@pytest.mark.parametrize(
    ("text", "query", "expected"),
    [
        ("Épicerie", "epi", "<mark>Épi</mark>cerie"),
        ("Re\u0301f 1", "ref", "<mark>Re\u0301f</mark> 1"),
        ("Re\u0301f 1", "re", "<mark>Re\u0301</mark>f 1"),
        ("Cœur", "o", "C<mark>œ</mark>ur"),
        ("Cœur", "eu", "C<mark>œu</mark>r"),
        ("L’Épi", "l'é", "<mark>L’É</mark>pi"),
        ("anne anne", "anne", "<mark>anne</mark> <mark>anne</mark>"),
        ("abcd", "abc bcd", "<mark>abcd</mark>"),
        ("abcd", "x", "abcd"),
        ("a<b>&", "<b>", "a<mark>&lt;b&gt;</mark>&amp;"),
        ("&amp;", "amp", "&amp;<mark>amp</mark>;"),
    ],
)
def test_words_are_marked_as_they_are_written(text, query, expected):
    assert mark(text, search_terms(query)) == expected


@pytest.mark.parametrize(
    ("numbers", "query", "expected"),
    [
        ("06 39.98", "0639", "<mark>06 39</mark>.98"),
        ("+33 6 39 98", "06 39", "<mark>+33 6 39</mark> 98"),
        ("0033639", "06", "<mark>00336</mark>39"),
        ("+33 6 39 98", "3998", "+33 6 <mark>39 98</mark>"),
        ("01;06 12", "+33 6 12", "01;<mark>06 12</mark>"),
        ("01 02", "1;2", "0<mark>1</mark> 0<mark>2</mark>"),
        ("<b>1", "1", "&lt;b&gt;<mark>1</mark>"),
    ],
)
def test_phones_are_marked_however_typed(numbers, query, expected):
    assert mark_phones(numbers, search_terms(query)) == expected


@given(text=TEXTS, query=TEXTS)
def test_marking_changes_nothing_else(text, query):
    for marked in (mark(text, search_terms(query)), mark_phones(text, search_terms(query))):
        plain = re.sub("</?mark>", "", marked)
        assert "<" not in plain
        assert unescape(plain) == text
