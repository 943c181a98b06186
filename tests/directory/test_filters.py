"""Whoever asks for « all that is found » gets exactly what the screen shows."""

import pytest
from django.http import QueryDict

from contacts.models import ContactType
from contacts.problems import PROBLEMS
from directory.filters import FILTERS, WORDS
from directory.forms import MemberFilterForm
from mailing.messages.selection import selection_from
from members.models import Member, MemberKind
from tests.factories import ContactFactory, MemberFactory
from tests.pages import cells

# For each filter of the form, values of which each leaves some members and drops others.
VALUES = {
    WORDS: ["moulin"],
    "kind": MemberKind.values,
    "check": [problem.key for problem in PROBLEMS],
}


@pytest.fixture
def members(db):
    """Members of each kind, and each problem at one of them alone."""
    for kind in MemberKind.values:
        member = MemberFactory(kind=kind, email=f"{kind}@x.fr", name=f"Moulin {kind}")
        if member.has_contacts:
            ContactFactory(member=member, type=ContactType.RECEIVER, email="quai@x.fr")
    MemberFactory(name="Ferme", email="refuse@x.fr", refused_address="refuse@x.fr")
    MemberFactory(name="Sans rien")
    silent = MemberFactory(name="Muette", email="muette@x.fr")
    ContactFactory(member=silent, type=ContactType.ALL)


def test_every_field_of_the_form_is_a_filter_that_is_tried_here():
    assert {*MemberFilterForm.base_fields} == {WORDS, *FILTERS} == {*VALUES}


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in VALUES.items() for value in values]
)
def test_the_screen_and_a_message_to_all_that_is_found_agree(back_office, members, name, value):
    shown = cells(back_office.get("/membres/", {name: value}), "Référence")
    assert 0 < len(shown) < Member.objects.count()
    parameters = QueryDict(mutable=True)
    parameters.update({"to": "search", "screen": f"?{name}={value}"})
    found = selection_from(parameters).members
    assert sorted(found.values_list("reference", flat=True)) == sorted(shown)


def test_filters_narrow_each_other(back_office, members):
    wanted = {WORDS: "moulin", "kind": MemberKind.SUPPLIER}
    assert cells(back_office.get("/membres/", wanted), "Dénomination") == ["Moulin supplier"]
