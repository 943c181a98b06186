import pytest

from contacts.models import Contact
from members.models import Member
from tests.factories import ContactFactory, MemberFactory
from tests.pages import AWKWARD_TEXTS, page, text


def address(member):
    return f"{member.get_absolute_url()}supprimer/"


def test_a_member_is_deleted_with_its_contacts(back_office):
    member = ContactFactory(member__name="Ferme").member
    other = ContactFactory()
    response = back_office.post(address(member), follow=True)
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


def test_a_member_deleted_twice_is_not_found(back_office):
    member = MemberFactory()
    back_office.post(address(member))
    assert back_office.post(address(member)).status_code == 404


@pytest.mark.parametrize("awkward", AWKWARD_TEXTS)
def test_awkward_texts_are_shown_as_typed(back_office, awkward):
    member = MemberFactory(name=awkward)
    assert f"« {awkward} »" in text(back_office.get(address(member)))
    assert f"« {awkward} »" in text(back_office.post(address(member), follow=True))
