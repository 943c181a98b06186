"""Each attempt goes to the address that the recipient has then, or to nobody, and says why."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from base.addresses import address_key, wire_address
from contacts.models import Contact, ContactType, Topic
from contacts.routing import recipients
from mailing.messages.dispatch import resend_failures
from mailing.messages.preparation import prepare
from mailing.models import Delivery, DeliveryState, Message, Notification
from mailing.notifications.dispatch import notify, resend_unsent
from mailing.outbox.claims import LOOKED_UP_FOR, claimed_mails
from mailing.outbox.delivery import deliver_due
from mailing.outbox.given_up import send_given_up_again
from members.models import Member
from tests.factories import ContactFactory, MemberFactory
from tests.mailing.outbox.mails import Clock, numbered, queue_mails
from tests.pages import text
from tests.smtp_server import DROP, SmtpServer, django_settings

pytestmark = pytest.mark.django_db
SENT, WAITING, NOBODY = DeliveryState.SENT, DeliveryState.WAITING, DeliveryState.NOBODY


@pytest.fixture
def clock(monkeypatch):
    return Clock(monkeypatch)


@pytest.fixture
def anne():
    """A contact that hears of all, of a member with a main address."""
    member = MemberFactory(email="main@x.fr")
    return ContactFactory(member=member, name="Anne", email="anne@x.fr", type=ContactType.ALL)


@pytest.fixture
def waiting(anne, mail_server, clock):
    """A notification to the main address, and to Anne, whose mail the server put off."""
    mail_server.refuse("RCPT", "451 4.2.1 Plus tard", only="anne@")
    told = notify(anne.member, Topic.ORDERS, "Bon", "Voici.")
    assert deliver_due() == 1
    mail_server.accept()
    mail_server.letters.clear()
    clock.advance(minutes=2)
    return told


def message_to(*members):
    message = Message.objects.create(
        subject="Objet",
        text="Texte",
        member_ids=[member.pk for member in members],
        recipient_count=len(members),
    )
    prepare(message.pk)
    return message


def trace(notification):
    mail = notification.recipients.order_by("pk").last().delivery
    return mail.state, mail.answer


# --- Messages -----------------------------------------------------------------------------


@pytest.mark.parametrize("now", ["neuf@x.fr", ""])
def test_a_message_that_waits_goes_to_no_address_that_is_only_a_contacts_by_now(
    mail_server, clock, now, back_office
):
    member = MemberFactory(email="anne@x.fr")
    message = message_to(member)
    mail_server.refuse("RCPT", "451 4.2.1 Plus tard")
    assert deliver_due() == 0
    mail_server.accept()
    Member.objects.filter(pk=member.pk).update(email=now)
    ContactFactory(member=member, email="anne@x.fr", type=ContactType.NONE)
    clock.advance(minutes=2)
    assert deliver_due() == bool(now)
    assert mail_server.addresses == ([now] if now else [])
    page = text(back_office.get(f"/messages/{message.pk}/"))
    if now:
        assert "1 envoyé" in page
        assert now in page
    else:
        assert "1 sans destinataire, sur 1" in page
        assert "Ce membre n'a plus d'adresse principale." in page


def test_a_message_that_found_nobody_is_sent_again_once_there_is_an_address(mail_server):
    member = MemberFactory(email="anne@x.fr")
    message = message_to(member)
    Member.objects.update(email="")
    assert deliver_due() == 0
    assert resend_failures(message) == 0
    Member.objects.update(email="neuf@x.fr")
    assert resend_failures(message) == 1
    assert deliver_due() == 1
    assert mail_server.addresses == ["neuf@x.fr"]


# --- Notifications ------------------------------------------------------------------------


def test_a_notification_goes_to_the_address_that_its_contact_has_by_now(waiting, mail_server, anne):
    Contact.objects.filter(pk=anne.pk).update(email="Anne.Neuf@x.fr")
    assert deliver_due() == 1
    assert mail_server.addresses == ["Anne.Neuf@x.fr"]
    assert trace(waiting) == (SENT, "")
    assert Delivery.objects.filter(address="Anne.Neuf@x.fr").exists()


def without_address(anne, settings):
    Contact.objects.update(email="")


def deleted(anne, settings):
    anne.delete()


def unconcerned(anne, settings):
    Contact.objects.update(type=ContactType.ADMINISTRATIVE)


def told_of_nothing(anne, settings):
    Contact.objects.update(type=ContactType.NONE)


def with_the_main_address(anne, settings):
    Contact.objects.update(email="MAIN@x.fr")


@pytest.mark.parametrize(
    ("become", "reason"),
    [
        (without_address, "Ce contact n'a plus d'adresse mail."),
        (deleted, "Ce contact a été supprimé."),
        (unconcerned, "Ce sujet ne concerne plus ce contact."),
        (told_of_nothing, "Ce sujet ne concerne plus ce contact."),
        (with_the_main_address, "Cette adresse a déjà reçu ce mail."),
    ],
)
def test_who_is_no_recipient_by_now_gets_nothing_and_the_trace_says_why(
    waiting, mail_server, anne, settings, administrator, become, reason
):
    become(anne, settings)
    assert deliver_due() == 0
    assert mail_server.letters == []
    assert trace(waiting) == (NOBODY, reason)
    page = text(administrator.get(f"/notifications/{waiting.pk}/"))
    assert "Sans destinataire" in page
    assert reason in page


def test_a_topic_whose_module_is_off_by_now_reaches_nobody(anne, mail_server, settings):
    told = notify(anne.member, Topic.AFTER_SALES, "Suivi", "Voici.")
    settings.MODULE_AFTER_SALES = False
    assert deliver_due() == 0
    assert trace(told) == (NOBODY, "Ce sujet n'est plus en service.")


def test_a_main_address_that_is_changed_meanwhile_is_written_to_as_it_is(anne, mail_server):
    notify(anne.member, Topic.ORDERS, "Bon", "Voici.")
    Member.objects.update(email="bureau@x.fr")
    assert deliver_due() == 2
    assert mail_server.addresses == ["bureau@x.fr", "anne@x.fr"]


def test_a_contact_that_was_made_anew_with_its_address_gets_the_mail(waiting, mail_server, anne):
    anne.delete()
    again = ContactFactory(member=anne.member, name="Anne", email="ANNE@x.fr", type=2)
    assert deliver_due() == 1
    assert mail_server.addresses == ["ANNE@x.fr"]
    assert waiting.recipients.order_by("pk").last().contact == again


def test_two_recipients_who_share_an_address_by_now_get_one_mail(anne, mail_server):
    ContactFactory(member=anne.member, email="bruno@straße.fr", type=ContactType.ALL)
    told = notify(anne.member, Topic.ORDERS, "Bon", "Voici.")
    Contact.objects.filter(pk=anne.pk).update(email="Bruno@STRASSE.fr".replace("SS", "ß"))
    assert deliver_due() == 2
    assert sorted(mail_server.addresses) == ["Bruno@xn--strae-oqa.fr", "main@x.fr"]
    assert trace(told) == (NOBODY, "Cette adresse a déjà reçu ce mail.")


def test_of_two_who_share_an_address_the_second_is_tried_where_the_first_was_not_taken(
    anne, mail_server, clock
):
    ContactFactory(member=anne.member, email="bruno@x.fr", type=ContactType.ALL)
    notify(anne.member, Topic.ORDERS, "Bon", "Voici.")
    Contact.objects.update(email="nous@x.fr")
    answers = iter(["451 Plus tard", None])
    mail_server.rule = lambda command, argument: (
        next(answers) if command == "RCPT" and argument == "nous@x.fr" else None
    )
    assert deliver_due() == 2
    assert sorted(mail_server.addresses) == ["main@x.fr", "nous@x.fr"]
    clock.advance(minutes=2)
    assert deliver_due() == 0
    assert sorted(Delivery.objects.values_list("state", flat=True)) == [NOBODY, SENT, SENT]


def test_what_another_worker_is_sending_to_the_address_is_waited_for(anne, mail_server, clock):
    told = notify(anne.member, Topic.ORDERS, "Bon", "Voici.")
    first, second = [each.delivery for each in told.recipients.order_by("pk")]
    Delivery.objects.filter(pk=first.pk).update(
        claimed_until=timezone.now() + timedelta(minutes=10)
    )
    Contact.objects.update(email="main@x.fr")
    assert deliver_due() == 0
    second.refresh_from_db()
    assert (second.state, second.claimed_until) == (WAITING, None)
    Delivery.objects.filter(pk=first.pk).update(state=SENT, claimed_until=None)
    clock.advance(minutes=2)
    assert deliver_due() == 0
    assert trace(told) == (NOBODY, "Cette adresse a déjà reçu ce mail.")


# --- The moment ---------------------------------------------------------------------------


def test_the_addresses_of_claimed_mails_are_looked_up_again_after_a_second(clock):
    queue_mails(*numbered(4))
    claimed = claimed_mails(lambda: False)
    assert next(claimed).address == "m0@example.org"
    Member.objects.filter(email="m1@example.org").update(email="neuf@example.org")
    Member.objects.filter(email="m2@example.org").update(email="")
    Member.objects.filter(email="m3@example.org").update(email="trois@example.org")
    clock.advance(seconds=LOOKED_UP_FOR.total_seconds())
    assert [mail.address for mail in claimed][:2] == ["neuf@example.org", "trois@example.org"]
    assert Delivery.objects.filter(state=NOBODY).count() == 1


def test_looking_up_costs_as_many_queries_for_many_mails_as_for_few(
    mail_server, django_assert_max_num_queries
):
    members = [MemberFactory(email=address) for address in numbered(40)]
    for member in members:
        ContactFactory(member=member, email=f"c{member.pk}@x.fr")
        notify(member, Topic.ORDERS, "Bon", "Voici.")
    Contact.objects.all().delete()
    # Of each mail its state; of each of the two claims some queries, whatever is in it.
    with django_assert_max_num_queries(40 + 45):
        assert deliver_due() == 40
    assert Delivery.objects.filter(state=NOBODY).count() == 40


# --- Whatever happens between -------------------------------------------------------------

PLACES = ("anne@x.fr", "ANNE@x.fr", "bruno@x.fr", "chloe@straße.fr", "")
place = st.sampled_from(PLACES)
answer = st.sampled_from(
    [None, None, "451 4.2.1 Plus tard", "550 5.1.1 Inconnu", "421 Fermé", DROP]
)
step = st.one_of(
    st.tuples(st.just("main"), place),
    st.tuples(st.just("contact"), st.integers(0, 2), place, st.sampled_from(ContactType)),
    st.tuples(st.just("delete"), st.integers(0, 2)),
    st.tuples(st.just("message")),
    st.tuples(st.just("notify"), st.sampled_from(Topic)),
    st.tuples(st.just("deliver"), answer, place),
    st.tuples(st.just("resend")),
    st.tuples(st.just("wait"), st.sampled_from([1, 60, 300, 3000])),
    st.tuples(st.just("restart")),
)


class Site:
    """A member whose contacts change, mail on its way, and a server that checks each letter."""

    def __init__(self, server, clock):
        self.server, self.clock = server, clock
        self.member = MemberFactory(email="anne@x.fr")
        self.contacts = [
            ContactFactory(member=self.member, email=email, type=ContactType.ALL)
            for email in ("anne@x.fr", "bruno@x.fr", "chloe@straße.fr")
        ]
        self.dead = []
        server.letters.clear()

    def main(self, email):
        Member.objects.filter(pk=self.member.pk).update(email=email)

    def contact(self, number, email, kind):
        key = self.contacts[number].pk
        changed = Contact.objects.filter(pk=key).update(email=email, type=kind)
        if not changed:
            self.contacts[number] = ContactFactory(member=self.member, email=email, type=kind)

    def delete(self, number):
        Contact.objects.filter(pk=self.contacts[number].pk).delete()

    def message(self):
        message_to(Member.objects.get())

    def notify(self, topic):
        notify(Member.objects.get(), topic, topic.value, "Voici.")

    def resend(self):
        for message in Message.objects.all():
            resend_failures(message)
        for notification in Notification.objects.all():
            resend_unsent(notification)
        send_given_up_again(of_messages=True, of_notifications=True)

    def wait(self, minutes):
        self.clock.advance(minutes=minutes)

    def restart(self):
        """A worker claims mails, and dies."""
        dead = claimed_mails(lambda: False)
        self.dead.append((dead, next(dead, None)))
        self.clock.advance(minutes=11)

    def deliver(self, answer, only):
        self.server.refuse("RCPT", answer, only=only)
        before = len(self.server.letters)
        right = self.right()
        deliver_due()
        for letter in self.server.letters[before:]:
            assert letter.to[0] in right[str(letter.message["Subject"])]
        self.server.accept()

    def right(self):
        """To which addresses a mail of each subject may go now, as servers write them."""
        member = Member.objects.get()
        right = {topic.value: recipients(member, topic) for topic in Topic}
        right["Objet"] = [member.email] if member.email else []
        return {
            subject: {wire_address(email) for email in emails} | same(member, emails)
            for subject, emails in right.items()
        }


def same(member, emails):
    """Other spellings of these addresses that the member or a contact has."""
    stored = [member.email, *member.contacts.values_list("email", flat=True)]
    keys = {address_key(email) for email in emails}
    return {wire_address(email) for email in stored if email and address_key(email) in keys}


@pytest.fixture(scope="module")
def server():
    with SmtpServer() as server:
        yield server


@hypothesis_settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(step, min_size=5, max_size=25))
def test_each_letter_was_right_when_it_left_whatever_changed_before(server, settings, steps):
    for name, value in django_settings(server.port).items():
        setattr(settings, name, value)
    with transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        site = Site(server, Clock(patch))
        for name, *values in steps:
            getattr(site, name)(*values)
        site.wait(400)
        site.deliver(None, "")
        at_once = [(letter.message["Message-ID"], letter.to[0]) for letter in server.letters]
        assert len(set(at_once)) == len(at_once)
        notified = Notification.objects.all()
        for notification in notified:
            sent = notification.recipients.filter(delivery__state=SENT)
            keys = [address_key(each.delivery.address) for each in sent]
            assert len(set(keys)) == len(keys)
        # Each example begins with an empty site.
        transaction.set_rollback(True)
