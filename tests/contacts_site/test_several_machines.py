"""Two web servers and two workers share a database and files; one of each is taken away."""

from collections import defaultdict
from io import BytesIO

import pytest
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from mailing.models import Delivery, DeliveryState, Message
from tests.api.software import NOTIFICATIONS, Software
from tests.factories import BACK_OFFICE, MemberFactory, UserFactory
from tests.mailing.messages.writing import send, to_search
from tests.mailing.outbox.mails import numbered
from tests.pages import text
from tests.site_processes import Browser, Site, ask, wait_until

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
MEMBERS = 200
REQUESTS_PER_MINUTE = 4


@pytest.fixture
def site(mail_server, tmp_path):
    """Machines whose mail goes to the real mail server."""
    with Site(
        tmp_path,
        EMAIL_URL=f"smtp://127.0.0.1:{mail_server.port}",
        API_REQUESTS_PER_MINUTE=str(REQUESTS_PER_MINUTE),
    ) as started:
        yield started


def all_are_sent() -> bool:
    return not Delivery.objects.exclude(state=DeliveryState.SENT).exists()


@pytest.mark.slow
def test_a_mailing_goes_on_when_a_web_server_and_a_worker_are_killed(mail_server, site):
    addresses = sorted(numbered(MEMBERS))
    for address in addresses:
        MemberFactory(email=address)
    mail_server.delay = 0.002
    webs = [site.start_web(), site.start_web()]
    workers = [site.start_worker(), site.start_worker()]
    browser = Browser(UserFactory(role=BACK_OFFICE))
    site.wait_until_ready()
    assert "Le message « Fermeture » part." in text(send(browser.on(webs[0]), to_search()))
    # Both workers are at it.
    wait_until(lambda: mail_server.connections == 2 and len(mail_server.letters) >= MEMBERS // 4)
    webs[0].kill()
    workers[0].kill()
    assert len(mail_server.letters) < MEMBERS
    wait_until(all_are_sent)
    shown = browser.on(webs[1]).get(f"/messages/{Message.objects.get().pk}/")
    assert shown.status_code == 200
    assert f"{MEMBERS} envoyés" in text(shown)
    keys = defaultdict(list)
    for letter in mail_server.letters:
        keys[letter.to[0]].append(letter.key)
    assert sorted(keys) == addresses
    # The mail at which the worker was when it died, the same mail twice.
    assert len(mail_server.letters) <= MEMBERS + 1
    assert all(len(set(same)) == 1 for same in keys.values())


def test_a_file_that_one_machine_took_is_sent_by_another(mail_server, site):
    MemberFactory(reference="C1", email="compta@example.org")
    web, worker = site.start_web(), site.start_worker()
    site.wait_until_ready()
    attachment = BytesIO(b"%PDF-1.7 facture")
    attachment.name = "facture.pdf"
    assert notify(web, Software(), attachments=attachment).status_code == 202
    web.kill()
    wait_until(all_are_sent)
    (letter,) = mail_server.letters
    (part,) = letter.message.iter_attachments()
    assert part.get_content() == b"%PDF-1.7 facture"
    assert web.folder != worker.folder
    assert not list(web.folder.glob("**/*.pdf")) + list(worker.folder.glob("**/bin*"))


def test_machines_count_the_requests_of_a_token_together(site):
    MemberFactory(reference="C1")
    webs = [site.start_web(), site.start_web()]
    software = Software()
    site.wait_until_ready()
    answers = [notify(webs[n % 2], software).status_code for n in range(REQUESTS_PER_MINUTE + 2)]
    assert answers == [202] * REQUESTS_PER_MINUTE + [429] * 2


def test_who_signs_out_on_one_machine_is_signed_out_on_all(site):
    webs = [site.start_web(), site.start_web()]
    browser = Browser(UserFactory(role=BACK_OFFICE))
    site.wait_until_ready()
    assert [browser.on(web).get("/membres/").status_code for web in webs] == [200, 200]
    before = dict(browser.cookies)
    browser.on(webs[0]).post("/deconnexion/", {})
    browser.cookies = before
    assert [browser.on(web).get("/membres/").status_code for web in webs] == [302, 302]


def notify(web, software, **fields):
    """Have another software tell a member something, at this machine."""
    values = {"reference": "C1", "topic": "invoices", "subject": "Facture", "body": "Voici."}
    body = encode_multipart(BOUNDARY, values | fields)
    headers = software.headers | {"Content-Type": MULTIPART_CONTENT}
    return ask(web.port, "POST", NOTIFICATIONS, body, headers)
