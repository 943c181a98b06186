"""A query of very many words costs no more than one of some."""

import re

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from contacts.models import Contact
from directory.search.ranking import find_first, matching_members
from directory.search.terms import MOST_TERMS
from mailing.messages.selection import selection_from
from members.models import Member
from tests.factories import ContactFactory, MemberFactory
from tests.pages import text

pytestmark = pytest.mark.django_db
LETTERS = "abcdefghijklmnopqrstuvwxyz"
# What somebody sent to stop the site: a hundred words of one letter.
HUNDRED = " ".join(letter for _ in range(4) for letter in LETTERS)[:199]


@pytest.fixture(autouse=True)
def crowd():
    members = Member.objects.bulk_create(
        MemberFactory.build(name=f"Zythum {LETTERS} {number}") for number in range(50)
    )
    Contact.objects.bulk_create(
        ContactFactory.build(member=member, position=1, name=LETTERS) for member in members
    )


def searches(work) -> int:
    """Count how often a text is looked for in the statements that the work runs."""
    with CaptureQueriesContext(connection) as captured:
        work()
    conditions = re.compile(r"search_text\W*(?:::text)?\W*\)? (?:LIKE|~)|instr\(| MATCH |term >=")
    return sum(len(conditions.findall(query["sql"])) for query in captured)


@pytest.mark.parametrize("words", [HUNDRED, "e " * 99, HUNDRED[:150] + " zythum"])
@pytest.mark.parametrize(
    "work",
    [
        lambda words: find_first(Member.objects.all(), words),
        lambda words: matching_members(Member.objects.all(), words).count(),
    ],
)
def test_a_hundred_words_are_looked_for_as_often_as_the_first_of_them(words, work):
    first = " ".join(list(dict.fromkeys(words.split()))[:MOST_TERMS])
    number = searches(lambda: work(first))
    assert 0 < number == searches(lambda: work(words))
    assert number <= 30 * MOST_TERMS


def test_all_that_is_found_is_looked_for_once_however_often_it_is_counted(back_office):
    """A message counts its members, names those it does not reach, and lists them."""
    parameters = QueryDict(mutable=True)
    parameters.update({"to": "search", "screen": f"q={HUNDRED}"})
    selection = selection_from(parameters)
    assert searches(lambda: (selection.members.count(), list(selection.members))) == 0
    once = searches(lambda: selection_from(parameters))
    address = f"/messages/nouveau/?{parameters.urlencode()}"
    assert 0 < once == searches(lambda: back_office.get(address))


def test_the_screen_says_that_words_were_left_out(back_office):
    said = f"Seuls les {MOST_TERMS} premiers mots différents ont été cherchés."
    assert said in text(back_office.get("/membres/", {"q": HUNDRED}))
    assert said not in text(back_office.get("/membres/", {"q": "e " * 99}))
