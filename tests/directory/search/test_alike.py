"""What is found alike: each line is a text that is stored, what is typed, and whether it finds it.

On both databases, as soon as it is written and once the index knows it.
"""

import pytest

from directory.search.index import index_changes
from directory.search.ranking import find_first, matching_members
from members.models import Member
from tests.factories import ContactFactory, MemberFactory

pytestmark = pytest.mark.django_db

WORDS = [
    # The cases of other programs' reports, search_cases.py.
    ("Gaststätte Weiß", "weiss", True),
    ("Łukasz Wróbel", "lukasz", True),
    ("Lyon – Bellecour", "lyon - bellecour", True),
    ("Ferme Belle Vue", "belle-vue", True),
    ("Bou\u00adlangerie Ducros", "boulangerie ducros", True),
    ("L'Atelier d'Aude", "l‘atelier", True),
    ("L'Usine", "lʼusine", True),
    ("Hangar 14 / 2000", "14 2000", True),
    ("Traiteur Đorđević", "dordevic", True),
    ("S.A.R.L. Dubreuil", "sarl dubreuil", True),
    ("Cave du Conﬁdent", "confident", True),
    # The same kinds, and back.
    ("Gaststätte Weiss", "weiß", True),
    ("STRASSE", "straße", True),
    ("Lukasz", "Łukasz", True),
    ("Oresund", "øresund", True),
    ("Øresund", "oresund", True),
    ("Dordevic", "đorđević", True),
    ("Cœur d'Æther", "coeur d'aether", True),
    ("Coeur d'Aether", "cœur d’æther", True),
    ("Confident", "conﬁdent", True),
    ("Éric", "e\u0301ric", True),
    ("E\u0301ric", "éric", True),
    ("Belle-Vue", "belle vue", True),
    ("Belle\u2011Vue", "belle-vue", True),
    ("Belle – Vue", "belle-vue", True),
    ("Belle-Vue", "belle—vue", True),
    ("Belle\u00a0Vue", "belle-vue", True),
    ("Vue Belle", "belle-vue", False),
    ("L’Atelier", "l'atelier", True),
    ("L´Atelier", "l’atelier", True),
    ("LʼAtelier", "l´atelier", True),
    ("Boulangerie", "bou\u00adlan\u200bgerie", True),
    ("\u202aBoulangerie\u202c", "boulangerie", True),
    ("SARL Dubreuil", "s.a.r.l. dubreuil", True),
    ("S.A.R.L Dubreuil", "S.A.R.L. Dubreuil", True),
    ("E.A.R.L. du Lac", "earl lac", True),
    ("Durand & Fils", "durand et fils", True),
    ("Durand et Fils", "durand & fils", True),
    ("Durand&Fils", "durand & fils", True),
    ("Lac 5", "lac ⁵", True),
    ("« Chez Anne »", "chez anne", True),
    # Each word counts, in any order, and signs are no words beside others.
    ("Ferme du Lac", "lac ferme", True),
    ("Ferme du Lac", "lac moulin", False),
    ("Dupont Martin", "dupont ; martin", True),
    ("Dupont Martin", "martin, dupont", True),
    ("Lac", "lac\u200b", True),
    # No phone, so words.
    ("Lots 2000 et 14", "14 2000", True),
    ("LOT-2024-117", "lot-2024-117", True),
    ("LOT-2024-117", "2024", True),
    ("Lot 2024/117", "2024/117", True),
    ("Foire du 05/12/2024", "05/12/2024", True),
    ("Salle 12 345", "12 345", True),
]

ADDRESSES = [
    ("jean.testard@exemple.test", "Jean Testard <jean.testard@exemple.test>", True),
    ("jean.testard@exemple.test", '"Testard, J." <Jean.Testard@Exemple.test>;', True),
    ("quai15@exemple.test", "mailto:quai15@exemple.test", True),
    ("quai15@exemple.test", "MAILTO:quai15@exemple.test?subject=Bonjour", True),
    ("quai15@exemple.test", "<mailto:quai15@exemple.test>", True),
    ("quai15@exemple.test", "quai15@exemple.test;", True),
    ("quai15@exemple.test", "quai15@exemple.test,", True),
    ("quai15@exemple.test", "(quai15@exemple.test)", True),
    ("quai15@exemple.test", "quai\u00ad15@exemple.test\u200b", True),
    ("jean-paul@exemple.test", "jean-paul@", True),
    ("max@max.fr", "x.f", True),
    ("max@max.fr", "x.fr", True),
    ("a.b@exemple.test", "a.b@exemple.test", True),
    ("chef@école.exemple", "chef@xn--cole-9oa.exemple", True),
    ("chef@xn--cole-9oa.exemple", "chef@école.exemple", True),
    ("chef@xn--cole-9oa.exemple", "École.exemple", True),
    ("chef@straße.exemple", "xn--strae-oqa.exemple", True),
    ("chef@strasse.exemple", "chef@xn--strae-oqa.exemple", True),
    ("quai15@exemple.test", "quai16@exemple.test", False),
]

# Each notation of a number, as stored, is found by each as typed.
STORED_PHONES = [
    "06 31 32 33 34", "0631323334", "06.31.32.33.34", "06/31/32/33/34", "+33 6 31 32 33 34",
    "+33 (0)6 31 32 33 34", "+33 06 31 32 33 34", "0033631323334", "33631323334",
    "\u202a+33\u00a06\u201131\u201232 33\u202f34\u202c", "01 51 52 53 54 / 06 31 32 33 34",
    "+33 1 51 52 53 54, +33 6 31 32 33 34", "01 51 52 53 54 – 06 31 32 33 34",
    "01 51 52 53 54 ou 06 31 32 33 34", "01 51 52 53 54 06 31 32 33 34",
    "06 31 32 33 34 poste 12", "06 31 32 33 34 (2e étage)", "tél. 0033 6 31 32 33 34",
    "(06) 31 32 33 34",
]  # fmt: skip
TYPED_PHONES = [
    "+33 (0)6 31 32 33 34", "+33631323334", "0033 6 31 32 33 34", "33631323334", "0631323334",
    "06 31 32 33 34", "06.31.32", "336313", "(06) 31-32-33-34", "31 32 33 34", "3132333",
    "\u200e06\u00a031\u201232\u201133 34\ufeff",
]  # fmt: skip
OTHER_PHONES = [
    # The cases of other programs' reports, search_cases.py.
    ("06 31 32 33 34", "+33 (0)6 31 32 33 34", True),
    ("+33 1 51 52 53 54 / +33 6 61 62 63 64", "06 61 62 63 64", True),
    ("+33 1 81 82 83 84, +33 6 91 92 93 94", "06 91 92 93 94", True),
    ("06 31 32 33 34", "06 31 32 33 35", False),
    ("06 31 32 33 34", "+33 7 31", False),
    ("01 40 00 33 12", "01 40 00 33 12", True),
    ("+32 (0)2 123 45 67", "0032 2 123 45 67", True),
    ("+32 (0)2 123 45 67", "02 123 45 67", True),
    ("01 40 00 00 01;06 12 34 56 78", "01 40 00 00 01 / 06 12 34 56 78", True),
    ("01 40 00 00 01;06 12 34 56 78", "06 12 34 56 78 01 40 00 00 01", True),
    # Digits of different numbers are not found as one.
    ("01 40 00 00 01;06 12 34 56 78", "01 06 12", False),
]


def is_found(typed) -> bool:
    """Whether the search for all, and the one that shows the best first, find the member M."""
    everyone = Member.objects.all()
    (member,) = everyone.filter(reference="M")
    shown = member.pk in find_first(everyone, typed).keys
    assert shown == matching_members(everyone, typed).filter(pk=member.pk).exists()
    return shown


def check(typed, expected):
    MemberFactory(reference="Z", name="Quelqu'un d'autre")
    assert is_found(typed) is expected
    index_changes()
    assert is_found(typed) is expected


@pytest.mark.parametrize(("stored", "typed", "expected"), WORDS)
def test_words_are_found_however_they_are_written(stored, typed, expected):
    MemberFactory(reference="M", name=stored)
    check(typed, expected)


@pytest.mark.parametrize(("stored", "typed", "expected"), ADDRESSES)
def test_addresses_are_found_however_they_are_pasted(stored, typed, expected):
    ContactFactory(member__reference="M", member__name="Ferme", name="Anne", email=stored)
    check(typed, expected)


@pytest.mark.parametrize("stored", STORED_PHONES)
def test_a_phone_is_found_in_any_notation_by_any_other(stored):
    ContactFactory(member__reference="M", member__name="Ferme", name="Anne", phones=stored)
    assert [typed for typed in TYPED_PHONES if not is_found(typed)] == []
    index_changes()
    assert [typed for typed in TYPED_PHONES if not is_found(typed)] == []


@pytest.mark.parametrize(("stored", "typed", "expected"), OTHER_PHONES)
def test_several_phones_and_foreign_ones_are_found(stored, typed, expected):
    ContactFactory(member__reference="M", member__name="Ferme", name="Anne", phones=stored)
    check(typed, expected)


@pytest.mark.parametrize(
    ("of_member", "of_contact"),
    [
        ({"city": "Lyon"}, {}),
        ({"postal_code": "Lyon 69003"}, {}),
        ({"note": "À livrer\nà Lyon"}, {}),
        ({"phone": "01 (Lyon)", "name": "Lyon"}, {}),
        ({}, {"job_title": "Chef de Lyon"}),
        ({}, {"note": "Le matin à\nLyon"}),
        ({}, {"name": "Lyon"}),
        ({}, {"email": "lyon@x.fr"}),
    ],
)
def test_each_searched_field_is_found(of_member, of_contact):
    member = MemberFactory(reference="M", **of_member)
    ContactFactory(member=member, **of_contact)
    check("lyon", expected=True)


def test_a_town_finds_all_of_its_members():
    for number in range(18):
        MemberFactory(name=f"Lyonnaise {number}" if number < 10 else f"Ferme {number}", city="Lyon")
    MemberFactory(city="Paris")
    assert len(find_first(Member.objects.all(), "lyon").keys) == 18
    assert matching_members(Member.objects.all(), "lyon").count() == 18


def test_what_a_name_holds_comes_before_what_a_town_or_a_note_holds():
    MemberFactory(reference="5", name="Aube", note="Quai de Lyon")
    MemberFactory(reference="4", name="Auberge", city="Lyon")
    MemberFactory(reference="3", name="Mairie de Lyon")
    MemberFactory(reference="2", name="Lyonnaise")
    MemberFactory(reference="LYON", name="Zoo")
    keys = find_first(Member.objects.all(), "lyon").keys
    references = [Member.objects.get(pk=key).reference for key in keys]
    assert references == ["LYON", "2", "3", "5", "4"]
