"""The proof: what is written from the members' screen reaches no address of a contact alone."""

from email.utils import parseaddr

import pytest
from django.core import mail
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from base.addresses import wire_address
from contacts.models import Contact, ContactType
from mailing.models import Delivery, DeliveryState, Message
from members.models import Member
from tests.factories import ContactFactory, MemberFactory
from tests.mailing.messages.writing import deliver, recipients, send, to_members, to_search

# The same few people under several spellings, and addresses that would become several.
ADDRESSES = [
    "anne@x.fr",
    "ANNE@x.fr",
    "anne@X.FR",
    "anne+a@x.fr",
    "bruno@x.fr",
    '"a,bruno@x.fr,b"@y.fr',
    '"bruno@x.fr"@y.fr',
    "a@éx.fr",
]
addresses = st.sampled_from(["", *ADDRESSES])
contacts = st.lists(st.tuples(addresses, st.sampled_from(ContactType)), max_size=4)
people = st.lists(st.tuples(addresses, contacts), min_size=1, max_size=5)
EVERYBODY = [
    (main, [(address, kind) for address in ADDRESSES for kind in ContactType]) for main in ADDRESSES
]


@settings(
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(people=people, is_search=st.booleans())
@example(people=EVERYBODY, is_search=True)
@example(people=[("", [("anne@x.fr", ContactType.ALL)]), ("bruno@x.fr", [])], is_search=False)
@example(people=[("anne@x.fr", []), ("anne@x.fr", [])], is_search=False)
def test_only_main_addresses_are_written_to_each_in_a_mail_of_its_own(
    back_office, people, is_search
):
    with transaction.atomic():
        members = build(people)
        mail.outbox.clear()
        send(back_office, to_search() if is_search else to_members(*members))
        deliver()
        # One mail for each member, to its address as mail servers write it, and nothing else.
        wanted = sorted(wire_address(m.email) for m in members if m.email)
        assert recipients(mail.outbox) == wanted
        for letter in mail.outbox:
            assert parseaddr(letter.message()["To"])[1]
            assert {"Cc", "Bcc"}.isdisjoint(letter.message().keys())
        # Each example begins with an empty site.
        transaction.set_rollback(True)


def build(people):
    members = []
    for main, contacts in people:
        members.append(MemberFactory(email=main))
        for position, (address, kind) in enumerate(contacts):
            ContactFactory(member=members[-1], email=address, type=kind, position=position)
    return members


def test_a_contact_is_not_written_to_when_the_main_address_becomes_its_own(back_office, mailoutbox):
    """Sent again, a message goes to the main address of now, not to what was one before."""
    member = MemberFactory(email="anne@x.fr")
    send(back_office, to_members(member))
    deliver()
    mailoutbox.clear()
    Delivery.objects.update(state=DeliveryState.REFUSED)
    Member.objects.filter(pk=member.pk).update(email="bureau@x.fr")
    ContactFactory(member=member, email="anne@x.fr")
    back_office.post(f"/messages/{Message.objects.get().pk}/renvoyer/")
    deliver()
    assert recipients(mailoutbox) == ["bureau@x.fr"]
    assert Contact.objects.get().email == "anne@x.fr"


@pytest.mark.parametrize("kind", ContactType)
def test_a_contact_of_any_type_gets_nothing(back_office, mailoutbox, kind):
    member = ContactFactory(type=kind, email="anne@x.fr").member
    MemberFactory(email="bruno@x.fr")
    send(back_office, to_search())
    deliver()
    assert recipients(mailoutbox) == ["bruno@x.fr"]
    assert not member.deliveries.exists()
