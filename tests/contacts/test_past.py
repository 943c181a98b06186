"""The contacts of a moment that has passed, whatever happened since."""

from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from base.authorship import Way, written_by
from contacts.history import forget_former_contacts
from contacts.models import CONTACT_FIELDS, Contact, next_position
from contacts.order import reorder
from contacts.past import is_known, past_of
from tests.factories import ContactFactory, MemberFactory

pytestmark = pytest.mark.django_db


def state():
    """Return the contacts as they are now: member, key, position, values."""
    found = Contact.objects.order_by("pk")
    return [
        (member, pk, position, tuple(values))
        for member, pk, position, *values in found.values_list(
            "member_id", "pk", "position", *CONTACT_FIELDS
        )
    ]


def state_of(moment, **options):
    """Return the contacts of that moment, from those of now and what is known of the past."""
    past = past_of(moment, **options)
    same = [one for one in state() if one[1] not in past.changed]
    return sorted([*map(tuple, past.contacts), *same], key=lambda one: one[1])


OPERATIONS = st.lists(
    st.tuples(st.sampled_from(["add", "change", "delete", "turn", "move"]), st.integers(0, 9)),
    max_size=12,
)


def act(operation, number, members):
    member = members[number % 2]
    contacts = list(member.contacts.order_by("position"))
    one = contacts[number % len(contacts)] if contacts else None
    if operation == "add":
        ContactFactory(member=member, name=f"New {number}")
    elif operation == "turn":
        reorder(member, [contact.pk for contact in reversed(contacts)])
    elif one and operation == "change":
        Contact.objects.filter(pk=one.pk).update(note=f"{number}", type=number % 2 + 1)
    elif one and operation == "delete":
        one.delete()
    elif one and operation == "move":
        other = members[1 - number % 2]
        Contact.objects.filter(pk=one.pk).update(member=other, position=next_position(other.pk))


class Past(TestCase):
    @settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
    @given(OPERATIONS, OPERATIONS)
    def test_the_contacts_of_a_moment_are_found_whatever_happened_since(self, before, after):
        members = [MemberFactory(), MemberFactory()]
        for operation, number in before:
            act(operation, number, members)
        then, moment = state(), timezone.now()
        for operation, number in after:
            act(operation, number, members)
        assert state_of(moment) == then
        now = state()
        differing = {one[0] for one in {*then} ^ {*now}}
        assert differing <= {*past_of(moment).members}


def test_what_given_imports_changed_counts_as_done_at_that_moment():
    farm = MemberFactory()
    anne, bruno = (ContactFactory(member=farm, name=name) for name in ("Anne", "Bruno"))
    keys = [anne.pk, bruno.pk]
    moment = timezone.now()
    with written_by(Way.IMPORT, run=7):
        chloe = ContactFactory(member=farm, name="Chloé")
        Contact.objects.filter(pk=anne.pk).update(note="import")
        bruno.delete()
    after_import = state()
    assert state_of(moment, runs={7}) == after_import
    Contact.objects.filter(pk=anne.pk).update(note="site", fax="0478000001")
    Contact.objects.filter(pk=chloe.pk).delete()
    assert state_of(moment, runs={7}) == after_import
    assert [one[1] for one in state_of(moment, runs={8})] == keys
    with written_by(Way.IMPORT, run=8):
        Contact.objects.filter(pk=anne.pk).update(type=2)
    (anne_then,) = (one for one in state_of(moment, runs={7, 8}) if one[1] == anne.pk)
    values = dict(zip(CONTACT_FIELDS, anne_then[3], strict=True))
    assert (values["note"], values["fax"], values["type"]) == ("import", anne.fax, 2)


def test_a_moment_is_known_until_a_former_state_from_after_it_is_forgotten():
    now = timezone.now()
    assert is_known(now - timedelta(days=400))
    forget_former_contacts(now - timedelta(days=90))
    assert is_known(now - timedelta(days=89))
    assert not is_known(now - timedelta(days=91))
    forget_former_contacts(now - timedelta(days=100))
    assert not is_known(now - timedelta(days=91))
    forget_former_contacts(now - timedelta(days=30))
    assert not is_known(now - timedelta(days=89))
