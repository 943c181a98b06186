from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from base.authorship import NOBODY
from base.models import Event
from contacts.history import ChangeKind, changes_since, forget_former_contacts
from contacts.models import CONTACT_FIELDS, Contact, FormerContact
from contacts.order import reorder
from contacts.triggers import CONTACTS, STATE
from tests.factories import ContactFactory, MemberFactory, UserFactory

pytestmark = pytest.mark.django_db
OTHER_VALUES = dict.fromkeys(CONTACT_FIELDS, "0478000002") | {
    "name": "Ève",
    "note": "Absente le lundi",
    "job_title": "Directrice",
    "email": "eve@x.fr",
    "phones": "0478000000",
    "fax": "0478000001",
    "type": 1,
}


@pytest.fixture
def contact():
    return ContactFactory(name="Anne", email="anne@x.fr")


def kinds(moment, **options):
    return [(change.kind, change.title) for change in changes_since(moment, **options)]


def restore(contact, **values):
    """Bring a deleted contact back as pages and imports do, and return it."""
    kept = {name: getattr(contact, name) for name in ("member_id", "position", *CONTACT_FIELDS)}
    back = Contact(pk=contact.pk or values.pop("pk"), **kept)
    back.save(force_insert=True)
    Contact.objects.filter(pk=back.pk).update(created_at=contact.created_at)
    return back


@pytest.mark.parametrize("field", CONTACT_FIELDS)
def test_what_a_contact_said_is_remembered(contact, field):
    before = getattr(contact, field)
    start = timezone.now()
    Contact.objects.update(**{field: OTHER_VALUES[field]})
    former = FormerContact.objects.get()
    assert (former.contact_id, former.member_id) == (contact.pk, contact.member_id)
    assert getattr(former, field) == before
    assert former.created_at == contact.created_at
    assert former.event == Event.CHANGED
    assert start <= former.at <= timezone.now()


def test_a_former_place_and_a_former_member_are_remembered(contact):
    Contact.objects.update(position=7)
    Contact.objects.update(member=MemberFactory())
    assert list(FormerContact.objects.order_by("pk").values_list("member_id", "position")) == [
        (contact.member_id, 1),
        (contact.member_id, 7),
    ]


def test_a_deleted_contact_is_remembered(contact):
    pk = contact.pk
    contact.member.delete()
    former = FormerContact.objects.get()
    assert (former.contact_id, former.name, former.event) == (pk, "Anne", Event.DELETED)


def test_sql_of_ones_own_is_remembered(contact):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE contacts_contact SET note = 'x'")
        cursor.execute("DELETE FROM contacts_contact")
    assert list(FormerContact.objects.order_by("pk").values_list("note", "event")) == [
        ("", Event.CHANGED),
        ("x", Event.DELETED),
    ]


def test_what_says_nothing_of_a_contact_is_not_remembered(contact):
    contact.save()
    Contact.objects.update(
        refused_address="anne@x.fr", updated_at=timezone.now(), updated_by=UserFactory()
    )
    assert not FormerContact.objects.exists()


@pytest.mark.parametrize("microsecond", [0, 1, 999_999])
def test_moments_compare_with_those_that_django_writes(contact, microsecond):
    contact.delete()
    former = FormerContact.objects.get()
    moment = datetime(2026, 3, 1, 12, 0, 0, microsecond, tzinfo=UTC)
    FormerContact.objects.update(at=moment)
    for shift, is_found in ((-1, True), (0, False), (1, False)):
        since = moment + timedelta(microseconds=shift)
        assert FormerContact.objects.filter(at__gt=since).exists() is is_found
    assert former.at.utcoffset() == timedelta(0)


@pytest.mark.only_on("sqlite")
def test_sqlite_writes_moments_as_django_does(contact):
    contact.delete()
    with connection.cursor() as cursor:
        cursor.execute("SELECT CAST(at AS TEXT) FROM contacts_formercontact WHERE event = 3")
        ((written,),) = cursor.fetchall()
    at = FormerContact.objects.get().at
    assert written == at.strftime("%Y-%m-%d %H:%M:%S.%f")


@pytest.mark.parametrize(
    ("act", "kind"),
    [
        (lambda: Contact.objects.update(name="Ève"), ChangeKind.CHANGED),
        (lambda: Contact.objects.update(position=5), ChangeKind.MOVED),
        (lambda: Contact.objects.update(member=MemberFactory()), ChangeKind.MOVED),
        (lambda: Contact.objects.all().delete(), ChangeKind.DELETED),
    ],
)
def test_one_change_is_told(contact, act, kind):
    moment = timezone.now()
    act()
    (change,) = changes_since(moment)
    assert (change.kind, change.contact_id) == (kind, contact.pk)
    assert change.title == ("Ève" if kind == ChangeKind.CHANGED else "Anne")
    assert change.at == FormerContact.objects.get().at
    assert not kinds(timezone.now())


def test_what_was_changed_before_is_not_told(contact):
    Contact.objects.update(name="Ève")
    moment = timezone.now()
    assert not kinds(moment)


def test_several_changes_are_told_once_with_the_latest_title(contact):
    moment = timezone.now()
    for name in ("Ève", "Ava"):
        Contact.objects.update(name=name, position=3)
    assert kinds(moment) == [("changed", "Ava")]


def test_a_contact_changed_then_deleted_is_deleted(contact):
    moment = timezone.now()
    Contact.objects.update(name="Ève")
    Contact.objects.all().delete()
    assert kinds(moment) == [("deleted", "Ève")]


def test_a_contact_added_then_changed_is_added(contact):
    moment = timezone.now()
    ContactFactory(name="Bruno")
    Contact.objects.filter(name="Bruno").update(name="Bilal")
    assert kinds(moment) == [("added", "Bilal")]


def test_a_contact_added_then_deleted_is_not_told(contact):
    moment = timezone.now()
    ContactFactory().delete()
    assert not kinds(moment)


def test_a_contact_changed_and_changed_back_is_not_told(contact):
    moment = timezone.now()
    Contact.objects.update(name="Ève")
    Contact.objects.update(name="Anne")
    assert not kinds(moment)


def test_a_contact_deleted_and_brought_back_is_not_told(contact):
    pk, moment = contact.pk, timezone.now()
    contact.delete()
    restore(contact, pk=pk)
    assert not kinds(moment)
    Contact.objects.update(name="Ève")
    assert kinds(moment) == [("changed", "Ève")]


def test_a_contact_deleted_before_and_brought_back_since_is_added(contact):
    pk = contact.pk
    contact.delete()
    moment = timezone.now()
    restore(contact, pk=pk)
    assert kinds(moment) == [("added", "Anne")]
    assert not kinds(timezone.now())


def test_a_new_order_tells_only_those_that_moved():
    member = MemberFactory()
    anne, bruno, carl = (ContactFactory(member=member, name=name) for name in "ABC")
    moment = timezone.now()
    reorder(member, [anne.pk, carl.pk, bruno.pk])
    assert kinds(moment) == [("moved", "B"), ("moved", "C")]
    assert not FormerContact.objects.filter(contact_id=anne.pk).exists()


@pytest.mark.parametrize("number", [1, 1_000])
def test_changes_can_be_asked_for_some_members(contact, number):
    other = ContactFactory(name="Zoé", member__reference="C2")
    moment = timezone.now()
    Contact.objects.update(note="x")
    for member in (contact.member, other.member):
        ContactFactory(member=member, name="Neuf")
    some = {contact.member_id, *range(10**6, 10**6 + number)}
    assert kinds(moment, members=some) == [("changed", "Anne"), ("added", "Neuf")]
    assert len(kinds(moment)) == 4
    assert not kinds(moment, members=[])


def test_a_contact_given_to_another_member_concerns_both(contact):
    moment, other = timezone.now(), MemberFactory()
    Contact.objects.update(member=other)
    for member_id in (contact.member_id, other.pk):
        assert kinds(moment, members=[member_id]) == [("moved", "Anne")]


@pytest.mark.parametrize(("changes", "queries"), [(10, 4), (800, 4)])
def test_a_number_of_changes_takes_few_queries(
    contact, django_assert_max_num_queries, changes, queries
):
    Contact.objects.bulk_create(
        Contact(member=contact.member, position=10 + n, type=1) for n in range(changes)
    )
    moment = timezone.now()
    Contact.objects.update(note="x")
    with django_assert_max_num_queries(queries):
        assert len(kinds(moment)) == changes + 1


def test_old_states_are_forgotten(contact):
    for number in range(1_000):
        FormerContact.objects.bulk_create([_state(contact, days=30 if number else 28)])
    assert forget_former_contacts(timezone.now() - timedelta(days=29)) == 999
    assert FormerContact.objects.count() == 1


def _state(contact, days):
    return FormerContact(
        contact_id=contact.pk,
        member_id=contact.member_id,
        position=1,
        type=1,
        created_at=contact.created_at,
        event=Event.CHANGED,
        author=NOBODY,
        at=timezone.now() - timedelta(days=days),
    )


@pytest.mark.only_on("sqlite")
@pytest.mark.django_db(transaction=True)
def test_history_is_kept_after_the_table_was_made_anew(contact):
    field = Contact._meta.get_field("fax")
    with connection.schema_editor() as editor:
        editor._remake_table(Contact, alter_fields=[(field, field)])
    Contact.objects.update(name="Ève")
    assert not FormerContact.objects.exists()
    call_command("migrate", verbosity=0)
    Contact.objects.update(name="Ava")
    assert FormerContact.objects.get().name == "Ève"


@pytest.mark.django_db(transaction=True)
def test_a_database_without_triggers_gets_them_with_the_next_migration(contact):
    CONTACTS.remove(connection)
    Contact.objects.update(note="x")
    assert not FormerContact.objects.exists()
    call_command("migrate", verbosity=0)
    Contact.objects.update(note="y")
    former = FormerContact.objects.get()
    assert (former.contact_id, former.note) == (contact.pk, "x")


@pytest.mark.django_db(transaction=True)
def test_a_trigger_of_an_older_version_is_replaced(contact):
    CONTACTS.install(connection, tuple(name for name in STATE if name != "fax"))
    Contact.objects.update(fax="01")
    assert not FormerContact.objects.exists()
    call_command("migrate", verbosity=0)
    Contact.objects.update(fax="02")
    assert FormerContact.objects.get().fax == "01"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("time", [1, 2])
def test_a_test_that_commits_leaves_no_history_to_the_next(contact, time):
    assert not FormerContact.objects.exists()
    Contact.objects.update(note="x")
    assert FormerContact.objects.exists()


def test_a_contact_deleted_before_brought_back_and_changed_since_is_told_once(contact):
    pk = contact.pk
    contact.delete()
    moment = timezone.now()
    restore(contact, pk=pk)
    Contact.objects.update(name="Ève")
    assert kinds(moment) == [("changed", "Ève")]
