from copy import deepcopy

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.forms import model_to_dict
from django.test.utils import CaptureQueriesContext

from contacts.deletion import KEPT, delete_contact, restore_contact
from contacts.models import Contact
from contacts.order import reorder
from members.models import Member, MemberKind
from tests.factories import BACK_OFFICE, ContactFactory, MemberFactory
from tests.pages import HTMX, cells, page, text

TOO_LATE = "Cette suppression ne peut plus être annulée."


@pytest.fixture
def member(db):
    member = MemberFactory()
    for name in ("Anne", "Bruno", "Chloé", "Denis"):
        ContactFactory(member=member, name=name)
    return member


@pytest.fixture
def bruno(member):
    return member.contacts.get(name="Bruno")


def address(contact, action="retablir"):
    return f"{contact.member.get_absolute_url()}contacts/{contact.pk}/{action}/"


def names(member):
    return list(member.contacts.values_list("name", flat=True))


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_contact_comes_back_as_it_was(back_office, member, headers):
    contact = member.contacts.get(name="Bruno")
    contact.note, contact.phones = "Le matin\nseulement", "04;06"
    contact.email = contact.refused_address = "bruno@example.org"
    contact.save()
    back_office.post(address(contact, "supprimer"))
    response = back_office.post(address(contact), headers=headers, follow=True)
    assert "Le contact « Bruno » est rétabli à sa place." in text(response)
    assert cells(response, "Dénomination") == ["Anne", "Bruno", "Chloé", "Denis"]
    restored = Contact.objects.get(pk=contact.pk)
    assert model_to_dict(restored) == model_to_dict(contact)
    assert (restored.created_at, restored.position) == (contact.created_at, contact.position)
    assert restored.refused_address == "bruno@example.org"


def test_the_message_of_the_deletion_restores(back_office, member, bruno):
    response = back_office.post(address(bruno, "supprimer"), follow=True)
    (action,) = page(response).xpath("//*[@id='messages']//form/@action")
    back_office.post(action)
    assert names(member) == ["Anne", "Bruno", "Chloé", "Denis"]


def test_a_place_taken_meanwhile_is_given_back(back_office, member, bruno):
    back_office.post(address(bruno, "supprimer"))
    order = [member.contacts.get(name=name).pk for name in ("Denis", "Anne", "Chloé")]
    back_office.post(f"{member.get_absolute_url()}contacts/ordre/", {"contact": order})
    back_office.post(address(bruno))
    assert names(member) == ["Denis", "Bruno", "Anne", "Chloé"]


def test_several_come_back_each_to_its_place(back_office, member):
    contacts = list(member.contacts.all())
    for contact in contacts:
        back_office.post(address(contact, "supprimer"))
    ContactFactory(member=member, name="Ève")
    for contact in contacts:
        back_office.post(address(contact))
    assert names(member) == ["Anne", "Bruno", "Chloé", "Denis", "Ève"]


def test_a_contact_comes_back_once(back_office, member, bruno):
    back_office.post(address(bruno, "supprimer"))
    back_office.post(address(bruno))
    assert TOO_LATE in text(back_office.post(address(bruno), follow=True))
    assert names(member) == ["Anne", "Bruno", "Chloé", "Denis"]


def test_of_two_requests_at_once_one_brings_it_back(member, bruno):
    pk, session, same_session = bruno.pk, SessionStore(), SessionStore()
    delete_contact(bruno, session)
    same_session.update(deepcopy(dict(session.items())))
    assert restore_contact(member, pk, session)
    assert restore_contact(member, pk, same_session) is None


def test_only_who_deleted_a_contact_restores_it(back_office, administrator, member, bruno):
    back_office.post(address(bruno, "supprimer"))
    assert TOO_LATE in text(administrator.post(address(bruno), follow=True))
    assert names(member) == ["Anne", "Chloé", "Denis"]


def test_a_contact_is_not_restored_to_another_member(back_office, member, bruno):
    back_office.post(address(bruno, "supprimer"))
    url = f"{MemberFactory().get_absolute_url()}contacts/{bruno.pk}/retablir/"
    assert TOO_LATE in text(back_office.post(url, follow=True))
    assert not Contact.objects.filter(name="Bruno").exists()


def test_a_member_that_became_an_individual_gets_nothing_back(back_office):
    contact = ContactFactory()
    back_office.post(address(contact, "supprimer"))
    Member.objects.update(kind=MemberKind.INDIVIDUAL)
    assert TOO_LATE in text(back_office.post(address(contact), follow=True))


def test_a_member_deleted_meanwhile_gets_nothing_back(back_office, member, bruno):
    back_office.post(address(bruno, "supprimer"))
    url = address(bruno)
    member.delete()
    assert back_office.post(url).status_code == 404


def test_a_session_remembers_only_the_last_deletions(back_office, member, bruno):
    back_office.post(address(bruno, "supprimer"))
    for contact in ContactFactory.create_batch(KEPT, member=member):
        back_office.post(address(contact, "supprimer"))
    assert TOO_LATE in text(back_office.post(address(bruno), follow=True))


def test_a_restored_contact_is_known_as_changed_by_who_restored_it(back_office, bruno):
    back_office.post(address(bruno, "supprimer"))
    back_office.post(address(bruno))
    assert Contact.objects.get(pk=bruno.pk).updated_by.groups.get().name == BACK_OFFICE


@pytest.mark.only_on("postgresql")
def test_the_member_is_held_once(back_office, member, bruno):
    back_office.post(address(bruno, "supprimer"))
    reorder(member, list(member.contacts.values_list("pk", flat=True)))
    with CaptureQueriesContext(connection) as queries:
        back_office.post(address(bruno))
    assert len([one for one in queries if "FOR UPDATE" in one["sql"]]) == 1


def test_what_somebody_else_deletes_again_is_theirs_to_restore(
    back_office, administrator, member, bruno
):
    back_office.post(address(bruno, "supprimer"))
    back_office.post(address(bruno))
    administrator.post(address(bruno, "supprimer"))
    assert TOO_LATE in text(back_office.post(address(bruno), follow=True))
    assert names(member) == ["Anne", "Chloé", "Denis"]
    administrator.post(address(bruno))
    assert names(member) == ["Anne", "Bruno", "Chloé", "Denis"]
