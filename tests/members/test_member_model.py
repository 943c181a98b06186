import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from members.models import Member, MemberKind
from tests.factories import ContactFactory, MemberFactory

pytestmark = pytest.mark.django_db


def test_a_member_needs_only_reference_name_and_kind():
    member = Member.objects.create(reference="F1", name="Ferme", kind=MemberKind.SUPPLIER)
    member.full_clean()
    assert str(member) == "Ferme"


def test_a_reference_is_given_once():
    MemberFactory(reference="A")
    with pytest.raises(IntegrityError), transaction.atomic():
        MemberFactory(reference="A")


def test_the_database_refuses_an_unknown_kind():
    with pytest.raises(IntegrityError), transaction.atomic():
        MemberFactory(kind="friend")


def test_texts_are_stored_without_space_around_and_with_plain_line_ends():
    member = MemberFactory(name="  Ferme ", note=" a\r\nb\rc ")
    assert (member.name, member.note) == ("Ferme", "a\nb\nc")


def test_a_member_who_has_contacts_cannot_become_an_individual():
    member = ContactFactory().member
    member.kind = MemberKind.INDIVIDUAL
    with pytest.raises(ValidationError, match="a un contact, et un particulier"):
        member.full_clean()


def test_a_member_without_contacts_can_become_an_individual():
    member = MemberFactory()
    member.kind = MemberKind.INDIVIDUAL
    member.full_clean()
    member.save()
    assert Member.objects.get(kind=MemberKind.INDIVIDUAL) == member


def test_a_character_that_no_file_could_carry_is_refused():
    with pytest.raises(ValidationError, match="U\\+001B"):
        MemberFactory.build(name="a\x1bb").full_clean()
