"""Queued mail is sent, and what the mail server answers decides what becomes of it."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.conf import settings as site_settings
from django.utils import timezone

from contacts.models import Contact, Topic
from contacts_site.logs import LineFormatter
from mailing.models import Attachment, Delivery, DeliveryState
from mailing.notifications.dispatch import notify
from mailing.notifications.request import AttachedFile
from mailing.outbox import composition
from mailing.outbox.claims import AT_A_TIME, claimed_mails, has_due_mail
from mailing.outbox.delivery import deliver_due
from mailing.outbox.queue import Draft, queue, queue_again
from members.models import Member
from tests.factories import ContactFactory, MemberFactory
from tests.mailing.outbox.mails import Clock, minutes_until_next, numbered, queue_mails, states
from tests.smtp_server import DROP, HANG, SmtpServer, django_settings, refusing_passwords

pytestmark = pytest.mark.django_db
SENT, WAITING, REFUSED = DeliveryState.SENT, DeliveryState.WAITING, DeliveryState.REFUSED
GIVEN_UP, NOBODY = DeliveryState.GIVEN_UP, DeliveryState.NOBODY


@pytest.fixture
def clock(monkeypatch):
    return Clock(monkeypatch)


@contextmanager
def another_server(settings, **options):
    """The site's mail server, made differently."""
    with SmtpServer(**options) as server:
        for name, value in django_settings(server.port).items():
            setattr(settings, name, value)
        yield server


def only_delivery() -> Delivery:
    return Delivery.objects.get()


def test_queued_mails_are_sent_in_their_order_over_one_connection(mail_server):
    addresses = numbered(2 * AT_A_TIME + 3)
    queue_mails(*addresses)
    assert deliver_due() == len(addresses)
    assert mail_server.addresses == addresses
    assert mail_server.connections == 1
    assert set(states()) == {SENT}
    delivery = Delivery.objects.first()
    assert (delivery.attempts, delivery.answer, delivery.claimed_until) == (1, "", None)
    assert delivery.created_at <= delivery.finished_at <= timezone.now()
    assert deliver_due() == 0


def test_as_many_as_asked_for_are_sent_and_the_others_are_free(mail_server):
    queue_mails(*numbered(5))
    assert deliver_due(2) == 2
    assert states() == [SENT] * 2 + [WAITING] * 3
    assert has_due_mail(more_than=2)
    assert not has_due_mail(more_than=3)


def test_the_mail_at_hand_is_the_last_when_the_worker_is_to_stop(mail_server):
    queue_mails(*numbered(5))
    assert deliver_due(is_stopping=lambda: len(mail_server.letters) == 3) == 3
    assert states() == [SENT] * 3 + [WAITING] * 2
    assert deliver_due() == 2


# --- Refused for now ----------------------------------------------------------------------


@pytest.mark.parametrize("command", ["RCPT", "DATA"])
def test_a_mail_refused_for_now_is_tried_later_with_growing_delay_then_given_up(
    mail_server, clock, command
):
    queue_mails("a@example.org")
    mail_server.refuse(command, "451 4.2.1 Revenez plus tard")
    waited = []
    while clock.advance_to_next_attempt():
        deliver_due()
        delivery = only_delivery()
        if delivery.state == WAITING:
            waited.append(round(minutes_until_next(delivery)))
    delays = site_settings.MAIL_RETRY_MINUTES
    assert waited[: len(delays)] == delays == sorted(set(delays))
    assert set(waited[len(delays) :]) == {delays[-1]}
    # A long weekend and more, but not for ever.
    assert 0 <= sum(waited) - 60 * site_settings.MAIL_GIVE_UP_HOURS < delays[-1]
    assert delivery.state == GIVEN_UP
    assert delivery.attempts == len(waited) + 1
    assert delivery.answer == "451 4.2.1 Revenez plus tard"
    assert delivery.finished_at is not None
    assert not delivery.member.is_address_refused


def test_a_mail_that_is_refused_for_now_does_not_keep_back_the_others(mail_server, clock):
    queue_mails("a@example.org", "b@example.org", "c@example.org")
    mail_server.refuse("RCPT", "450 4.2.0 Greylisted", only="b@")
    assert deliver_due() == 2
    assert states() == [SENT, WAITING, SENT]
    assert deliver_due() == 0
    mail_server.accept()
    clock.advance(minutes=2)
    assert deliver_due() == 1
    assert only_once(mail_server)


def only_once(server):
    keys = [letter.key for letter in server.letters]
    return len(keys) == len(set(keys))


def test_each_attempt_is_the_same_mail(mail_server, clock):
    queue_mails("a@example.org")
    keys = []

    def rule(command, argument):
        return "451 4.3.0 Essayez encore" if command == "DATA" and len(keys) < 3 else None

    mail_server.rule = rule
    while clock.advance_to_next_attempt():
        keys.append(only_delivery().mail_id)
        deliver_due()
    assert len(keys) == 3
    assert {letter.key for letter in mail_server.letters} == set(keys)


# --- Refused for good ---------------------------------------------------------------------


@pytest.fixture
def chef():
    """A contact, beside another one and a main address."""
    member = MemberFactory(email="cantine@example.org")
    ContactFactory(member=member, email="autre@example.org")
    return ContactFactory(member=member, email="Chef@example.org")


def marked():
    """The addresses that are shown as refused."""
    people = [*Member.objects.order_by("pk"), *Contact.objects.order_by("pk")]
    return [each.email for each in people if each.is_address_refused]


def test_an_address_that_is_refused_for_good_is_marked_and_shown(mail_server, chef, back_office):
    mail_server.refuse("RCPT", "550 5.1.1 Inconnu ici", only="Chef@")
    notification = notify(chef.member, Topic.ORDERS, "Bon", "Voici.")
    assert deliver_due() == 2
    trace = notification.recipients.get(contact=chef).delivery
    assert (trace.state, trace.answer) == (REFUSED, "550 5.1.1 Inconnu ici")
    assert marked() == ["Chef@example.org"]


@pytest.mark.parametrize(
    ("command", "answer", "is_marked"),
    [
        ("RCPT", "550 No such user", True),
        ("RCPT", "550 5.1.1 No such user", True),
        ("RCPT", "552 5.2.2 Mailbox full", True),
        ("RCPT", "501 Bad address", True),
        ("DATA", "550 5.1.1 No such user", True),
        ("DATA", "550 Mailbox unavailable", True),
        ("RCPT", "554 5.7.1 Client host rejected", False),
        ("RCPT", "550 5.1.8 Sender address rejected: domain not found", False),
        ("RCPT", "553 5.1.7 Sender address is malformed", False),
        ("DATA", "554 5.7.1 Looks like spam", False),
        ("DATA", "552 5.3.4 Message too big", False),
        ("DATA", "552 5.2.3 Longer than this mailbox takes", False),
        ("DATA", "554 Transaction failed", False),
    ],
)
def test_a_refusal_is_final_but_the_address_is_marked_only_if_it_is_why(
    mail_server, chef, command, answer, is_marked
):
    mail_server.refuse(command, answer, only="Chef@")
    notify(chef.member, Topic.ORDERS, "Bon", "Voici.")
    assert deliver_due() == 2
    assert sorted(states()) == [REFUSED, SENT, SENT]
    assert Delivery.objects.get(state=REFUSED).answer == answer
    assert marked() == (["Chef@example.org"] if is_marked else [])


def test_an_address_of_the_member_and_a_contact_is_marked_for_both(mail_server, chef):
    Contact.objects.filter(pk=chef.pk).update(email="CANTINE@example.org")
    ContactFactory(email="cantine@example.org")
    mail_server.refuse("RCPT", "550 Inconnu", only="cantine@")
    notify(chef.member, Topic.ORDERS, "Bon", "Voici.")
    deliver_due()
    assert marked() == ["cantine@example.org", "CANTINE@example.org"]


def test_another_address_in_its_place_is_not_marked(mail_server, chef):
    mail_server.refuse("RCPT", "550 Inconnu", only="Chef@")
    notify(chef.member, Topic.ORDERS, "Bon", "Voici.")
    deliver_due()
    chef.refresh_from_db()
    chef.email = "chef.nouveau@example.org"
    chef.save()
    assert marked() == []


def test_a_later_mail_that_arrives_takes_the_mark_away(mail_server, chef):
    mail_server.refuse("RCPT", "550 Inconnu")
    notify(chef.member, Topic.ORDERS, "Bon", "Voici.")
    deliver_due()
    assert len(marked()) == 3
    mail_server.refuse("RCPT", "550 Inconnu", only="autre@")
    notify(chef.member, Topic.ORDERS, "Bon", "Voici.")
    deliver_due()
    assert marked() == ["autre@example.org"]


def test_a_mark_made_in_the_same_turn_is_taken_away_too(mail_server, chef):
    answers = iter(["550 Inconnu", None])
    mail_server.rule = lambda command, _: next(answers) if command == "RCPT" else None
    member = chef.member
    queue([Draft(member, member.email, "Objet", "Texte", "")] * 2)
    assert deliver_due() == 1
    assert marked() == []


def test_refused_mails_can_be_queued_again_and_are_the_same_mails(mail_server):
    mails = [(delivery, delivery.address) for delivery in queue_mails(*numbered(3))]
    mail_server.refuse("RCPT", "550 Inconnu", only="m1@")
    deliver_due()
    mail_server.accept()
    assert queue_again(mails) == 1
    assert only_waiting().attempts == 0
    assert deliver_due() == 1
    assert mail_server.addresses == ["m0@example.org", "m2@example.org", "m1@example.org"]
    assert queue_again(mails) == 0


def only_waiting():
    return Delivery.objects.get(state=WAITING)


def test_a_mail_too_large_for_the_server_is_refused_alone(settings):
    with another_server(settings, data_size_limit=10_000) as server:
        member = MemberFactory(email="a@example.org")
        notify(member, "orders", "Bon", "Voici.", [AttachedFile("a.pdf", b"x" * 20_000)])
        notify(member, "orders", "Bon", "Voici.")
        assert deliver_due() == 1
        assert states() == [REFUSED, SENT]
        assert Delivery.objects.first().answer.startswith("552")
        assert marked() == []
        assert len(server.letters) == 1


def test_what_the_server_says_is_kept_without_what_no_database_takes(mail_server):
    queue_mails("a@example.org")
    mail_server.refuse("RCPT", "550 a\x00b\x1b[0m " + "x" * 200)
    deliver_due()
    assert only_delivery().answer.startswith("550 a b [0m xxx")


# --- Addresses that only look right -------------------------------------------------------


@pytest.mark.parametrize("address", [f"a@{'é' * 60}.example.org", "é@é..example.org"])
def test_an_address_that_cannot_be_written_is_refused_and_keeps_back_no_other(mail_server, address):
    member = MemberFactory(email=address)
    queue([Draft(member, address, "Objet", "Texte", "")])
    queue_mails("b@example.org")
    assert deliver_due() == 1
    assert states() == [REFUSED, SENT]
    assert Delivery.objects.first().answer == "Cette adresse ne peut pas s'écrire dans un mail."
    assert marked() == [address]
    assert mail_server.connections == 1


@pytest.mark.parametrize(
    ("address", "reached"),
    [
        ("chef@éçole.example.org", "chef@xn--ole-1laj.example.org"),
        ('"a\\ b"@example.org', '"a b"@example.org'),
        ('"a,b"@example.org', '"a,b"@example.org'),
        ('"x,espion@example.com,y"@example.org', '"x,espion@example.com,y"@example.org'),
        ("o'neil+x=y@example.org", "o'neil+x=y@example.org"),
        ("ſuper@example.org", "ſuper@example.org"),
        ("chef\u212a@example.org", "chefK@example.org"),
        ("bureau@straße.example.org", "bureau@xn--strae-oqa.example.org"),
    ],
)
def test_an_unusual_address_is_reached_or_refused_and_nobody_else_is(mail_server, address, reached):
    member = MemberFactory(email=address)
    queue([Draft(member, address, "Objet", "Texte", "")])
    deliver_due()
    assert mail_server.addresses in ([reached], [])
    assert states() in ([SENT], [REFUSED])
    assert ("espion@example.com" in mail_server.addresses) is False


# --- Mails that cannot be composed --------------------------------------------------------


@pytest.mark.parametrize("subject", ["a\nBcc: espion@example.org", "a\rb"])
def test_a_mail_that_cannot_be_composed_is_refused_alone(mail_server, subject, caplog):
    queue_mails("a@example.org", "b@example.org")
    Delivery.objects.filter(address="a@example.org").update(subject=subject)
    assert deliver_due() == 1
    assert states() == [REFUSED, SENT]
    assert mail_server.addresses == ["b@example.org"]
    assert marked() == []
    assert Delivery.objects.first().answer == (
        "Ce mail n'a pas pu être composé (son objet a plusieurs lignes)."
    )
    assert "espion" not in caplog.text


@pytest.mark.parametrize("end", ["\x0b", "\x0c", "\x1c", "\x85", "\u2028"])
def test_no_line_end_in_a_subject_makes_a_header(mail_server, end):
    queue_mails("a@example.org")
    Delivery.objects.update(subject=f"a{end}Bcc: espion@example.org")
    deliver_due()
    assert states() in ([SENT], [REFUSED])
    assert [letter.to for letter in mail_server.letters] in ([["a@example.org"]], [])
    assert all("Bcc" not in letter.message for letter in mail_server.letters)


def test_a_lost_attachment_keeps_back_its_mail_only(mail_server):
    member = MemberFactory(email="a@example.org")
    notify(member, "orders", "Bon", "Voici.", [AttachedFile("a.pdf", b"x")])
    queue_mails("b@example.org")
    file = Attachment.objects.get().file
    file.storage.delete(file.name)
    assert deliver_due() == 1
    assert states() == [WAITING, SENT]
    assert "FileNotFoundError" in Delivery.objects.first().answer


# --- Errors in this program ---------------------------------------------------------------


SECRET = "zebulon@example.org"


@pytest.fixture
def fault(monkeypatch):
    """An error in composing the mail of « Texte 1 »; call it to mend the error."""

    def part(kind, text):
        if "Texte 1" in text:
            raise TypeError(SECRET)
        return whole(kind, text)

    whole = composition._text_part
    monkeypatch.setattr(composition, "_text_part", part)
    return lambda: monkeypatch.setattr(composition, "_text_part", whole)


def test_an_error_of_the_program_puts_its_mail_off_and_blames_nobody(mail_server, fault, caplog):
    queue_mails(*numbered(3))
    assert deliver_due() == 2
    assert states() == [SENT, WAITING, SENT]
    mail = only_waiting()
    assert round(minutes_until_next(mail)) == site_settings.MAIL_RETRY_MINUTES[0]
    assert (mail.attempts, mail.claimed_until, mail.waits_for_server) == (1, None, False)
    assert mail.answer == "Erreur du site à l'envoi de ce mail (TypeError)."
    assert marked() == []
    (record,) = [record for record in caplog.records if record.levelname == "ERROR"]
    told = LineFormatter().format(record)
    assert f"Mail {mail.pk} could not be sent" in told
    assert "composition.py" in told
    assert told.endswith("builtins.TypeError")
    assert "zebulon" not in told
    assert "example.org" not in told


def test_a_mail_that_an_error_keeps_back_is_never_given_up(mail_server, clock, fault):
    queue_mails(*numbered(2))
    deliver_due()
    delays = site_settings.MAIL_RETRY_MINUTES
    waited = [round(minutes_until_next(only_waiting()))]
    for _ in range(len(delays) + 4):
        clock.advance_to_next_attempt()
        assert deliver_due() == 0
        waited.append(round(minutes_until_next(only_waiting())))
    assert waited == [*delays, *[delays[-1]] * 5]
    mail_server.stop()
    clock.advance_to_next_attempt()
    assert deliver_due() == 0
    assert only_waiting().answer.startswith("Le serveur de mail ne répond pas (")
    mail_server.start()
    fault()
    clock.advance_to_next_attempt()
    assert deliver_due() == 1
    assert states() == [SENT, SENT]


# --- The server serves nobody -------------------------------------------------------------


def test_a_server_that_is_down_then_back_loses_nothing_and_keeps_the_order(mail_server, clock):
    addresses = numbered(60)
    queue_mails(*addresses)
    mail_server.stop()
    for _ in range(3):
        assert deliver_due() == 0
        assert {each.attempts for each in Delivery.objects.all()} == {1}
    assert 0 < minutes_until_next(Delivery.objects.first()) <= 1
    mail_server.start()
    clock.advance(minutes=1)
    assert deliver_due() == 60
    assert mail_server.addresses == addresses


def test_mail_queued_while_the_server_is_down_does_not_try_it_each_time(mail_server, clock):
    mail_server.refuse("EHLO", "421 4.3.2 Fermé")
    for address in numbered(50):
        queue_mails(address)
        assert deliver_due() == 0
    assert mail_server.connections == 1
    mail_server.accept()
    clock.advance(minutes=1, seconds=1)
    assert deliver_due() == 50
    assert mail_server.addresses == numbered(50)


def test_mail_that_waits_for_the_server_goes_as_soon_as_another_mail_shows_it_is_back(
    mail_server, clock
):
    queue_mails("a@example.org")
    mail_server.stop()
    for _ in range(4):
        clock.advance_to_next_attempt()
        deliver_due()
    assert minutes_until_next(only_delivery()) > 50
    mail_server.start()
    clock.advance(minutes=5)
    queue_mails("b@example.org")
    assert deliver_due() == 2
    assert set(states()) == {SENT}


def test_a_mail_refused_for_now_waits_its_time_though_the_server_was_away_before(
    mail_server, clock
):
    queue_mails("a@example.org")
    mail_server.stop()
    deliver_due()
    assert only_delivery().waits_for_server
    mail_server.start()
    mail_server.refuse("RCPT", "451 4.2.1 Revenez plus tard", only="a@")
    clock.advance(minutes=1)
    assert deliver_due() == 0
    queue_mails("b@example.org")
    assert deliver_due() == 1
    assert states() == [WAITING, SENT]
    assert round(minutes_until_next(only_waiting())) == site_settings.MAIL_RETRY_MINUTES[1]


def test_of_two_attempts_that_come_the_earlier_one_decides_for_new_mail(mail_server):
    later, earlier, _ = queue_mails("a@example.org", "b@example.org", "c@example.org")
    now = timezone.now()
    for mail, seconds in ((later, 50), (earlier, 20)):
        Delivery.objects.filter(pk=mail.pk).update(
            next_attempt_at=now + timedelta(seconds=seconds), waits_for_server=True
        )
    assert deliver_due() == 0
    coming = Delivery.objects.order_by("pk").values_list("next_attempt_at", flat=True)
    assert list(coming) == [now + timedelta(seconds=seconds) for seconds in (50, 20, 20)]


def test_a_server_that_never_comes_back_is_given_up_after_the_last_attempt(mail_server, clock):
    queue_mails(*numbered(30))
    mail_server.stop()
    started = timezone.now()
    while clock.advance_to_next_attempt():
        deliver_due()
    passed = (timezone.now() - started) / timedelta(hours=1)
    assert (
        0 <= passed - site_settings.MAIL_GIVE_UP_HOURS < site_settings.MAIL_RETRY_MINUTES[-1] / 60
    )
    assert set(states()) == {GIVEN_UP}
    assert Delivery.objects.first().answer.startswith("Le serveur de mail ne répond pas (")
    assert marked() == []


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("MAIL", "553 5.7.1 Sender refused"),
        ("MAIL", "451 4.7.1 Too many mails"),
        ("MAIL", "421 4.3.2 Shutting down"),
        ("RCPT", "421 4.7.0 Too many errors"),
        ("EHLO", "554 5.7.1 No access"),
    ],
)
def test_a_refusal_of_ourselves_is_no_addresss_fault_and_is_not_repeated_for_each(
    mail_server, clock, command, answer
):
    queue_mails(*numbered(30))
    mail_server.refuse(command, answer)
    assert deliver_due() == 0
    assert set(states()) == {WAITING}
    assert Delivery.objects.last().answer.startswith(answer[:3])
    assert marked() == []
    assert mail_server.connections <= 2
    mail_server.accept()
    clock.advance(minutes=1)
    assert deliver_due() == 30


def test_a_wrong_password_is_no_addresss_fault(settings, clock):
    options = {"authenticator": refusing_passwords, "auth_require_tls": False}
    with another_server(settings, **options):
        settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "halle", "faux"
        queue_mails(*numbered(3))
        assert deliver_due() == 0
    assert states() == [WAITING] * 3
    assert Delivery.objects.first().answer.startswith("535")
    assert marked() == []


@pytest.mark.parametrize("command", ["EHLO", "MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("fault", [HANG, DROP])
def test_a_server_that_hangs_or_drops_the_line_is_left_after_two_mails(
    mail_server, clock, settings, command, fault
):
    settings.EMAIL_TIMEOUT = 0.1
    queue_mails(*numbered(30))
    mail_server.refuse(command, fault)
    assert deliver_due() == 0
    assert set(states()) == {WAITING}
    assert {each.attempts for each in Delivery.objects.all()} == {1}
    assert mail_server.connections <= 2
    settings.EMAIL_TIMEOUT = 5
    mail_server.accept()
    mail_server.letters.clear()
    clock.advance(minutes=1, seconds=5)
    assert deliver_due() == 30
    assert mail_server.addresses == numbered(30)


@pytest.mark.parametrize("fault", [HANG, DROP])
def test_one_mail_that_breaks_the_line_does_not_keep_back_the_others(mail_server, settings, fault):
    settings.EMAIL_TIMEOUT = 0.3
    queue_mails(*numbered(10))
    mail_server.refuse("RCPT", fault, only="m4@")
    assert deliver_due() == 9
    assert only_waiting().address == "m4@example.org"
    assert only_waiting().answer.startswith("Le serveur de mail ne répond pas (")


def test_lines_that_break_at_two_mails_with_one_sent_between_keep_back_no_other(mail_server):
    queue_mails(*numbered(5))

    def rule(command, argument):
        broken = command == "RCPT" and argument.startswith(("m1@", "m3@"))
        return DROP if broken else None

    mail_server.rule = rule
    assert deliver_due() == 3
    assert states() == [SENT, WAITING, SENT, WAITING, SENT]


def test_a_server_that_ends_each_line_after_some_mails_is_called_again(mail_server):
    taken = []

    def rule(command, argument):
        if command == "EHLO":
            taken.clear()
        if command == "MAIL":
            taken.append(argument)
            return "421 4.7.0 Too many messages on this line" if len(taken) > 4 else None
        return None

    mail_server.rule = rule
    queue_mails(*numbered(20))
    assert deliver_due() == 20
    assert mail_server.addresses == numbered(20)
    assert mail_server.connections == 5


# --- Changes between queueing and sending -------------------------------------------------


def test_a_member_deleted_meanwhile_is_not_written_to(mail_server, chef):
    notification = notify(chef.member, Topic.ORDERS, "Bon", "Voici.")
    queue_mails("b@example.org")
    chef.member.delete()
    assert deliver_due() == 1
    assert mail_server.addresses == ["b@example.org"]
    traces = [each.delivery for each in notification.recipients.all()]
    assert {(trace.state, trace.answer) for trace in traces} == {
        (NOBODY, "Ce membre a été supprimé avant l'envoi.")
    }


# --- Several workers, and dead ones -------------------------------------------------------


def test_mails_that_another_worker_is_at_are_left_to_it_until_its_lease_runs_out(
    mail_server, clock, settings
):
    settings.MAIL_LEASE_SECONDS = 60
    queue_mails(*numbered(3))
    dead = claimed_mails(lambda: False)
    next(dead)
    assert not has_due_mail()
    assert deliver_due() == 0
    clock.advance(seconds=61)
    assert has_due_mail()
    assert deliver_due() == 3
    assert list(dead) == []


def test_a_lease_is_renewed_while_its_worker_lives(mail_server, clock, settings):
    settings.MAIL_LEASE_SECONDS = 60
    queue_mails(*numbered(5))
    for mail in claimed_mails(lambda: False):
        clock.advance(seconds=40)
        assert deliver_due() == 0
        Delivery.objects.filter(pk=mail.pk).update(state=SENT)
    assert set(states()) == {SENT}


def test_a_worker_that_slept_through_its_lease_leaves_the_mails_to_others(
    mail_server, clock, settings
):
    settings.MAIL_LEASE_SECONDS = 60
    queue_mails(*numbered(5))
    sleeper = claimed_mails(lambda: False)
    Delivery.objects.filter(pk=next(sleeper).pk).update(state=SENT)
    clock.advance(seconds=61)
    assert deliver_due() == 4
    assert list(sleeper) == []


def test_memory_and_questions_do_not_grow_with_the_queue(
    mail_server, django_assert_max_num_queries
):
    queue_mails(*numbered(3 * AT_A_TIME))
    # Of each mail its state, of each claim some queries; then what other mails wait for.
    with django_assert_max_num_queries(3 * AT_A_TIME + 40):
        assert deliver_due() == 3 * AT_A_TIME


def test_a_claim_reads_what_sending_needs_and_no_more(mail_server, django_assert_num_queries):
    queue_mails("a@example.org")
    (mail,) = claimed_mails(lambda: False)
    assert mail.get_deferred_fields() == {
        "answer", "created_at", "finished_at", "next_attempt_at", "state",
        "waits_for_server",
    }  # fmt: skip
    with django_assert_num_queries(0):
        composition.Mail(mail).content()


def test_who_queues_many_mails_keeps_no_texts_in_memory(db):
    mails = queue_mails(*numbered(3))
    assert all({"text", "html"} <= mail.get_deferred_fields() for mail in mails)
    assert [mail.text for mail in mails] == ["Texte 0", "Texte 1", "Texte 2"]
