import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from contacts.models import Contact, ContactType
from members.models import MemberKind
from tests.factories import ContactFactory, MemberFactory

pytestmark = pytest.mark.django_db


def test_the_types_are_those_of_the_manual():
    assert [(type.value, type.label) for type in ContactType] == [
        (1, "Notifications administratives"),
        (2, "Notifications des commandes"),
        (3, "Aucune notification"),
        (4, "Toutes les notifications"),
        (5, "Notifications service après-vente"),
        (6, "Réceptionnaire"),
    ]
    assert all(type.explanation for type in ContactType)


def test_a_new_contact_goes_below_the_others():
    member = MemberFactory()
    first, second = ContactFactory(member=member), ContactFactory(member=member)
    assert first.position < second.position
    assert list(member.contacts.all()) == [first, second]


@pytest.mark.parametrize("type", [0, 7])
def test_the_database_refuses_a_type_outside_one_to_six(type):
    with pytest.raises(IntegrityError), transaction.atomic():
        ContactFactory(type=type)


def test_two_contacts_of_a_member_never_share_a_place():
    contact = ContactFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        ContactFactory(member=contact.member, position=contact.position)


def test_an_individual_has_no_contacts():
    with pytest.raises(ValidationError, match="Seuls un client professionnel"):
        ContactFactory(member__kind=MemberKind.INDIVIDUAL)
    assert not Contact.objects.exists()


def test_a_phone_list_is_stored_without_space_around_semicolons():
    assert ContactFactory(phones=" 01 02 ; 03.04;").phones == "01 02;03.04;"


def test_a_contact_without_name_is_called_by_what_it_has():
    assert ContactFactory.build(name="", job_title="Chef").title == "Chef"
    assert ContactFactory.build(name="", email="a@b.fr").title == "a@b.fr"
    assert ContactFactory.build(name="").title == "Contact sans nom"
