import pytest

from contacts.models import Contact
from members.models import Member
from tests.factories import ContactFactory, MemberFactory
from tests.pages import AWKWARD_TEXTS, alerts, main_form, page, text

pytestmark = pytest.mark.django_db
GONE = "Ce membre a été supprimé entre-temps."


def address(member):
    return f"{member.get_absolute_url()}supprimer/"


def delete(client, member, **values):
    """Open the page and confirm it."""
    return client.post(address(member), main_form(client.get(address(member))), **values)


def test_a_member_is_deleted_with_its_contacts(back_office):
    member = ContactFactory(member__name="Ferme").member
    other = ContactFactory()
    response = delete(back_office, member, follow=True)
    assert response.redirect_chain == [("/membres/", 302)]
    assert "Le membre « Ferme » est supprimé." in text(response)
    assert list(Member.objects.all()) == [other.member]
    assert list(Contact.objects.all()) == [other]


@pytest.mark.parametrize(
    ("number", "said", "button"),
    [
        (0, "Ce membre n'a pas de contact.", "Supprimer le membre"),
        (1, "Ce membre a 1 contact, qui sera supprimé", "Supprimer le membre et son 1 contact"),
        (2, "Ce membre a 2 contacts, qui seront", "Supprimer le membre et ses 2 contacts"),
    ],
)
def test_the_page_asks_first(back_office, number, said, button):
    member = MemberFactory(name="Ferme")
    ContactFactory.create_batch(number, member=member)
    response = back_office.get(address(member))
    assert "Supprimer le membre « Ferme » ?" in text(response)
    assert said in text(response)
    (found,) = page(response).xpath("//main//button")
    assert " ".join(found.text_content().split()) == button
    assert Member.objects.exists()


@pytest.mark.parametrize("role", ["back_office", "administrator"])
@pytest.mark.parametrize(
    ("before", "now", "told", "button"),
    [
        (1, 2, "Ce membre avait 1 contact quand", "Supprimer le membre et ses 2 contacts"),
        (2, 1, "Ce membre avait 2 contacts quand", "Supprimer le membre et son 1 contact"),
        (2, 0, "cette page, aucun maintenant.", "Supprimer le membre"),
        (0, 1, "Ce membre n'avait aucun contact quand", "Supprimer le membre et son 1 contact"),
    ],
)
def test_where_the_number_of_contacts_has_changed_it_is_asked_again(
    request, role, before, now, told, button
):
    client = request.getfixturevalue(role)
    member = MemberFactory()
    ContactFactory.create_batch(before, member=member)
    asked = main_form(client.get(address(member)))
    member.contacts.all().delete()
    ContactFactory.create_batch(now, member=member)

    response = client.post(address(member), asked)
    assert told in alerts(response)
    assert "Rien n'est encore supprimé." in alerts(response)
    (found,) = page(response).xpath("//main//button")
    assert " ".join(found.text_content().split()) == button
    assert (Member.objects.count(), Contact.objects.count()) == (1, now)

    assert client.post(address(member), main_form(response)).status_code == 302
    assert not Member.objects.exists()


def test_where_the_member_has_changed_it_is_asked_again(back_office, marie):
    member = MemberFactory(name="Ferme")
    asked = main_form(back_office.get(address(member)))
    member.name, member.updated_by = "Verger", marie
    member.save()
    response = back_office.post(address(member), asked)
    assert "Marie Dupont a modifié ce membre à" in alerts(response)
    assert "Rien n'est encore supprimé." in alerts(response)
    assert "Supprimer le membre « Verger » ?" in text(response)
    assert Member.objects.exists()
    assert back_office.post(address(member), main_form(response)).status_code == 302
    assert not Member.objects.exists()


@pytest.mark.parametrize(
    ("field", "sent"),
    [("version", ""), ("version", "x"), ("contact_count", ""), ("contact_count", "beaucoup")],
)
def test_where_it_is_not_known_what_the_page_said_it_is_asked_again(back_office, field, sent):
    member = MemberFactory()
    asked = main_form(back_office.get(address(member))) | {field: sent}
    response = back_office.post(address(member), asked)
    assert "Rien n'est encore supprimé." in alerts(response)
    assert Member.objects.exists()
    back_office.post(address(member), main_form(response))
    assert not Member.objects.exists()


def test_a_member_deleted_twice_is_said_to_be_gone(back_office, administrator):
    member = MemberFactory()
    asked = main_form(back_office.get(address(member)))
    administrator.post(address(member), asked)
    response = back_office.post(address(member), asked, follow=True)
    assert response.redirect_chain == [("/membres/", 302)]
    assert GONE in text(response)
    assert back_office.get(address(member)).status_code == 404


@pytest.mark.parametrize("awkward", AWKWARD_TEXTS)
def test_awkward_texts_are_shown_as_typed(back_office, awkward):
    member = MemberFactory(name=awkward)
    assert f"« {awkward} »" in text(back_office.get(address(member)))
    assert f"« {awkward} »" in text(delete(back_office, member, follow=True))
