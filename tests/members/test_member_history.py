"""Every change of a member is recorded with what it was, when and by whom."""

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from base.authorship import NOBODY, Author, Way, written_by
from base.conflicts import sealed_version
from base.models import Event
from members.former import MEMBERS, changes_of_member, forget_former_members
from members.models import MEMBER_FIELDS, FormerMember, Member
from tests.factories import MemberFactory, UserFactory
from tests.pages import main_form

pytestmark = pytest.mark.django_db
VALUES = {
    "reference": "M7",
    "name": "Moulin",
    "kind": "supplier",
    "email": "moulin@x.fr",
    "phone": "0478000000",
    "address": "1 quai du Moulin",
    "postal_code": "69001",
    "city": "Lyon",
    "note": "Fermé le lundi",
}


@pytest.fixture
def browser():
    client = Client()
    client.force_login(UserFactory(is_superuser=True))
    return client


@pytest.fixture
def by_browser(browser):
    return Author(Way.PAGE, int(browser.session["_auth_user_id"]))


def changes(member_id):
    return [
        (change.event, change.author, change.differing(MEMBER_FIELDS))
        for change in reversed(changes_of_member(member_id, count=10))
    ]


@pytest.mark.parametrize("field", MEMBER_FIELDS)
def test_each_field_of_a_member_is_remembered(field):
    member = MemberFactory(reference="F1", name="Ferme")
    before, start = getattr(member, field), timezone.now()
    Member.objects.update(**{field: VALUES[field]})
    former = FormerMember.objects.get()
    assert (former.member_id, getattr(former, field)) == (member.pk, before)
    assert (former.event, former.created_at) == (Event.CHANGED, member.created_at)
    assert start <= former.at <= timezone.now()


def test_a_member_has_a_history_from_its_addition_to_its_deletion(browser, by_browser):
    browser.post("/membres/ajouter/", VALUES)
    member = Member.objects.get()
    version = sealed_version(member, MEMBER_FIELDS)
    browser.post(
        f"{member.get_absolute_url()}modifier/",
        {**VALUES, "name": "Minoterie", "city": "Vienne", "version": version},
    )
    page = f"{member.get_absolute_url()}supprimer/"
    browser.post(page, main_form(browser.get(page)))
    assert not Member.objects.exists()
    assert changes(member.pk) == [
        (Event.ADDED, by_browser, []),
        (Event.CHANGED, by_browser, ["name", "city"]),
        (Event.DELETED, by_browser, []),
    ]
    deleted = changes_of_member(member.pk, count=1)[0].before
    assert {name: getattr(deleted, name) for name in VALUES} == {
        **VALUES,
        "name": "Minoterie",
        "city": "Vienne",
    }


def test_plain_sql_is_recorded_without_an_author():
    member = MemberFactory()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE members_member SET note = 'x'")
    assert changes(member.pk) == [(Event.ADDED, NOBODY, []), (Event.CHANGED, NOBODY, ["note"])]


def test_what_says_nothing_of_a_member_is_not_recorded():
    member = MemberFactory()
    member.save()
    Member.objects.update(
        refused_address="x@x.fr", updated_at=timezone.now(), updated_by=UserFactory()
    )
    assert not FormerMember.objects.exists()


def test_many_members_added_at_once_are_all_recorded():
    with written_by(Way.COMMAND, program="demo"):
        Member.objects.bulk_create(MemberFactory.build() for _ in range(300))
    lines = FormerMember.lines.all()
    assert {line.author for line in lines} == {Author(Way.COMMAND, program="demo")}
    assert {line.member_id for line in lines} == set(Member.objects.values_list("pk", flat=True))


def test_two_members_may_have_had_one_reference():
    for _ in range(2):
        MemberFactory(reference="F1").delete()
    assert FormerMember.objects.filter(reference="F1").count() == 2


def test_what_is_old_is_forgotten():
    MemberFactory()
    moment = timezone.now()
    Member.objects.update(note="x")
    assert forget_former_members(moment) == 1
    assert [line.event for line in FormerMember.lines.all()] == [Event.CHANGED]


@pytest.mark.django_db(transaction=True)
def test_the_triggers_come_back_after_they_are_removed():
    MEMBERS.remove(connection)
    MemberFactory()
    MEMBERS.keep_installed("default")
    Member.objects.update(note="x")
    assert [line.event for line in FormerMember.lines.all()] == [Event.CHANGED]
