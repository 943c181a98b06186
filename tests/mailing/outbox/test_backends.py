"""Mail goes by whichever of Django's mail backends the site has."""

from email import message_from_bytes, policy
from types import SimpleNamespace

import pytest
from django.core.files.base import ContentFile
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend

from mailing.mailbox.letters import BACKEND as MAILBOX
from mailing.mailbox.letters import letter_names, read_letter
from mailing.models import Delivery, DeliveryState
from mailing.outbox.attachments import store_attachment
from mailing.outbox.delivery import deliver_due
from mailing.outbox.server import SmtpBackend, mail_backend
from members.models import Member
from tests.mailing.outbox.mails import numbered, queue_mails, states

pytestmark = pytest.mark.django_db
SENT, WAITING, REFUSED = DeliveryState.SENT, DeliveryState.WAITING, DeliveryState.REFUSED
DJANGO = "django.core.mail.backends"
CSV = b"a;b\n\r\n1;2\r\xff"


def queue_with_file(address="a@example.org") -> Delivery:
    attachment = store_attachment("é.csv", "text/csv", ContentFile(CSV))
    (mail,) = queue_mails(address, attachments=[attachment])
    return mail


def is_whole(message, mail: Delivery) -> bool:
    """Whether a mail came as it was queued."""
    (part,) = message.iter_attachments()
    return (
        (message["To"], message["Subject"], message["Message-ID"])
        == (mail.address, mail.subject, mail.mail_id)
        and message.get_body(("plain",)).get_content().strip() == mail.text
        and message.get_body(("html",)).get_content().strip() == mail.html
        and (part.get_filename(), part.get_payload(decode=True)) == ("é.csv", CSV)
    )


def read(content: bytes):
    return message_from_bytes(content, policy=policy.default)


def test_in_memory(settings, mailoutbox):
    settings.EMAIL_BACKEND = f"{DJANGO}.locmem.EmailBackend"
    mail = queue_with_file()
    assert deliver_due() == 1
    assert is_whole(mailoutbox[0].message(), mail)
    assert mailoutbox[0].to == [mail.address]
    assert mailoutbox[0].alternatives == [(mail.html, "text/html")]


def test_at_the_console(settings, capsys):
    settings.EMAIL_BACKEND = f"{DJANGO}.console.EmailBackend"
    mail = queue_with_file()
    assert deliver_due() == 1
    written, _, _ = capsys.readouterr().out.partition("-" * 79)
    assert is_whole(read(written.encode()), mail)


def test_in_files(settings, tmp_path):
    settings.EMAIL_BACKEND = f"{DJANGO}.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path / "sent"
    mail = queue_with_file()
    assert deliver_due() == 1
    (file,) = (tmp_path / "sent").iterdir()
    content, _, _ = file.read_bytes().partition(b"-" * 79)
    assert is_whole(read(content), mail)


def test_in_the_mailbox_for_trying_the_site(settings, tmp_path):
    settings.EMAIL_BACKEND, settings.DATA_DIR = MAILBOX, tmp_path
    mail = queue_with_file()
    assert deliver_due() == 1
    (name,) = letter_names()
    letter = read_letter(name)
    assert (letter.recipients, letter.subject, letter.attachments) == (
        mail.address,
        mail.subject,
        ["é.csv"],
    )
    assert letter.text.strip() == mail.text


class Signing(EmailBackend):
    """A backend of somebody's own, on the base of Django's."""

    def send_messages(self, email_messages):
        for message in email_messages:
            message.extra_headers["X-Signed"] = "yes"
        return super().send_messages(email_messages)


def test_by_a_backend_that_builds_on_djangos_for_smtp(settings, mail_server):
    settings.EMAIL_BACKEND = f"{__name__}.Signing"
    mail = queue_with_file()
    queue_mails("b@example.org", "c@example.org")
    mail_server.refuse("RCPT", "550 5.1.1 Inconnu", only="b@")
    assert deliver_due() == 2
    assert states() == [SENT, REFUSED, SENT]
    assert is_whole(mail_server.letters[0].message, mail)
    assert mail_server.letters[0].message["X-Signed"] == "yes"
    assert mail_server.letters[0].sender == "contacts@halle.example"
    assert Member.objects.get(email="b@example.org").is_address_refused


def test_the_mailers_of_later_djangos_are_read(settings, mail_server):
    settings.MAILERS = {
        "default": {"OPTIONS": {"host": "127.0.0.1", "port": mail_server.port, "timeout": 5}}
    }
    assert isinstance(mail_backend(), SmtpBackend)
    queue_mails("a@example.org")
    assert deliver_due() == 1
    assert mail_server.addresses == ["a@example.org"]


# --- Services that are called by HTTP -------------------------------------------------------


class ServiceError(Exception):
    """What django-anymail raises, by what it documents of it."""

    def __init__(self, message, status_code=None, status=None):
        super().__init__("Service API response")
        self.status_code = status_code
        message.anymail_status = SimpleNamespace(status=status)
        self.email_message = message


class Service(BaseEmailBackend):
    """Refuses the second mail in the way that the test says."""

    answer: dict = {}
    taken: list[str] = []

    def send_messages(self, email_messages):
        for message in email_messages:
            if message.to == ["m1@example.org"] and self.answer.get("taken") == 0:
                return 0
            if message.to == ["m1@example.org"]:
                raise ServiceError(message, **self.answer)
            self.taken.append(message.to[0])
        return len(email_messages)


@pytest.fixture
def service(settings, monkeypatch):
    settings.EMAIL_BACKEND = f"{__name__}.Service"
    monkeypatch.setattr(Service, "taken", [])
    return lambda **answer: monkeypatch.setattr(Service, "answer", answer)


@pytest.mark.parametrize(
    ("answer", "state", "words", "is_marked"),
    [
        ({"status": {"invalid"}}, REFUSED, "Le service d'envoi refuse cette adresse", True),
        ({"status": {"rejected"}}, REFUSED, "Le service d'envoi refuse cette adresse", True),
        ({"status_code": 400}, WAITING, "400 Service API response", False),
        ({"status_code": 422}, WAITING, "422 Service API response", False),
        ({"taken": 0}, WAITING, "Le mail n'a pas été pris.", False),
        ({}, WAITING, "Erreur du site à l'envoi de ce mail (ServiceError).", False),
    ],
)
def test_what_a_service_says_of_one_mail(service, answer, state, words, is_marked):
    service(**answer)
    queue_mails(*numbered(3))
    assert deliver_due() == 2
    assert states() == [SENT, state, SENT]
    assert Delivery.objects.get(address="m1@example.org").answer.startswith(words)
    assert Member.objects.get(email="m1@example.org").is_address_refused == is_marked


@pytest.mark.parametrize("status_code", [401, 403, 429, 500, 503])
def test_a_service_that_takes_no_mail_is_left_alone(service, status_code):
    service(status_code=status_code)
    queue_mails(*numbered(3))
    assert deliver_due() == 1
    assert states() == [SENT, WAITING, WAITING]
    assert Delivery.objects.last().answer.startswith(f"{status_code} ")
    assert Service.taken == ["m0@example.org"]
    assert not any(member.is_address_refused for member in Member.objects.all())
