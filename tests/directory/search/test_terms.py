"""What a query is read as."""

import pytest

from directory.search.terms import MOST_TERMS, read_query, search_terms


@pytest.mark.parametrize(
    ("typed", "terms"),
    [
        ("  Épicerie DU 1.2 ", [("epicerie",), ("du",), ("1.2", "12")]),
        (" 04 78.12 ;06", [("04 78.12", "047812"), ("06",)]),
        ("+33 6 12", [("+33 6 12", "0612")]),
        ("14 2000", [("14",), ("2000",)]),
        ("LOT-2024-117", [("lot 2024 117",)]),
        ("2024", [("2024",)]),
        ("12 06 2024", [("12",), ("06",), ("2024",)]),
        ("dupont 06 31 32", [("dupont",), ("06 31 32", "063132")]),
        ("0631323334", [("0631323334", "631323334")]),
        ("s.a.r.l.", [("sarl", "s.a.r.l.")]),
        ("Anne <anne@x.fr>, Bruno <b@x.fr>", [("anne@x.fr",), ("b@x.fr",)]),
        ("lac - - lac", [("lac",)]),
        ("/", [("/",)]),
        ("\u200b \u00ad", []),
        ("", []),
    ],
)
def test_words_numbers_and_addresses_become_their_terms(typed, terms):
    assert search_terms(typed) == terms


def test_a_word_typed_twice_is_looked_for_once():
    assert read_query("e E é e e\u0301 a") == ([("e",), ("a",)], False)


def test_words_beyond_the_most_are_left_out():
    words = [f"mot{number}" for number in range(MOST_TERMS + 1)]
    terms, has_more = read_query(" ".join(words))
    assert (terms, has_more) == ([(word,) for word in words[:-1]], True)
    assert not read_query(" ".join(words[:-1])).has_more
