"""The mailbox for trying the site: mail stays on this machine, and can be read in the browser."""

import pytest
from django.core.mail import EmailMessage, EmailMultiAlternatives

from contacts_site import environment
from mailing.mailbox import letters as mailbox
from tests.pages import AWKWARD_TEXTS, cells, text

pytestmark = pytest.mark.django_db
ADDRESS = "/boite-aux-lettres/"


@pytest.fixture(autouse=True)
def _box(settings, tmp_path):
    settings.EMAIL_BACKEND = mailbox.BACKEND
    settings.DATA_DIR = tmp_path


def test_a_mail_is_kept_and_read(administrator):
    mail = EmailMultiAlternatives("Été", "Bonjour\nà vous", "a@example.org", ["b@example.org"])
    mail.attach_alternative("<p>Bonjour</p>", "text/html")
    mail.attach("Facture n° 1.pdf", b"%PDF", "application/pdf")
    assert mail.send() == 1
    response = administrator.get(ADDRESS)
    assert cells(response, "Objet") == ["Été"]
    assert cells(response, "Destinataire") == ["b@example.org"]
    (name,) = mailbox.letter_names()
    shown = text(administrator.get(f"{ADDRESS}{name}/"))
    assert "à vous" in shown
    assert "Facture n° 1.pdf" in shown


def test_the_newest_comes_first(administrator):
    for subject in ("un", "deux"):
        EmailMessage(subject, "", "a@example.org", ["b@example.org"]).send()
    assert cells(administrator.get(ADDRESS), "Objet") == ["deux", "un"]


def test_an_empty_box_says_so(administrator):
    assert "Aucun mail n'est encore parti." in text(administrator.get(ADDRESS))


@pytest.mark.parametrize("awkward", AWKWARD_TEXTS)
def test_a_letter_is_shown_and_never_run(administrator, awkward):
    EmailMessage(awkward, awkward, "a@example.org", ["b@example.org"]).send()
    (name,) = mailbox.letter_names()
    assert administrator.get(ADDRESS).status_code == 200
    assert " ".join(awkward.split()) in text(administrator.get(f"{ADDRESS}{name}/"))


@pytest.mark.parametrize("name", ["absent.eml", "..%2f..%2fsite.sqlite3", "settings.py"])
def test_nothing_but_letters_is_read(administrator, name):
    assert administrator.get(f"{ADDRESS}{name}/").status_code == 404


def test_a_site_that_sends_its_mail_has_no_box(administrator, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    assert administrator.get(ADDRESS).status_code == 404
    assert "Boîte aux lettres" not in text(administrator.get("/membres/"))


@pytest.mark.parametrize(
    ("who", "status"), [("nobody", 302), ("without_role", 403), ("back_office", 403)]
)
def test_the_box_is_the_administrators(request, who, status):
    client = request.getfixturevalue(who)
    assert client.get(ADDRESS).status_code == status
    assert client.get(f"{ADDRESS}a.eml/").status_code == status


def test_the_box_is_chosen_by_its_url(monkeypatch):
    monkeypatch.setenv("NAME", "mailbox://")
    assert environment.email("NAME", "consolemail://") == {"EMAIL_BACKEND": mailbox.BACKEND}
