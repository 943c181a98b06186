"""Texts that were typed, in the HTML of a mail: links, columns, and nothing else of HTML."""

from pathlib import Path

import pytest
from django.utils.html import strip_tags
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from mailing.templatetags.typed_text import typed_text

CASES = Path(__file__).parents[1] / "cases"


def links(text):
    shown = html.fragment_fromstring(str(typed_text(text)), create_parent=True)
    return {each.text_content(): each.get("href") for each in shown.iter("a")}


def test_columns_stand_and_an_address_is_a_link():
    """The file 50_columns_and_link.txt of tests/cases/."""
    text = (CASES / "50_columns_and_link.txt").read_text(encoding="utf-8")
    shown = typed_text(text)
    assert '<pre style="white-space: pre-wrap">Pommes      12 kg   31,20 EUR\n' in shown
    assert '<pre style="white-space: pre-wrap">    Total           42,20 EUR</pre>' in shown
    assert shown.startswith("<p>Bonjour,</p>")
    address = "https://exemple.test/suivi?bl=12&c=3"
    assert links(text) == {address: address}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Voir https://x.fr/a.", {"https://x.fr/a": "https://x.fr/a"}),
        ("(http://x.fr/é?q=«a»)", {"http://x.fr/é?q=": "http://x.fr/é?q="}),
        ("www.x.fr, merci", {"www.x.fr": "https://www.x.fr"}),
        ("Écrivez à bureau@x.fr.", {"bureau@x.fr": "mailto:bureau@x.fr"}),
        ("élise@straße.fr", {"élise@straße.fr": "mailto:%C3%A9lise@stra%C3%9Fe.fr"}),
        ('https://x.fr/"onclick="x', {"https://x.fr/": "https://x.fr/"}),
        ("javascript://x.fr/%0aalert(1) data:text/html,x a@b @c d@", {}),
        ("a@x.fr;b@y.fr", {"a@x.fr": "mailto:a@x.fr", "b@y.fr": "mailto:b@y.fr"}),
    ],
)
def test_what_is_a_link(text, wanted):
    assert links(text) == wanted


@given(st.text(st.sampled_from("a@.:/?&<>\"' \n\tw-éhtps=1"), max_size=200))
def test_every_text_is_escaped_and_whole(text):
    shown = str(typed_text(text))
    tree = html.fragment_fromstring(shown, create_parent=True)
    assert {each.tag for each in tree.iter()} <= {"div", "p", "pre", "br", "a"}
    for link in tree.iter("a"):
        assert link.get("href").startswith(("http://", "https://", "mailto:"))
        assert set(link.keys()) == {"href"}
    assert "".join(tree.text_content().split()) == "".join(text.split())
    assert strip_tags(shown).count("<") == 0


@pytest.mark.parametrize("letter", ["a", "@", ".", "!", "a@", "a.", "www.", "https://", " ", "\n"])
def test_a_long_row_of_any_letters_is_looked_through_in_one_go(letter):
    text = letter * (50_000 // len(letter))
    assert strip_tags(typed_text(text)) is not None
