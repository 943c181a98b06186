"""A queued mail as it is sent: every reader must find in it what was queued."""

from email import message_from_bytes, policy

import pytest
from django.core.files.base import ContentFile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailing.models import Attachment, Delivery
from mailing.outbox.attachments import store_attachment
from mailing.outbox.composition import Mail
from tests.mailing.outbox.mails import queue_mails

VALUES = {
    "address": "a@example.org",
    "sender": "Halle <contacts@halle.example>",
    "subject": "Objet",
    "text": "Texte",
    "html": "<p>Texte</p>",
    "mail_id": "<1@halle.example>",
    "headers": {"Auto-Submitted": "auto-generated"},
}


def composed(**values) -> bytes:
    mail = Delivery(pk=1, **{**VALUES, **values})
    # As a claim does: its attachments are fetched already.
    mail._prefetched_objects_cache = {"attachments": Attachment.objects.none()}
    return Mail(mail).content()


def parsed(**values):
    return message_from_bytes(composed(**values), policy=policy.default)


def text(message, kind="plain") -> str:
    return message.get_body((kind,)).get_content().replace("\r\n", "\n").removesuffix("\n")


def test_text_and_html_are_two_forms_of_one_mail():
    message = parsed()
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert (text(message), text(message, "html")) == ("Texte", "<p>Texte</p>")
    assert not message.defects


def test_a_mail_without_html_is_plain_text():
    assert parsed(html="").get_content_type() == "text/plain"


@pytest.mark.parametrize(
    ("name", "value", "header"),
    [
        ("subject", "Été · ≤ 3 €" + " très" * 30, "Subject"),
        ("subject", "x" * 200, "Subject"),
        ("subject", "mot " * 49 + "fin", "Subject"),
        ("sender", "Halle aux légumes <contacts@halle.example>", "From"),
        ("sender", '"Halle, Évry" <contacts@halle.example>', "From"),
        ("sender", "contacts@halle.example", "From"),
        ("mail_id", f"<{'1' * 90}@halle.example>", "Message-ID"),
    ],
)
def test_long_and_french_headers_are_read_as_they_were_written(name, value, header):
    content = composed(**{name: value})
    assert message_from_bytes(content, policy=policy.default)[header] == value
    head = content.partition(b"\r\n\r\n")[0]
    assert head.isascii()
    if " " in value:
        assert all(len(line) <= 78 for line in head.split(b"\r\n"))


def test_domains_with_letters_travel_in_ascii():
    message = parsed(
        address="chef@éçole.example.org",
        sender="Hällé <a@éçole.example.org>",
        headers={"Reply-To": "Bureau d'Évry <b@éçole.example.org>, c@x.fr"},
    )
    assert message["To"] == "chef@xn--ole-1laj.example.org"
    assert message["From"] == "Hällé <a@xn--ole-1laj.example.org>"
    assert message["Reply-To"] == "Bureau d'Évry <b@xn--ole-1laj.example.org>, c@x.fr"


def test_each_mail_has_a_boundary_of_its_own():
    assert parsed().get_boundary() != parsed().get_boundary()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("mimetype", "arrives_as"),
    [
        ("application/pdf", "application/pdf"),
        ("text/csv", "text/csv"),
        ("message/rfc822", "application/octet-stream"),
        ("multipart/mixed", "application/octet-stream"),
        ("x", "application/octet-stream"),
    ],
)
@pytest.mark.parametrize(
    "name", ["a.pdf", "Relevé d'août – Évry.pdf", 'x"; filename="y', "é" * 100]
)
def test_attachments_of_any_type_arrive_byte_for_byte(mimetype, arrives_as, name):
    content = b"From: a\r\n\r\nb\n.\r\n\x00\xff" + bytes(range(256)) * 9
    attachment = store_attachment(name, mimetype, ContentFile(content))
    (mail,) = queue_mails("a@example.org", attachments=[attachment])
    message = message_from_bytes(Mail(mail).content(), policy=policy.default)
    (part,) = message.iter_attachments()
    assert (part.get_filename(), part.get_payload(decode=True)) == (name, content)
    assert part.get_content_type() == arrives_as
    assert text(message) == "Texte 0"


LINES = st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=1200)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(LINES, LINES)
def test_whatever_a_text_holds_it_arrives(plain, html):
    content = composed(text=plain, html=html)
    message = message_from_bytes(content, policy=policy.default)
    assert text(message) == plain.removesuffix("\n")
    if html:
        assert text(message, "html") == html.removesuffix("\n")
    assert all(len(line) <= 998 for line in content.split(b"\r\n"))
