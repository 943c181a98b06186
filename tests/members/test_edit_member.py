import pytest

from members.models import MemberKind
from tests.factories import ContactFactory, MemberFactory
from tests.pages import AWKWARD_TEXTS, errors, form_values, page, text


def address(member):
    return f"{member.get_absolute_url()}modifier/"


def test_a_member_is_changed(back_office):
    member = MemberFactory(name="Ferme", city="Lyon")
    values = form_values(back_office.get(address(member)))
    assert (values["name"], values["city"]) == ("Ferme", "Lyon")
    response = back_office.post(address(member), {**values, "name": "Verger"}, follow=True)
    assert response.redirect_chain == [(member.get_absolute_url(), 302)]
    assert "Le membre « Verger » est enregistré." in text(response)
    member.refresh_from_db()
    assert (member.name, member.city) == ("Verger", "Lyon")


def test_a_member_keeps_its_own_reference(back_office):
    member = MemberFactory(reference="A")
    values = form_values(back_office.get(address(member)))
    assert back_office.post(address(member), values).status_code == 302


def test_the_reference_of_another_member_is_refused(back_office):
    MemberFactory(reference="A")
    member = MemberFactory(reference="B", name="Ferme")
    response = back_office.post(
        address(member), {"reference": "A", "name": "Verger", "kind": "supplier"}
    )
    assert errors(response, "reference") == "Cette référence est déjà celle d'un autre membre."
    assert form_values(response)["name"] == "Verger"
    member.refresh_from_db()
    assert (member.reference, member.name) == ("B", "Ferme")


@pytest.mark.parametrize(
    ("number", "said"),
    [(1, "Ce membre a un contact, et"), (2, "Ce membre a 2 contacts, et")],
)
def test_a_member_who_has_contacts_cannot_become_an_individual(back_office, number, said):
    member = MemberFactory()
    ContactFactory.create_batch(number, member=member)
    values = {**form_values(back_office.get(address(member))), "kind": "individual"}
    assert said in errors(back_office.post(address(member), values), "kind")
    member.refresh_from_db()
    assert member.kind == MemberKind.PROFESSIONAL


def test_a_member_that_does_not_exist_is_not_found(back_office):
    assert back_office.get("/membres/1/modifier/").status_code == 404


@pytest.mark.parametrize("awkward", AWKWARD_TEXTS)
def test_awkward_texts_stand_in_the_form_as_typed(back_office, awkward):
    member = MemberFactory(reference=awkward, name=awkward, note=awkward)
    values = form_values(back_office.get(address(member)))
    assert [values[name] for name in ("reference", "name", "note")] == [awkward] * 3


def test_the_way_back_leads_to_the_member(back_office):
    member = MemberFactory()
    links = page(back_office.get(address(member))).xpath("//main//a/@href")
    assert links == [member.get_absolute_url()]
