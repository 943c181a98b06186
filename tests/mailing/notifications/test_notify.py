"""A member is told something: what is queued, and what arrives."""

import csv
import signal
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, timedelta
from email import message_from_bytes, policy
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.db import connections, transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from hypothesis import HealthCheck, example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from contacts.models import ContactType, Topic
from mailing.models import Attachment, Delivery, DeliveryState, Notification
from mailing.notifications.dispatch import notify
from mailing.notifications.request import AttachedFile, NotificationRefused
from mailing.outbox.attachments import remove_orphaned_files
from mailing.outbox.composition import Mail
from mailing.outbox.delivery import deliver_due
from members.models import MemberKind
from tests.concurrency import start, wait_until_held_up
from tests.factories import ContactFactory, MemberFactory

FORBIDDEN_IN_HEADERS = ["\n", "\r\n", "\r", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029"]


@pytest.fixture
def member(db):
    """A member with a main address, a chef and an accountant."""
    member = MemberFactory(reference="C7", name="Cantine d'Évry", email="cantine@example.org")
    ContactFactory(member=member, name="Anaïs", type=ContactType.ORDERS, email="anais@example.org")
    ContactFactory(
        member=member, name="Bruno", type=ContactType.ADMINISTRATIVE, email="bruno@example.org"
    )
    return member


def tell(member, topic=Topic.ORDERS, subject="Votre bon", body="Bonjour,\n\nvoici.", **values):
    return notify(member, topic, subject, body, **values)


# --- What arrives -------------------------------------------------------------------------


def test_a_mail_in_plain_text_and_html_reaches_each_recipient(member, mail_server):
    started = timezone.now().replace(microsecond=0)
    notification = tell(member, subject="Votre bon de livraison n° 12 · été")
    assert deliver_due() == 2
    assert mail_server.addresses == ["cantine@example.org", "anais@example.org"]
    for letter in mail_server.letters:
        assert letter.message["Subject"] == "Votre bon de livraison n° 12 · été"
        assert letter.text().startswith("Bonjour,\n\nvoici.\n\n-- \n")
        assert "<p>Bonjour,</p>" in letter.text("html")
        assert letter.sender == "contacts@halle.example"
        assert letter.message["From"] == "Halle aux légumes <contacts@halle.example>"
        assert letter.message["Reply-To"] == "bureau@halle.example"
        assert letter.message["Auto-Submitted"] == "auto-generated"
        assert letter.key.endswith("@halle.example>")
        written = parsedate_to_datetime(letter.message["Date"]).replace(tzinfo=UTC)
        assert started <= written <= timezone.now()
    states = [each.delivery.state for each in notification.recipients.all()]
    assert states == [DeliveryState.SENT] * 2


def test_nobody_sees_another_recipients_address(member, mail_server):
    tell(member)
    assert deliver_due() == 2
    for letter, other in zip(mail_server.letters, mail_server.addresses[::-1], strict=True):
        assert len(letter.to) == 1
        assert letter.message["To"] == letter.to[0]
        assert other not in letter.message.as_string()
        assert other not in letter.text() + letter.text("html")
        assert not {"Cc", "Bcc"} & set(letter.message)


def test_the_footer_says_why_one_gets_the_mail_and_whom_to_ask(member, mail_server):
    tell(member)
    deliver_due()
    to_member, to_contact = [
        letter.text().split("-- \n")[1].strip() for letter in mail_server.letters
    ]
    assert "l'adresse principale de Cantine d'Évry, référence C7" in to_member
    assert "celle du contact «\xa0Anaïs\xa0» (Notifications des commandes)" in to_contact
    assert to_contact.endswith("Pour tout changement, écrivez à bureau@halle.example.")


def test_without_an_address_for_answers_they_go_to_the_sender(member, mail_server, settings):
    settings.REPLY_TO_EMAIL = ""
    tell(member)
    deliver_due()
    assert "Reply-To" not in mail_server.letters[0].message
    assert "contacts@halle.example" in mail_server.letters[0].text()


def test_html_in_a_text_stays_text(member, mail_server):
    tell(member, subject="<b>5 & 6</b>", body="<script>x</script> & l'été")
    deliver_due()
    letter = mail_server.letters[0]
    assert letter.message["Subject"] == "<b>5 & 6</b>"
    assert letter.text().startswith("<script>x</script> & l'été")
    assert "&lt;script&gt;x&lt;/script&gt; &amp; l&#x27;été" in letter.text("html")


@pytest.mark.parametrize("body", [".\n.\nfin", "x" * 5_000, "a\r\nb\rc", "From moi\n\n😀"])
def test_a_text_arrives_as_it_was_written(member, mail_server, body):
    tell(member, body=body)
    deliver_due()
    wanted = body.replace("\r\n", "\n").replace("\r", "\n")
    assert mail_server.letters[0].text().split("\n\n-- \n")[0] == wanted


def test_an_individual_is_told_at_the_main_address(db, mail_server):
    member = MemberFactory(kind=MemberKind.INDIVIDUAL, email="moi@example.org")
    tell(member, Topic.INVOICES)
    deliver_due()
    assert mail_server.addresses == ["moi@example.org"]


def test_a_notification_that_reaches_nobody_is_traced_all_the_same(db):
    notification = tell(MemberFactory(), attachments=[AttachedFile("a.pdf", b"x")])
    assert not notification.recipients.exists()
    assert not Delivery.objects.exists()
    assert not Attachment.objects.exists()


# --- Attachments --------------------------------------------------------------------------

FILES = [
    AttachedFile("Relevé d'août – Évry.pdf", b"%PDF\x00\r\n\xff" * 99, "application/pdf"),
    AttachedFile("lignes.csv", b"a;b\n\r\n1;2\r", "text/csv"),
    AttachedFile("latin1.txt", "été\n".encode("latin-1")),
    AttachedFile('x"; filename="y.exe', b""),
    AttachedFile("Bon n. 12 " + "sans fin" * 12, b"1"),
]


def test_attachments_arrive_byte_for_byte_with_their_names(member, mail_server):
    tell(member, attachments=FILES)
    assert deliver_due() == 2
    for letter in mail_server.letters:
        came = [
            AttachedFile(
                part.get_filename(), part.get_payload(decode=True), part.get_content_type()
            )
            for part in letter.message.iter_attachments()
        ]
        assert came == FILES


def test_one_copy_of_an_attachment_is_kept_for_all_recipients(member):
    tell(member, attachments=FILES[:2])
    assert Attachment.objects.count() == 2
    assert Attachment.objects.first().deliveries.count() == 2


@pytest.mark.parametrize(
    ("count", "size", "is_taken"),
    [(3, 10, True), (4, 1, False), (1, 30, True), (1, 31, False), (3, 11, False)],
)
def test_attachments_are_limited_in_number_and_in_size_together(
    member, settings, count, size, is_taken
):
    settings.MAIL_MAX_ATTACHMENTS, settings.MAIL_MAX_ATTACHMENT_BYTES = 3, 30
    files = [AttachedFile(f"{n}.pdf", b"x" * size) for n in range(count)]
    if is_taken:
        tell(member, attachments=files)
    else:
        with pytest.raises(NotificationRefused, match="pièces jointes"):
            tell(member, attachments=files)
    assert Notification.objects.exists() == is_taken


BAD_NAMES = ["", "../a", "a\\b", "a\x00", "a\ud800", "\ufffe", "x" * 151]


@pytest.mark.parametrize("name", BAD_NAMES + [f"a{end}Bcc: x" for end in FORBIDDEN_IN_HEADERS])
def test_an_attachment_with_a_dangerous_name_is_refused(member, name):
    with pytest.raises(NotificationRefused, match="Le nom ou le type"):
        tell(member, attachments=[AttachedFile(name, b"x")])


@pytest.mark.parametrize(
    "kind", ["", "pdf", "text/html\nX: y", "text/a; charset=x", "multipart/mixed", "message/rfc822"]
)
def test_an_attachment_of_an_impossible_type_is_refused(member, kind):
    with pytest.raises(NotificationRefused, match="Le nom ou le type"):
        tell(member, attachments=[AttachedFile("a.pdf", b"x", kind)])


# --- What cannot be sent ------------------------------------------------------------------


@pytest.mark.parametrize("end", FORBIDDEN_IN_HEADERS)
def test_a_subject_of_several_lines_is_refused(member, end):
    with pytest.raises(NotificationRefused):
        tell(member, subject=f"Bonjour{end}Bcc: espion@example.org")
    assert not Notification.objects.exists()


@pytest.mark.parametrize(
    "values",
    [
        {"topic": "ventes"},
        {"topic": ""},
        {"subject": " \n"},
        {"subject": "x" * 201},
        {"body": ""},
        {"body": "a\x00b"},
        {"body": "x" * 50_001},
        {"body": "x" * 10_000_000},
        {"subject": "a\x01b"},
        {"key": "a\nb"},
        {"key": "a\x00b"},
        {"key": "x" * 201},
        {"key": "\ud800"},
    ],
)
def test_what_cannot_be_told_is_refused_in_words(member, values):
    with pytest.raises(NotificationRefused, match=r"\w"):
        tell(member, **values)
    assert not Notification.objects.exists()
    assert not Delivery.objects.exists()


# --- In the caller's transaction ----------------------------------------------------------


def test_a_task_that_sends_it_waits_with_the_mail(member):
    tell(member)
    tell(member)
    assert DBTaskResult.objects.count() == 1
    assert DBTaskResult.objects.get().task_path == "mailing.outbox.tasks.deliver_mail"


def test_nothing_leaves_when_the_caller_rolls_back(member, mail_server):
    with transaction.atomic():
        tell(member, attachments=FILES, key="k")
        transaction.set_rollback(True)
    assert deliver_due() == 0
    assert mail_server.letters == []
    for model in (Notification, Delivery, Attachment, DBTaskResult):
        assert not model.objects.exists()


@pytest.mark.parametrize("hours", [0, 25])
def test_files_of_what_was_rolled_back_are_deleted_after_a_day(member, hours, monkeypatch):
    tell(member, attachments=FILES[:1])
    with transaction.atomic():
        tell(member, attachments=FILES[1:])
        transaction.set_rollback(True)
    later = timezone.now() + timedelta(hours=hours)
    monkeypatch.setattr(timezone, "now", lambda: later)
    assert remove_orphaned_files() == (len(FILES) - 1 if hours else 0)
    assert default_storage.exists(Attachment.objects.get().file.name)


# --- The same key never twice -------------------------------------------------------------


def test_the_same_key_sends_once(member, mail_server):
    first = tell(member, key="facture-7")
    again = tell(member, key="facture-7", subject="Autre objet", attachments=FILES)
    assert again == first
    assert deliver_due() == 2
    assert len(mail_server.letters) == 2
    assert not Attachment.objects.exists()


@pytest.mark.parametrize("key", [None, ""])
def test_without_a_key_each_call_sends(member, mail_server, key):
    tell(member, key=key)
    tell(member, key=key)
    assert deliver_due() == 4


def test_a_key_may_be_used_again_after_a_rollback(member, mail_server):
    with transaction.atomic():
        tell(member, key="k")
        transaction.set_rollback(True)
    tell(member, key="k")
    assert deliver_due() == 2


@pytest.mark.parametrize("other", ["member", "topic"])
def test_a_key_of_something_else_is_refused_rather_than_passed_over(member, other):
    tell(member, key="k")
    told = MemberFactory(email="x@example.org") if other == "member" else member
    topic = Topic.INVOICES if other == "topic" else Topic.ORDERS
    with pytest.raises(NotificationRefused, match="Cette clé a déjà servi"):
        tell(told, topic, key="k")
    assert Notification.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_key_sends_once_when_many_use_it_at_once(member, mail_server):
    def told():
        try:
            return tell(member, key="k").pk
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as threads:
        found = [each.result() for each in [threads.submit(told) for _ in range(16)]]
    assert len(set(found)) == 1
    assert deliver_due() == 2
    assert len(mail_server.letters) == 2


@pytest.mark.only_on("postgresql")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("first_commits", [True, False])
def test_who_uses_a_key_waits_for_whoever_used_it_first(member, mail_server, first_commits):
    def told():
        try:
            return tell(member, key="k").pk
        finally:
            connections.close_all()

    with ThreadPoolExecutor() as threads:
        with transaction.atomic():
            first = tell(member, key="k").pk
            second = threads.submit(told)
            wait_until_held_up(second.done)
            assert not second.done()
            transaction.set_rollback(not first_commits)
        assert (second.result(timeout=10) == first) == first_commits
    assert deliver_due() == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("moment", "mails"), [("traced", 0), ("queued", 0), ("committed", 2)])
def test_the_same_key_sends_once_whenever_its_caller_is_killed(mail_server, moment, mails):
    member = MemberFactory(reference="C1", email="a@example.org")
    ContactFactory(member=member, type=ContactType.ADMINISTRATIVE, email="b@example.org")
    killed = start("tests.mailing.notifications.killed_caller", moment)
    _, told = killed.communicate(timeout=60)
    assert killed.returncode == -signal.SIGKILL, told
    assert Delivery.objects.count() == mails
    tell(member, Topic.INVOICES, key="facture-7")
    assert deliver_due() == 2
    assert mail_server.addresses == ["a@example.org", "b@example.org"]


# --- Whose key it is ------------------------------------------------------------------------


def test_two_programs_may_use_the_same_key(member, mail_server):
    first = tell(member, Topic.INVOICES, key="facture-2026-118", sender="SAV")
    second = tell(member, key="facture-2026-118", sender="Factures")
    assert first != second
    assert deliver_due() == 4
    assert tell(member, key="facture-2026-118", sender="Factures").is_repeated
    assert deliver_due() == 0


@pytest.mark.parametrize("sender", ["x" * 101, "a\x00b", "\ud800"])
def test_a_sender_that_cannot_be_stored_is_refused(member, sender):
    with pytest.raises(NotificationRefused):
        tell(member, sender=sender)


def test_a_key_that_reached_nobody_tells_those_who_hear_of_it_later(db, mail_server):
    member = MemberFactory()
    first = tell(member, key="k")
    assert not tell(member, key="k").is_repeated
    ContactFactory(member=member, email="anais@x.fr", type=ContactType.ORDERS)
    again = tell(member, key="k", subject="Neuf", body="Neuf.", attachments=FILES[:1])
    assert (again, again.is_repeated, again.subject) == (first, False, "Neuf")
    assert deliver_due() == 1
    (letter,) = mail_server.letters
    assert (letter.to, letter.message["Subject"]) == (["anais@x.fr"], "Neuf")
    assert tell(member, key="k").is_repeated
    assert deliver_due() == 0


def test_a_key_whose_recipients_were_gone_when_it_left_is_not_spent(db, mail_server):
    contact = ContactFactory(email="anais@x.fr", type=ContactType.ORDERS)
    tell(contact.member, key="k")
    contact.delete()
    assert deliver_due() == 0
    ContactFactory(member=contact.member, email="bruno@x.fr", type=ContactType.ORDERS)
    tell(contact.member, key="k")
    assert deliver_due() == 1
    assert mail_server.addresses == ["bruno@x.fr"]


# --- Spellings ------------------------------------------------------------------------------


def test_spellings_of_one_address_get_one_mail(db, mail_server):
    """The file 05_mail_zero_width.csv of tests/cases/, stored as it was before it was refused."""
    member = MemberFactory(reference="S001")
    table = (Path(__file__).parents[2] / "cases" / "05_mail_zero_width.csv").read_text("utf-8-sig")
    emails = [row["Mail"] for row in csv.DictReader(table.splitlines(), delimiter=";")]
    assert len({*emails, "ferme@exemple.test"}) == 3
    for email in ["ferme@exemple.test", *emails]:
        ContactFactory(member=member, email=email, type=ContactType.ORDERS)
    tell(member)
    deliver_due()
    assert mail_server.addresses == ["ferme@exemple.test"]


# --- Names of files -------------------------------------------------------------------------


@hypothesis_settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.text(
        st.one_of(
            st.characters(codec=None),
            st.sampled_from("\x00\x1f\x7f\x85\u2028\u202e\ufeff\ud800/\\\"'%*;=? é😀"),
        ),
        max_size=160,
    )
)
@example("😀" * 150)
@example('"' * 150)
@example("=?utf-8?q?a?=")
@example("a\u0301" * 75)
def test_a_files_name_is_refused_at_once_or_arrives(member, name):
    with transaction.atomic():
        try:
            tell(member, attachments=[AttachedFile(name, b"x")])
        except NotificationRefused as refused:
            assert list(refused.errors) == ["attachments"]  # noqa: PT017 (either may happen)
        else:
            content = Mail(Delivery.objects.first()).content()
            (part,) = message_from_bytes(content, policy=policy.default).iter_attachments()
            # Not `get_filename`: it takes off quotation marks that belong to the name.
            assert part["Content-Disposition"].params["filename"] == name
        transaction.set_rollback(True)
