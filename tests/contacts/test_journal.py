"""The history of a contact and of a member's contacts is read page by page, the newest first."""

import pytest
from django.db import connection

from base.authorship import Author, Way, written_by
from base.models import Event
from contacts.journal import changes_of_contact, changes_of_contacts
from contacts.models import CONTACT_FIELDS, Contact, FormerContact
from contacts.order import reorder
from tests.contacts.test_history import restore
from tests.factories import ContactFactory, MemberFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def contact():
    return ContactFactory(name="Anne")


def named(changes):
    """Return what happened, and the names before and after."""
    return [
        (
            change.event,
            change.before.name if change.before else None,
            change.after.name if change.after else None,
        )
        for change in changes
    ]


def test_each_change_says_what_was_before_and_after(contact):
    for name in ("Ève", "Ava"):
        Contact.objects.update(name=name)
    changes = changes_of_contact(contact.pk, count=10)
    assert named(changes) == [
        (Event.CHANGED, "Ève", "Ava"),
        (Event.CHANGED, "Anne", "Ève"),
        (Event.ADDED, None, "Anne"),
    ]
    assert [change.differing(CONTACT_FIELDS) for change in changes] == [["name"], ["name"], []]
    assert {change.key for change in changes} == {contact.pk}


def test_a_deleted_contact_has_a_history_and_goes_on_when_it_is_back(contact):
    pk = contact.pk
    contact.delete()
    assert named(changes_of_contact(pk, count=10)) == [
        (Event.DELETED, "Anne", None),
        (Event.ADDED, None, "Anne"),
    ]
    back = restore(contact, pk=pk)
    Contact.objects.update(name="Ava")
    assert named(changes_of_contact(back.pk, count=10)) == [
        (Event.CHANGED, "Anne", "Ava"),
        (Event.ADDED, None, "Anne"),
        (Event.DELETED, "Anne", None),
        (Event.ADDED, None, "Anne"),
    ]


def test_a_history_without_its_end_does_not_make_one_up(contact):
    Contact.objects.update(name="Ève")
    line = FormerContact.objects.get()
    line.pk, line.contact_id = None, 10**9
    line.save()
    (change,) = changes_of_contact(10**9, count=10)
    assert (change.before.name, change.after) == ("Anne", None)
    assert change.differing(CONTACT_FIELDS) == []


def test_the_contacts_of_a_member_have_one_history(contact):
    bruno = ContactFactory(member=contact.member, name="Bruno")
    ContactFactory(name="Ailleurs")
    bruno_pk = bruno.pk
    with written_by(Way.PAGE, account=7):
        bruno.delete()
    changes = changes_of_contacts(contact.member_id, count=10)
    assert [(change.event, change.key) for change in changes] == [
        (Event.DELETED, bruno_pk),
        (Event.ADDED, bruno_pk),
        (Event.ADDED, contact.pk),
    ]
    assert changes[0].author == Author(Way.PAGE, 7)


def test_a_contact_moves_once_in_its_history():
    member = MemberFactory()
    anne, bruno, carl = (ContactFactory(member=member, name=name) for name in "ABC")
    reorder(member, [carl.pk, bruno.pk, anne.pk])
    change, _ = changes_of_contact(anne.pk, count=10)
    assert (change.before.position, change.after.position) == (1, 3)
    assert change.differing(("member_id", "position", *CONTACT_FIELDS)) == ["position"]


def test_pages_follow_each_other_without_gap(contact):
    for number in range(7):
        Contact.objects.update(name=str(number))
    whole = changes_of_contact(contact.pk, count=100)
    pages, older_than = [], None
    while page := changes_of_contact(contact.pk, count=3, older_than=older_than):
        pages += page
        older_than = page[-1].number
    assert pages == whole
    assert len(whole) == 8


@pytest.mark.parametrize("changes", [10, 1_000])
def test_a_page_takes_three_queries_however_long_the_history_is(
    contact, django_assert_num_queries, changes
):
    with connection.cursor() as cursor:
        for number in range(changes):
            cursor.execute("UPDATE contacts_contact SET note = %s", [str(number)])
    newest = changes_of_contact(contact.pk, count=1)[0].number
    with django_assert_num_queries(3):
        assert len(changes_of_contact(contact.pk, count=10)) == 10
    with django_assert_num_queries(3):
        assert len(changes_of_contacts(contact.member_id, count=10)) == 10
    with django_assert_num_queries(2):
        assert len(changes_of_contact(contact.pk, count=9, older_than=newest)) == 9
