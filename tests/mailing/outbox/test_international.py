"""Addresses with other letters than ASCII, at mail servers that know SMTPUTF8 and that do not."""

import pytest
from django.core.mail.backends.smtp import EmailBackend

from mailing.mailbox.letters import BACKEND as MAILBOX
from mailing.mailbox.letters import letter_names, read_letter
from mailing.models import Delivery, DeliveryState
from mailing.outbox.delivery import deliver_due
from members.models import Member
from tests.mailing.outbox.mails import queue_mails, states
from tests.smtp_server import SmtpServer, django_settings

pytestmark = pytest.mark.django_db
ADDRESS = "élise@straße.example.org"
TRAVELS_AS = "élise@xn--strae-oqa.example.org"
SENT, REFUSED = DeliveryState.SENT, DeliveryState.REFUSED


@pytest.fixture(params=[True, False], ids=["SMTPUTF8", "ASCII"])
def server(request, settings):
    with SmtpServer(enable_SMTPUTF8=request.param) as server:
        for name, value in django_settings(server.port).items():
            setattr(settings, name, value)
        server.knows_utf8 = request.param
        yield server


def test_it_is_reached_by_smtputf8_or_refused_in_words_and_not_marked(server):
    queue_mails("a@example.org", ADDRESS, "c@straße.example.org")
    assert deliver_due() == (3 if server.knows_utf8 else 2)
    others = ["a@example.org", "c@xn--strae-oqa.example.org"]
    assert sorted(server.addresses) == sorted([*others, *[TRAVELS_AS][: server.knows_utf8]])
    mail = Delivery.objects.get(address=ADDRESS)
    if server.knows_utf8:
        (letter,) = [letter for letter in server.letters if letter.to == [TRAVELS_AS]]
        # Raw, since Python's parser takes no UTF-8 in a header.
        raw = dict(letter.message.raw_items())["To"]
        assert str(raw).encode("ascii", "surrogateescape").decode() == TRAVELS_AS
        assert mail.state == SENT
    else:
        assert mail.state == REFUSED
        assert mail.answer == (
            "Le serveur de mail de ce site ne sait pas écrire à une adresse qui a des lettres "
            "accentuées avant le @ (SMTPUTF8)."
        )
    assert not Member.objects.get(email=ADDRESS).is_address_refused
    assert server.connections == 1


class Other(EmailBackend):
    """A backend on Django's own, which would write to another address."""


def test_a_backend_that_would_write_to_another_address_gets_no_such_mail(settings, mail_server):
    settings.EMAIL_BACKEND = f"{__name__}.Other"
    queue_mails(ADDRESS, "c@straße.example.org")
    assert deliver_due() == 1
    assert states() == [REFUSED, SENT]
    assert mail_server.addresses == ["c@xn--strae-oqa.example.org"]


def test_the_mailbox_for_trying_the_site_shows_it(settings, tmp_path):
    settings.EMAIL_BACKEND, settings.DATA_DIR = MAILBOX, tmp_path
    queue_mails(ADDRESS)
    assert deliver_due() == 1
    (name,) = letter_names()
    assert read_letter(name).recipients == TRAVELS_AS
