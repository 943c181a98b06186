"""The command `demo`: what it makes, and what it leaves alone."""

import re
from collections import Counter
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import User
from base.characters import canonical, canonical_phones
from contacts.models import CONTACT_FIELDS, Contact, ContactType
from contacts.phones import split_phones
from contacts_site.demo import loader
from directory.filters import find_members
from members.models import MEMBER_FIELDS, Member, MemberKind
from tests.factories import MemberFactory, UserFactory

pytestmark = pytest.mark.django_db

FICTION = re.compile(r"(019900|026191|035301|046571|053649|063998)[0-9]{4}")
EXAMPLE = re.compile(r"[^@]+@([a-z0-9-]+\.)?example\.(org|com|net)")


def demo(**options) -> str:
    output = StringIO()
    call_command("demo", stdout=output, **options)
    return output.getvalue()


def stored():
    members = Member.objects.order_by("pk").values_list(*MEMBER_FIELDS)
    contacts = Contact.objects.order_by("pk").values_list(
        "member__reference", "position", *CONTACT_FIELDS
    )
    return list(members), list(contacts)


def test_it_fills_an_empty_database_and_says_with_what():
    output = demo()
    kinds = Counter(Member.objects.values_list("kind", flat=True))
    assert sum(kinds.values()) == 300
    assert 850 <= Contact.objects.count() <= 950
    for count in (*kinds.values(), Contact.objects.count()):
        assert f"{count} " in output
    assert "Comptes : bureau (back-office) et admin (administrateur), mot de passe demo." in output


def test_it_is_the_same_each_time():
    demo()
    first = stored()
    Member.objects.all().delete()
    User.objects.all().delete()
    demo()
    assert stored() == first


def test_its_accounts_can_sign_in_each_with_its_role():
    demo()
    bureau, admin = User.objects.get(username="bureau"), User.objects.get(username="admin")
    assert [group.name for group in bureau.groups.all()] == ["Back-office"]
    assert [group.name for group in admin.groups.all()] == ["Administrateurs"]
    assert (bureau.is_staff, bureau.is_superuser) == (False, False)
    assert (admin.is_staff, admin.is_superuser) == (True, True)
    for username in ("bureau", "admin"):
        values = {"username": username, "password": "demo"}
        assert Client().post("/connexion/", values).status_code == 302


def test_every_member_and_contact_is_valid_and_canonical():
    demo()
    assert (Member.objects.count(), Contact.objects.count() > 500) == (300, True)
    for member in Member.objects.all():
        member.full_clean()
        for field in MEMBER_FIELDS:
            assert getattr(member, field) == canonical(getattr(member, field))
    for contact in Contact.objects.select_related("member"):
        contact.full_clean()
        for field in ("name", "note", "job_title", "email", "fax"):
            assert getattr(contact, field) == canonical(getattr(contact, field))
        assert contact.phones == canonical_phones(contact.phones)


def test_contacts_stand_in_places_from_one_without_gaps():
    demo()
    count = 0
    for member in Member.objects.prefetch_related("contacts"):
        places = [contact.position for contact in member.contacts.all()]
        assert places == list(range(1, len(places) + 1))
        count += len(places)
    assert count == Contact.objects.count() > 500


def test_individuals_have_no_contacts_and_the_others_from_none_to_twelve():
    demo()
    individuals = Member.objects.filter(kind=MemberKind.INDIVIDUAL)
    assert individuals.count() == 40
    assert not Contact.objects.filter(member__in=individuals).exists()
    sizes = {member.contacts.count() for member in Member.objects.exclude(pk__in=individuals)}
    assert {0, 1, 12} <= sizes
    assert max(sizes) == 12


def test_every_type_of_contact_is_well_represented():
    demo()
    types = Counter(Contact.objects.values_list("type", flat=True))
    assert set(types) == set(ContactType.values)
    assert min(types.values()) >= 50


def test_it_holds_what_real_data_holds():
    demo()
    references = set(Member.objects.values_list("reference", flat=True))
    assert {"C0001", "F0001", "P0001", "42", "1007", "épi-d'or-é1"} <= references
    assert len([name for name in Member.objects.values_list("name", flat=True) if len(name) > 80])
    assert len([name for name in Contact.objects.values_list("name", flat=True) if len(name) > 80])
    assert Contact.objects.filter(phones__contains=";").count() > 100
    assert Contact.objects.filter(note__contains="\n").count() > 50
    assert Contact.objects.exclude(fax="").count() > 50
    for absent in ("name", "job_title", "email", "phones"):
        assert Contact.objects.filter(**{absent: ""}).count() > 20
    assert Member.objects.filter(email="").count() > 20


def test_no_number_rings_and_no_mail_arrives_anywhere():
    demo()
    numbers = [
        number
        for numbers in (
            *Member.objects.values_list("phone", flat=True),
            *Contact.objects.values_list("phones", flat=True),
            *Contact.objects.values_list("fax", flat=True),
        )
        for number in split_phones(numbers)
    ]
    assert len(numbers) > 500
    for number in numbers:
        assert FICTION.fullmatch(re.sub(r"[ .]", "", number.replace("+33 ", "0"))), number
    for owner in (Member, Contact):
        for email in owner.objects.exclude(email="").values_list("email", flat=True):
            assert EXAMPLE.fullmatch(email), email


def test_it_refuses_a_database_with_members():
    MemberFactory()
    with pytest.raises(CommandError, match="contient déjà des membres ou des comptes"):
        demo()
    assert (Member.objects.count(), User.objects.count()) == (1, 0)


def test_it_refuses_a_database_with_accounts():
    UserFactory()
    with pytest.raises(CommandError, match="contient déjà des membres ou des comptes"):
        demo()
    assert (Member.objects.count(), User.objects.count()) == (0, 1)


def test_nothing_is_stored_where_something_fails_halfway(monkeypatch):
    def fail():
        raise RuntimeError

    monkeypatch.setattr(loader, "add_accounts", fail)
    with pytest.raises(RuntimeError):
        demo()
    assert not Member.objects.exists()


def test_if_empty_fills_an_empty_database():
    assert "300 membres" in demo(if_empty=True)
    assert Member.objects.count() == 300


def test_if_empty_leaves_a_database_with_members_alone_and_says_nothing():
    MemberFactory()
    assert demo(if_empty=True) == ""
    assert (Member.objects.count(), User.objects.count()) == (1, 0)


def test_if_empty_leaves_a_database_with_accounts_alone_and_says_nothing():
    UserFactory(username="admin")
    assert demo(if_empty=True) == ""
    assert (Member.objects.count(), User.objects.count()) == (0, 1)


def test_if_empty_names_the_accounts_of_the_demo_as_long_as_they_open():
    demo()
    before = stored()
    assert demo(if_empty=True) == (
        "Comptes : bureau (back-office) et admin (administrateur), mot de passe demo.\n"
    )
    assert stored() == before


def test_if_empty_is_silent_about_accounts_whose_password_was_changed():
    demo()
    admin = User.objects.get(username="admin")
    admin.set_password("un autre")
    admin.save()
    assert demo(if_empty=True) == ""


def test_if_empty_is_silent_about_accounts_that_are_closed():
    demo()
    User.objects.filter(username="bureau").update(is_active=False)
    assert demo(if_empty=True) == ""


def test_a_crowd_has_exactly_the_numbers_asked_for():
    output = demo(members=700, contacts=2_500)
    assert (Member.objects.count(), Contact.objects.count()) == (700, 2_500)
    assert "700 membres" in output
    assert "2500 contacts" in output
    assert "mot de passe demo" in output
    kinds = Counter(Member.objects.values_list("kind", flat=True))
    for kind, count in kinds.items():
        assert f"{count} " in output
        assert count > 70, kind
    individuals = Member.objects.filter(kind=MemberKind.INDIVIDUAL)
    assert not Contact.objects.filter(member__in=individuals).exists()


def test_a_crowd_is_the_same_each_time():
    demo(members=300, contacts=900)
    first = stored()
    Member.objects.all().delete()
    User.objects.all().delete()
    demo(members=300, contacts=900)
    assert stored() == first


def test_a_crowd_is_valid_and_canonical_also_with_more_contacts_than_posts():
    demo(members=60, contacts=1_500)
    for member in Member.objects.prefetch_related("contacts"):
        member.full_clean()
        places = [contact.position for contact in member.contacts.all()]
        assert places == list(range(1, len(places) + 1))
    for contact in Contact.objects.select_related("member"):
        contact.full_clean()
        for field in ("name", "note", "job_title", "email", "fax"):
            assert getattr(contact, field) == canonical(getattr(contact, field))
        assert contact.phones == canonical_phones(contact.phones)


def test_a_crowd_may_be_one_member():
    demo(members=1, contacts=20)
    assert Member.objects.get().contacts.count() == 20


def test_a_crowd_has_three_contacts_a_member_unless_told_otherwise():
    demo(members=40)
    assert Contact.objects.count() == 120


def test_a_crowd_refuses_a_site_with_members_unless_told():
    MemberFactory(reference="C0001")
    with pytest.raises(CommandError, match="contient déjà des membres ou des comptes"):
        demo(members=50, contacts=100)
    assert (Member.objects.count(), User.objects.count()) == (1, 0)
    demo(members=50, contacts=100, add=True)
    assert (Member.objects.count(), Contact.objects.count()) == (51, 100)
    MemberFactory(reference="Après")


def test_a_crowd_that_is_added_leaves_accounts_alone():
    UserFactory(username="anne")
    assert "mot de passe" not in demo(members=50, contacts=0, add=True)
    assert [user.username for user in User.objects.all()] == ["anne"]


def test_a_crowd_is_found_by_the_search():
    demo(members=50, contacts=200)
    contact = Contact.objects.exclude(name="").first()
    assert contact.member in find_members({"q": contact.name})


@pytest.mark.parametrize(
    "options",
    [
        {"contacts": 5},
        {"add": True},
        {"members": 0},
        {"members": 5, "contacts": -1},
    ],
)
def test_numbers_that_make_no_crowd_are_refused(options):
    with pytest.raises(CommandError):
        demo(**options)
    assert not Member.objects.exists()


def test_a_real_site_gets_no_account_with_a_known_password(settings):
    settings.HTTPS = True
    with pytest.raises(CommandError, match="vrai site"):
        call_command("demo")
    with pytest.raises(CommandError, match="vrai site"):
        call_command("demo", members=1)
    assert not User.objects.exists()
    call_command("demo", members=1, known_passwords=True, stdout=StringIO())
    assert User.objects.count() == 2
