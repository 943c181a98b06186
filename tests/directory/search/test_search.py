"""Whom the search finds, and whom it shows first."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contacts.models import Contact
from directory.search import ranking as search
from directory.search.index import index_changes
from directory.search.ranking import find_first, matching_members
from directory.search.terms import search_terms
from members.models import Member
from tests.factories import ContactFactory, MemberFactory

pytestmark = pytest.mark.django_db

ALPHABET = "aàzéq0'\"%_*-.@ \\:()œ€ß"
TEXTS = st.text(ALPHABET, max_size=8)


def found(text, members=None) -> list[str]:
    """Return the references that the search shows, having held them against those that match."""
    members = Member.objects.all() if members is None else members
    first = find_first(members, text)
    assert set(first.keys) == set(matching_members(members, text).values_list("pk", flat=True))
    references = dict(Member.objects.values_list("pk", "reference"))
    return [references[key] for key in first.keys]


@pytest.fixture(params=["indexed", "not yet indexed"])
def settle(request):
    """Bring the index up to date, or leave it to the search to look into what is new."""
    return index_changes if request.param == "indexed" else lambda: None


@pytest.fixture
def small_screen(monkeypatch):
    """Three members are already many."""
    monkeypatch.setattr(search, "MOST", 2)


def add_lacs():
    MemberFactory(reference="X4", name="Auberge de la Balacière")
    MemberFactory(reference="X3", name="Zone du lac")
    MemberFactory(reference="X2", name="Lacombe")
    MemberFactory(reference="LAC-1", name="Moulin")
    MemberFactory(reference="LAC", name="Vergers")
    contact = ContactFactory(member__reference="X5", member__name="Ferme", name="Anne Lacroix")
    ContactFactory(member=contact.member, name="Paul Belacq")
    MemberFactory(reference="X6", name="Cave")


def test_the_best_matches_come_first(settle):
    add_lacs()
    settle()
    assert found("lac") == ["LAC", "X2", "LAC-1", "X5", "X3", "X4"]
    assert found("LÀC") == found("lac")


def test_several_words_are_ranked_together(settle):
    MemberFactory(reference="1", name="Belle Ferme des Prés")
    MemberFactory(reference="2", name="Ferme Belle")
    MemberFactory(reference="3", name="Abelle en Ferme")
    ContactFactory(member__reference="4", member__name="Ferme Z", name="Anne Belle")
    settle()
    assert found("ferme belle") == ["2", "1", "4", "3"]


def test_among_many_those_that_the_text_begins_come_first(settle, small_screen):
    add_lacs()
    settle()
    first = find_first(Member.objects.all(), "lac")
    assert first.has_more
    assert [Member.objects.get(pk=key).reference for key in first.keys] == ["LAC", "X2"]


def test_among_many_the_screen_is_filled_with_others(settle, small_screen):
    MemberFactory.create_batch(3, name="Abelac")
    best = MemberFactory(name="Lacombe")
    settle()
    first = find_first(Member.objects.all(), "lac")
    assert (first.keys[0], len(first.keys), first.has_more) == (best.pk, 2, True)


@pytest.mark.parametrize("order", [None, lambda members: members.order_by("city")])
@pytest.mark.parametrize("text", ["lac", "acom"])
@pytest.mark.parametrize(("number", "has_more"), [(1, False), (2, False), (3, True)])
def test_more_than_fit_the_screen_are_told_from_just_as_many(
    settle, small_screen, number, has_more, text, order
):
    MemberFactory.create_batch(number, name="Lacombe")
    settle()
    first = find_first(Member.objects.all(), text, order)
    assert (len(first.keys), first.has_more) == (min(number, 2), has_more)


@pytest.mark.parametrize("before", ["Le ", "Belle-", "L'", "Est.", "A@"])
def test_a_word_begins_after_any_sign_that_parts_words(settle, before):
    MemberFactory(reference="2", name="Aabeille")
    MemberFactory(reference="1", name=f"{before}abeille")
    settle()
    assert found("abeille") == ["1", "2"]


@pytest.mark.parametrize("text", ["a", "ab", "abe", "abe 06"])
def test_among_many_a_filter_loses_nobody(settle, small_screen, text):
    MemberFactory.create_batch(9, name="Abelac", phone="06")
    ContactFactory.create_batch(9, name="Abel", member__phone="06")
    rare = MemberFactory(name="Zabel", kind="individual", phone="06")
    settle()
    first = find_first(Member.objects.filter(kind="individual"), text)
    assert (first.keys, first.has_more) == ([rare.pk], False)


@pytest.mark.parametrize("text", ["ab", "abe", "06", "abe 06"])
def test_among_many_another_order_is_exact(settle, small_screen, text):
    for number in range(4):
        MemberFactory(name="Abel", city=f"Lyon {9 - number}", phone="06")
    settle()
    first = find_first(Member.objects.all(), text, lambda members: members.order_by("city"))
    shown = [Member.objects.get(pk=key).city for key in first.keys]
    assert (shown, first.has_more) == (["Lyon 6", "Lyon 7"], True)


def test_a_member_with_many_contacts_that_match_counts_once(settle, small_screen):
    member = MemberFactory(reference="M")
    ContactFactory.create_batch(30, member=member, name="Lac")
    ContactFactory(member__reference="Z", name="Lac")
    settle()
    assert found("lac") == ["M", "Z"]


@pytest.mark.parametrize(
    "text",
    [
        "%", "_", "\\", '"', "*", "'", "^", ":", "(", ")", "{", "[", ".", "+", "|", "?", "$",
        "a%", "%a", '"a', "a*", "a_b", "a\\b", "ab.c", "[a", "a|b", "^a", "a$",
        "abc*", '"abc"', "AND", "a AND b", "NOT abc", "abc OR def", "NEAR(abc)", "search_text:abc",
        "~abc", "+abc", "^abc", "abc%", "_bc", "abc'; --", "{abc}", "a.c", "€", "ß", "Ж", "日本",
    ],
)  # fmt: skip
def test_no_character_means_anything_but_itself(settle, text):
    MemberFactory(reference="1", name="abc axb a-b and or not near def")
    ContactFactory(member__reference="2", member__name="Zoo", name="abc axb def")
    settle()
    words = text.lower().split()
    expected = [
        reference
        for reference, texts in {
            "1": "1 abc axb a-b and or not near def ",
            "2": "2 zoo abc axb def",
        }.items()
        if all(word in texts for word in words)
    ]
    assert found(text) == expected
    MemberFactory(reference="3", name=f"x{text}y {text}")
    settle()
    assert found(text)[-1] == "3"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(names=st.lists(st.tuples(TEXTS, TEXTS), max_size=4), query=TEXTS)
def test_it_finds_what_a_plain_look_finds(settle, names, query):
    Member.objects.all().delete()
    for number, (name, contact) in enumerate(names):
        member = MemberFactory(reference=f"#{number}", name=f"n{name}")
        ContactFactory(member=member, name=contact)
    settle()
    terms = search_terms(query)
    expected = {
        member.reference
        for member in Member.objects.prefetch_related("contacts")
        if all(
            any(
                spelling in text
                for spelling in term
                for text in (member.search_text, *(c.search_text for c in member.contacts.all()))
            )
            for term in terms
        )
    }
    references = matching_members(Member.objects.all(), query).values_list("reference", flat=True)
    assert set(references) == expected
    if terms:
        assert set(found(query)) == expected


@pytest.mark.parametrize("text", ["c", "co", "contact", "contact x.fr", "06 12"])
def test_a_thousand_members_take_few_queries_and_two_thousand_no_more(text):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert find_first(Member.objects.all(), text).keys
        return len(captured)

    add_members(10)
    at_ten = queries()
    add_members(390)
    assert queries() == at_ten
    add_members(600)
    at_thousand = queries()
    assert at_thousand <= 18
    add_members(1_000)
    assert queries() == at_thousand


def add_members(number):
    members = Member.objects.bulk_create(MemberFactory.build_batch(number))
    Contact.objects.bulk_create(
        ContactFactory.build(
            member=member, position=1, name="Contact", email="contact@x.fr", phones="06 12"
        )
        for member in members
    )
