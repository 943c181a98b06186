"""Who hears of what: the one table, and the addresses that come of it."""

import pytest

from contacts.models import Contact, ContactType, Topic
from contacts.routing import (
    Recipient,
    active_topics,
    is_without_effect,
    receivers,
    recipients,
    recipients_of,
    route,
    types_hearing,
)
from members.models import Member, MemberKind
from tests.factories import ContactFactory, MemberFactory

pytestmark = pytest.mark.django_db

HEARD = {
    ContactType.ADMINISTRATIVE: {Topic.INVOICES},
    ContactType.ORDERS: {Topic.ORDERS},
    ContactType.NONE: set(),
    ContactType.ALL: {Topic.INVOICES, Topic.ORDERS, Topic.AFTER_SALES},
    ContactType.AFTER_SALES: {Topic.AFTER_SALES},
    ContactType.RECEIVER: set(),
}
CELLS = [(kind, topic) for kind in ContactType for topic in Topic]


@pytest.fixture
def member():
    return MemberFactory(email="cantine@example.org")


def test_the_main_address_comes_first_then_contacts_by_position(member):
    last = ContactFactory(member=member, email="b@example.org", position=9)
    ContactFactory(member=member, email="a@example.org", position=3)
    found = recipients(member, Topic.INVOICES)
    assert found == ["cantine@example.org", "a@example.org", "b@example.org"]
    assert route(member, Topic.INVOICES, [last])[1] == Recipient("b@example.org", last)


@pytest.mark.parametrize(("kind", "topic"), CELLS)
def test_a_type_hears_of_what_the_table_says(member, kind, topic):
    ContactFactory(member=member, type=kind, email="contact@example.org")
    hears = "contact@example.org" in recipients(member, topic)
    assert hears == (topic in HEARD[kind])


@pytest.mark.parametrize(("kind", "topic"), CELLS)
def test_without_after_sales_its_topic_reaches_nobody(member, settings, kind, topic):
    settings.MODULE_AFTER_SALES = False
    ContactFactory(member=member, type=kind, email="contact@example.org")
    hears = "contact@example.org" in recipients(member, topic)
    assert hears == (topic in HEARD[kind] - {Topic.AFTER_SALES})


@pytest.mark.parametrize(("kind", "topic"), CELLS)
def test_delivery_tracking_changes_nothing_of_what_is_written(member, settings, kind, topic):
    settings.MODULE_DELIVERY_TRACKING = False
    ContactFactory(member=member, type=kind, email="contact@example.org")
    assert ("contact@example.org" in recipients(member, topic)) == (topic in HEARD[kind])


@pytest.mark.parametrize("topic", Topic)
@pytest.mark.parametrize("is_on", [True, False])
def test_the_main_address_hears_of_all_topics_whose_module_is_on(member, settings, topic, is_on):
    settings.MODULE_AFTER_SALES = is_on
    reached = is_on or topic != Topic.AFTER_SALES
    assert recipients(member, topic) == (["cantine@example.org"] if reached else [])


@pytest.mark.parametrize("is_on", [True, False])
@pytest.mark.parametrize("kind", ContactType)
def test_only_receivers_sign_and_only_with_delivery_tracking(member, settings, kind, is_on):
    settings.MODULE_DELIVERY_TRACKING = is_on
    contact = ContactFactory(member=member, type=kind)
    signs = is_on and kind == ContactType.RECEIVER
    assert receivers(member) == ([contact] if signs else [])


def test_receivers_come_by_position_and_are_the_members_own(member):
    ContactFactory(type=ContactType.RECEIVER)
    second = ContactFactory(member=member, type=ContactType.RECEIVER, position=8)
    first = ContactFactory(member=member, type=ContactType.RECEIVER, position=2)
    assert receivers(member) == [first, second]


@pytest.mark.parametrize(
    ("off", "idle"),
    [
        (None, set()),
        ("MODULE_AFTER_SALES", {ContactType.AFTER_SALES}),
        ("MODULE_DELIVERY_TRACKING", {ContactType.RECEIVER}),
    ],
)
def test_a_type_is_without_effect_only_while_its_module_is_off(settings, off, idle):
    if off:
        setattr(settings, off, False)
    assert {kind for kind in ContactType if is_without_effect(kind)} == idle


def test_the_types_that_hear_of_topics_are_told(settings):
    assert types_hearing([Topic.INVOICES]) == [ContactType.ADMINISTRATIVE, ContactType.ALL]
    assert set(types_hearing(Topic)) == set(ContactType) - {ContactType.NONE, ContactType.RECEIVER}
    settings.MODULE_AFTER_SALES = False
    assert active_topics() == [Topic.INVOICES, Topic.ORDERS]


def test_an_address_comes_once_whatever_its_letter_case(member):
    for email in ("Cantine@Example.ORG", "chef@example.org", "CHEF@example.org"):
        ContactFactory(member=member, email=email)
    assert recipients(member, Topic.ORDERS) == ["cantine@example.org", "chef@example.org"]


def test_contacts_are_reached_where_the_main_address_is_empty():
    contact = ContactFactory(email="chef@example.org")
    assert recipients(contact.member, Topic.ORDERS) == ["chef@example.org"]


def test_a_contact_without_address_is_passed_over(member):
    ContactFactory(member=member, email="")
    assert recipients(member, Topic.ORDERS) == ["cantine@example.org"]


def test_an_individual_is_reached_at_the_main_address():
    member = MemberFactory(kind=MemberKind.INDIVIDUAL, email="moi@example.org")
    assert recipients(member, Topic.INVOICES) == ["moi@example.org"]


def test_another_members_contacts_are_never_reached(member):
    ContactFactory(email="ailleurs@example.org")
    assert recipients(member, Topic.INVOICES) == ["cantine@example.org"]
    assert recipients_of([member], Topic.INVOICES) == {member.pk: ["cantine@example.org"]}


def _make_members(count):
    """Members of whom each second has a main address, with two contacts each."""
    members = Member.objects.bulk_create(
        Member(
            reference=f"M{n}",
            name="Cantine",
            kind=MemberKind.PROFESSIONAL,
            email=f"m{n}@example.org" if n % 2 else "",
        )
        for n in range(count)
    )
    Contact.objects.bulk_create(
        Contact(member=member, position=position, type=kind, email=f"{position}@{n}.example.org")
        for n, member in enumerate(members)
        for position, kind in ((2, ContactType.ORDERS), (1, ContactType.ALL))
    )
    return members


@pytest.mark.parametrize("count", [0, 1, 10, 1_000])
def test_many_members_cost_one_query_whatever_their_number(count, django_assert_num_queries):
    members = _make_members(count)
    with django_assert_num_queries(1 if count else 0):
        found = recipients_of(members, Topic.ORDERS)
    some = members[::97]
    assert list(found) == [member.pk for member in members]
    assert [found[member.pk] for member in some] == [
        recipients(member, Topic.ORDERS) for member in some
    ]


@pytest.mark.parametrize("count", [5, 2_000])
def test_members_are_reached_in_whatever_order_they_come(count, django_assert_num_queries):
    members = _make_members(count)[1:-1]
    # Neither the first nor the last has the lowest or the highest key.
    members.append(members.pop(0))
    members.insert(1, members.pop(-2))
    members.reverse()
    with django_assert_num_queries(1):
        found = recipients_of(members, Topic.ORDERS)
    assert list(found) == [member.pk for member in members]
    assert sum(map(len, found.values())) == len(members) * 2 + sum(bool(m.email) for m in members)
