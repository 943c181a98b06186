import pytest

from contacts.models import Contact, ContactType
from members.models import MemberKind
from tests.factories import ContactFactory, MemberFactory
from tests.pages import AWKWARD_TEXTS, HTMX, cells, errors, form_values, page, text

GONE = "Ce contact a été supprimé entre-temps."
CHANGED = "Quelqu'un d'autre a modifié ce contact entre-temps."


@pytest.fixture
def contact(db):
    return ContactFactory(name="Anne", job_title="Cheffe", email="anne@x.fr", type=ContactType.ALL)


def address(contact):
    return f"{contact.member.get_absolute_url()}contacts/{contact.pk}/modifier/"


def stored(contact):
    return Contact.objects.values("name", "job_title", "email", "type").get(pk=contact.pk)


def test_a_contact_is_changed(back_office, contact):
    values = form_values(back_office.get(address(contact)))
    assert (values["name"], values["type"]) == ("Anne", "4")
    values |= {"job_title": "Directrice", "type": "1"}
    response = back_office.post(address(contact), values, follow=True)
    assert response.redirect_chain == [(f"{contact.member.get_absolute_url()}#contacts", 302)]
    assert "Le contact « Anne » est enregistré." in text(response)
    assert stored(contact) == {
        "name": "Anne",
        "job_title": "Directrice",
        "email": "anne@x.fr",
        "type": 1,
    }


def test_in_a_window_only_the_panel_comes_back(back_office, contact):
    values = form_values(back_office.get(address(contact), headers=HTMX))
    response = back_office.post(address(contact), {**values, "name": "Ève"}, headers=HTMX)
    assert cells(response, "Dénomination") == ["Ève"]
    assert response["HX-Retarget"] == "#contacts"
    assert not page(response).xpath("//nav")


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("type", "", "Choisissez un type de contact."),
        ("email", "anne@", "adresse de courriel valide"),
        ("name", "x" * 201, "au plus 200 caractères"),
    ],
)
def test_a_wrong_value_is_refused_at_its_field(back_office, contact, field, typed, said):
    before = stored(contact)
    values = form_values(back_office.get(address(contact)))
    response = back_office.post(address(contact), {**values, "job_title": "DG", field: typed})
    assert said in errors(response, field)
    assert form_values(response)["job_title"] == "DG"
    assert stored(contact) == before


def test_what_someone_else_stored_is_shown_before_it_is_replaced(
    back_office, administrator, contact
):
    mine = form_values(back_office.get(address(contact)))
    theirs = form_values(administrator.get(address(contact)))
    theirs |= {"name": "Annie", "email": "", "type": "3"}
    administrator.post(address(contact), theirs)

    mine |= {"job_title": "Directrice"}
    response = back_office.post(address(contact), mine)
    assert CHANGED in errors(response, None)
    assert "Valeur enregistrée entre-temps : « Annie »." in errors(response, "name")
    assert "« (vide) »" in errors(response, "email")
    assert "« Aucune notification »" in errors(response, "type")
    shown = form_values(response)
    assert shown | {"version": ""} == mine | {"version": ""}
    assert stored(contact)["name"] == "Annie"

    assert back_office.post(address(contact), shown).status_code == 302
    assert stored(contact) == {
        "name": "Anne",
        "job_title": "Directrice",
        "email": "anne@x.fr",
        "type": 4,
    }


def test_a_wrong_value_does_not_hide_what_someone_else_stored(back_office, contact):
    mine = form_values(back_office.get(address(contact))) | {"email": "eve@"}
    contact.email = "annie@x.fr"
    contact.save()
    response = back_office.post(address(contact), mine)
    assert "adresse de courriel valide" in errors(response, "email")
    assert "« annie@x.fr »" in errors(response, "email")


def test_two_people_who_store_the_same_do_not_disturb_each_other(
    back_office, administrator, contact
):
    mine = form_values(back_office.get(address(contact)))
    administrator.post(address(contact), mine | {"name": "Annie"})
    assert back_office.post(address(contact), mine | {"name": "Annie"}).status_code == 302


def test_a_change_of_the_order_disturbs_nobody(back_office, contact):
    values = form_values(back_office.get(address(contact)))
    order = f"{contact.member.get_absolute_url()}contacts/ordre/"
    back_office.post(order, {"contact": [contact.pk]})
    assert back_office.post(address(contact), values | {"name": "Ève"}).status_code == 302


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_contact_deleted_meanwhile_can_be_added_anew(back_office, contact, headers):
    url = address(contact)
    values = form_values(back_office.get(url)) | {"job_title": "Directrice"}
    contact.delete()
    response = back_office.post(url, values, headers=headers)
    assert f"{GONE} Enregistrez pour l'ajouter à nouveau" in errors(response, None)
    assert form_values(response) | {"version": ""} == values | {"version": ""}
    (action,) = page(response).xpath("//form[.//*[@name='type']]/@action")
    assert not Contact.objects.exists()

    back_office.post(action, form_values(response), headers=headers)
    assert Contact.objects.get().job_title == "Directrice"


def test_a_contact_deleted_meanwhile_cannot_be_opened(back_office, contact):
    url = address(contact)
    contact.delete()
    assert GONE in text(back_office.get(url, follow=True))
    response = back_office.get(url, headers=HTMX)
    assert GONE in text(response)
    assert response["HX-Retarget"] == "#contacts"


def test_a_contact_is_not_reached_through_another_member(back_office, contact):
    other = MemberFactory()
    url = f"{other.get_absolute_url()}contacts/{contact.pk}/modifier/"
    assert GONE in text(back_office.get(url, follow=True))
    assert GONE in errors(back_office.post(url, {"name": "Ève", "type": "1"}), None)
    assert stored(contact)["name"] == "Anne"


def test_a_contact_of_an_individual_cannot_be_added_anew(back_office):
    url = f"{MemberFactory(kind=MemberKind.INDIVIDUAL).get_absolute_url()}contacts/1/modifier/"
    assert GONE in text(back_office.post(url, {"name": "Ève", "type": "1"}, follow=True))
    assert not Contact.objects.exists()


@pytest.mark.parametrize("url", ["/membres/1/contacts/1/modifier/", f"/membres/{'9' * 30}/"])
def test_a_member_that_does_not_exist_is_not_found(back_office, url):
    assert back_office.get(url).status_code == 404


@pytest.mark.parametrize("awkward", AWKWARD_TEXTS)
def test_awkward_texts_are_shown_as_typed(back_office, contact, awkward):
    Contact.objects.update(name=awkward, note=awkward)
    values = form_values(back_office.get(address(contact)))
    assert (values["name"], values["note"]) == (awkward, awkward)
    response = back_office.post(address(contact), values | {"name": "x", "version": ""})
    assert f"« {awkward} »" in errors(response, "name")
