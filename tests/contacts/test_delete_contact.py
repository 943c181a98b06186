import pytest

from contacts.models import Contact
from tests.factories import ContactFactory, MemberFactory
from tests.pages import AWKWARD_TEXTS, HTMX, cells, page, text

GONE = "Ce contact a été supprimé entre-temps."


@pytest.fixture
def contact(db):
    return ContactFactory(name="Anne", email="anne@x.fr", member__name="Ferme")


def address(contact):
    return f"{contact.member.get_absolute_url()}contacts/{contact.pk}/supprimer/"


def test_a_contact_is_deleted(back_office, contact):
    other = ContactFactory(member=contact.member)
    response = back_office.post(address(contact), follow=True)
    assert response.redirect_chain == [(f"{contact.member.get_absolute_url()}#contacts", 302)]
    assert "Le contact « Anne » est supprimé. Annuler la suppression" in text(response)
    assert list(Contact.objects.all()) == [other]


def test_in_a_window_only_the_panel_comes_back(back_office, contact):
    response = back_office.post(address(contact), headers=HTMX)
    assert response["HX-Retarget"] == "#contacts"
    assert "window:close" in response["HX-Trigger"]
    assert cells(response, "Dénomination") == []
    assert page(response).xpath("//*[@id='messages']//button")[0].text == "Annuler"


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_the_window_asks_first(back_office, contact, headers):
    response = back_office.get(address(contact), headers=headers)
    assert "Supprimer le contact « Anne » de Ferme ?" in text(response)
    assert "Plus rien ne sera envoyé à anne@x.fr" in text(response)
    assert bool(page(response).xpath("//nav")) is not bool(headers)
    assert Contact.objects.exists()


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_contact_deleted_twice_is_said_to_be_gone(back_office, administrator, contact, headers):
    url = address(contact)
    administrator.post(url)
    response = back_office.post(url, headers=headers, follow=True)
    assert GONE in text(response)
    assert "Annuler" not in text(response)
    assert GONE in text(back_office.get(url, headers=headers, follow=True))


def test_a_contact_is_not_reached_through_another_member(back_office, contact):
    url = f"{MemberFactory().get_absolute_url()}contacts/{contact.pk}/supprimer/"
    assert GONE in text(back_office.post(url, follow=True))
    assert Contact.objects.exists()


@pytest.mark.parametrize("awkward", AWKWARD_TEXTS)
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_awkward_texts_are_shown_as_typed(back_office, contact, awkward, headers):
    Contact.objects.update(name=awkward)
    assert f"« {awkward} »" in text(back_office.get(address(contact), headers=headers))
    response = back_office.post(address(contact), headers=headers, follow=True)
    assert f"Le contact « {awkward} » est supprimé." in text(response)
