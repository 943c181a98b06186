"""Two people change a member's contacts at once: one clear outcome, and no error, for each.

The first acts while holding the member; the second comes meanwhile, in a thread of their own, and
waits. On SQLite, where one transaction writes at a time, as on PostgreSQL.
"""

from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy

import pytest
from django.test import Client

from base.conflicts import sealed_version
from contacts.models import CONTACT_FIELDS, FormerContact
from contacts.order import reorder
from contacts.restoration import find_restoration, restore
from members.locks import held_member
from tests.concurrency import come_second, in_thread, run_at_once, signed_in, wait_until_held_up
from tests.contacts.contact_editor import ROUNDS
from tests.factories import ContactFactory, MemberFactory, UserFactory
from tests.pages import HTMX, cells, form_values, main_form, text

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def member():
    """A member with Anne, Bruno and Chloé."""
    member = MemberFactory()
    for name in ("Anne", "Bruno", "Chloé"):
        ContactFactory(member=member, name=name)
    return member


@pytest.fixture
def first():
    """Who comes first."""
    return UserFactory(is_superuser=True, first_name="Marie", last_name="Dupont")


@pytest.fixture
def second():
    """The browser of who comes second."""
    return signed_in()


@pytest.fixture
def others():
    """Someone else's thread."""
    with ThreadPoolExecutor() as threads:
        yield threads


def address(member, rest):
    return f"{member.get_absolute_url()}contacts/{rest}/"


def names(member):
    return list(member.contacts.values_list("name", flat=True))


def edited(contact, name):
    return {"name": name, "type": contact.type, "version": sealed_version(contact, CONTACT_FIELDS)}


def test_the_second_to_edit_a_contact_sees_what_the_first_stored(member, first, second):
    anne = member.contacts.get(name="Anne")
    response = come_second(
        member,
        lambda held: rename(held, "Anne", "Annie", first),
        lambda: second.post(address(member, f"{anne.pk}/modifier"), edited(anne, "Anna")),
    )
    assert "Marie Dupont a modifié ce contact à" in text(response)
    assert cells(response, "Valeur enregistrée") == ["Annie"]
    assert cells(response, "Votre saisie") == ["Anna"]
    assert names(member) == ["Annie", "Bruno", "Chloé"]
    second.post(address(member, f"{anne.pk}/modifier"), form_values(response))
    assert names(member) == ["Anna", "Bruno", "Chloé"]


def rename(member, old, new, user):
    contact = member.contacts.get(name=old)
    contact.name, contact.updated_by = new, user
    contact.save()


def test_an_edit_after_a_deletion_offers_to_add_the_contact_anew(member, second):
    anne = member.contacts.get(name="Anne")
    response = come_second(
        member,
        lambda held: held.contacts.filter(name="Anne").delete(),
        lambda: second.post(address(member, f"{anne.pk}/modifier"), edited(anne, "Anna")),
    )
    assert "Ce contact a été supprimé entre-temps." in text(response)
    assert form_values(response)["name"] == "Anna"
    assert names(member) == ["Bruno", "Chloé"]


def test_a_deletion_after_an_edit_deletes_and_brings_back_what_was_edited(member, first, second):
    anne = member.contacts.get(name="Anne")
    response = come_second(
        member,
        lambda held: rename(held, "Anne", "Annie", first),
        lambda: second.post(address(member, f"{anne.pk}/supprimer"), follow=True),
    )
    assert "Annie" in text(response)
    assert names(member) == ["Bruno", "Chloé"]
    second.post(address(member, f"{anne.pk}/retablir"))
    assert names(member) == ["Annie", "Bruno", "Chloé"]


def test_the_second_to_delete_a_contact_is_told(member, second):
    anne = member.contacts.get(name="Anne")
    response = come_second(
        member,
        lambda held: held.contacts.filter(name="Anne").delete(),
        lambda: second.post(address(member, f"{anne.pk}/supprimer"), follow=True),
    )
    assert "Ce contact a été supprimé entre-temps." in text(response)
    # What they did not delete is not theirs to bring back.
    second.post(address(member, f"{anne.pk}/retablir"))
    assert names(member) == ["Bruno", "Chloé"]


def test_a_contact_added_after_a_new_order_comes_last(member, second):
    order = list(member.contacts.order_by("-position").values_list("pk", flat=True))
    response = come_second(
        member,
        lambda held: reorder(held, order),
        lambda: second.post(address(member, "ajouter"), {"name": "Denis", "type": 1}),
    )
    assert response.status_code == 302
    assert names(member) == ["Chloé", "Bruno", "Anne", "Denis"]


def test_an_order_of_before_an_addition_is_refused(member, second):
    order = list(member.contacts.order_by("-position").values_list("pk", flat=True))
    response = come_second(
        member,
        lambda held: ContactFactory(member=held, name="Denis"),
        lambda: second.post(address(member, "ordre"), {"contact": order}, follow=True),
    )
    assert "Les contacts de ce membre ont changé entre-temps." in text(response)
    assert names(member) == ["Anne", "Bruno", "Chloé", "Denis"]


def test_a_restoration_pressed_twice_restores_once(member, second, others):
    bruno = member.contacts.get(name="Bruno")
    second.post(address(member, f"{bruno.pk}/supprimer"))
    pressed = []
    with held_member(member.pk):
        for _ in range(2):
            twin = Client()
            twin.cookies = deepcopy(second.cookies)
            url = address(member, f"{bruno.pk}/retablir")
            pressed.append(others.submit(in_thread, twin.post, url, headers=HTMX))
            wait_until_held_up(pressed[-1].done)
    said = [text(one.result(timeout=20)) for one in pressed]
    restored = ["est rétabli à sa place" in one for one in said]
    refused = ["ne peut plus être annulée" in one for one in said]
    assert sorted(restored) == sorted(refused) == [False, True]
    assert names(member) == ["Anne", "Bruno", "Chloé"]


def test_a_contact_edited_meanwhile_is_not_written_over_by_its_history(member, first, second):
    anne = member.contacts.get(name="Anne")
    anne.note = "le soir"
    anne.save()
    url = restoration(anne)
    sent = main_form(second.get(url))
    response = come_second(
        member,
        lambda held: rename(held, "Anne", "Annie", first),
        lambda: second.post(url, sent),
    )
    assert "Ce contact a changé entre-temps." in text(response)
    assert names(member) == ["Annie", "Bruno", "Chloé"]


def test_of_two_who_restore_from_history_the_second_finds_nothing_to_do(member, first, second):
    anne = member.contacts.get(name="Anne")
    pk = anne.pk
    anne.delete()
    anne.pk = pk
    url = restoration(anne)
    sent = main_form(second.get(url))
    response = come_second(
        member,
        lambda held: restore(find_restoration(held, newest(anne).pk), first),
        lambda: second.post(url, sent, follow=True),
    )
    assert "il n'y a rien à rétablir" in text(response)
    assert names(member) == ["Anne", "Bruno", "Chloé"]


def restoration(contact):
    return f"{contact.member.get_absolute_url()}historique/etats/{newest(contact).pk}/retablir/"


def newest(contact):
    return FormerContact.objects.filter(contact_id=contact.pk).latest("pk")


@pytest.mark.slow
def test_many_people_at_once_meet_no_error(member):
    said = run_at_once("tests.contacts.contact_editor", member)
    assert said == [["302"] * (4 * ROUNDS + 1)] * 4
    places = list(member.contacts.values_list("position", flat=True))
    assert len(set(places)) == len(places)
    assert sorted(names(member)) == ["0", "1", "2", "3", "Anne", "Bruno", "Chloé"]
