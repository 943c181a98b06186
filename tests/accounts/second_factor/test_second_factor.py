"""Signing in with a code of one's telephone, or with one of the paper."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from tests.accounts.second_factor.codes import code_of, telephone_of, wrong_code_of
from tests.factories import ADMINISTRATOR, PASSWORD, UserFactory
from tests.pages import HTMX, errors, page, text

pytestmark = pytest.mark.django_db
CODE = "/deux-etapes/code/"


@pytest.fixture
def user(db):
    return UserFactory(username="anne", role=ADMINISTRATOR, is_staff=True, is_superuser=True)


@pytest.fixture
def device(user):
    return telephone_of(user)


@pytest.fixture
def client(user, device):
    """A browser in which the password was given, and no code."""
    client = Client()
    client.post("/connexion/", {"username": "anne", "password": PASSWORD})
    return client


def give(client, code, wanted=""):
    return client.post(CODE, {"code": code, "next": wanted})


def is_in(client):
    return client.get("/membres/").status_code == 200


@pytest.mark.parametrize("between", ["", " ", "\u00a0"])
def test_with_the_code_the_person_is_in(client, device, between):
    code = code_of(device)
    typed = f" {code[:3]}{between}{code[3:]} "
    assert give(client, typed, "/membres/ajouter/")["Location"] == "/membres/ajouter/"
    assert is_in(client)


def test_a_backup_code_serves_once(client):
    assert give(client, " SECOURS1").status_code == 302
    assert is_in(client)
    assert not StaticToken.objects.exists()


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/membres/",
        "/admin/",
        "/admin/accounts/user/",
        "/mot-de-passe/",
        "/jetons/",
        "/deux-etapes/",
        "/deux-etapes/activer/",
        "/deux-etapes/desactiver/",
        "/deux-etapes/codes-de-secours/",
    ],
)
def test_with_the_password_alone_every_page_leads_to_the_code(client, path):
    response = client.get(path, {"q": "a"})
    assert response.status_code == 302
    assert response["Location"].startswith(f"{CODE}?next=%2F")
    posted = client.post(path)
    assert (posted.status_code, posted["Location"]) == (302, CODE)
    part = client.get(path, headers=HTMX)
    assert part["HX-Redirect"] == CODE


def test_the_sign_in_of_the_admin_leads_to_the_code_too(user, device):
    client = Client()
    client.post("/admin/login/?next=/admin/", {"username": "anne", "password": PASSWORD})
    assert client.get("/admin/")["Location"].startswith(CODE)


def test_the_page_for_the_code_offers_nothing_else(client):
    response = client.get(CODE, {"next": "/membres/?q=é"})
    assert not page(response).xpath("//nav//a[@href!='/'] | //summary")
    assert page(response).xpath("//input[@name='next']/@value") == ["/membres/?q=é"]
    assert page(response).xpath("//input[@name='code'][@autocomplete='one-time-code']")


def test_one_may_sign_out_instead(client):
    assert client.post("/deconnexion/").status_code == 302
    assert client.get("/membres/")["Location"].startswith("/connexion/")


@pytest.mark.parametrize("code", ["", "12345", "1234567", "secours2", "١٢٣٤٥٦", "<b>", "x" * 99])
def test_another_code_is_refused(client, code):
    assert errors(give(client, code), "code")
    assert not is_in(client)


def test_a_wrong_code_is_refused_and_the_next_must_wait(client, device):
    assert "n'est pas accepté" in errors(give(client, wrong_code_of(device)), "code")
    assert "Prochain essai possible dans" in errors(give(client, code_of(device)), "code")
    assert not is_in(client)
    TOTPDevice.objects.update(throttling_failure_timestamp=timezone.now() - timedelta(seconds=2))
    assert give(client, code_of(device)).status_code == 302


def test_each_wrong_code_doubles_the_pause(client, device):
    TOTPDevice.objects.update(
        throttling_failure_count=11, throttling_failure_timestamp=timezone.now()
    )
    assert "dans 18 minutes" in errors(give(client, code_of(device)), "code")


def test_a_code_serves_once(client, device, user):
    code = code_of(device)
    give(client, code)
    other = Client()
    other.force_login(user)
    assert errors(give(other, code), "code")


def test_the_code_of_another_person_is_refused(client, device):
    other = telephone_of(UserFactory())
    code = code_of(other)
    if code != code_of(device):
        assert errors(give(client, code), "code")


@pytest.mark.parametrize("wanted", ["https://example.org/", "//example.org", "javascript:alert(1)"])
def test_the_code_leads_nowhere_else(client, device, wanted):
    assert give(client, code_of(device), wanted)["Location"] == "/"


def test_the_session_has_another_key_after_the_code(client, device):
    before = client.session.session_key
    give(client, code_of(device))
    assert client.session.session_key != before


def test_whoever_is_in_is_not_asked_again(client, device):
    give(client, code_of(device))
    assert client.get(CODE)["Location"] == "/"


def test_without_a_telephone_there_is_nothing_to_give(back_office):
    assert errors(give(back_office, "123456"), "code")
    assert "Validation en deux étapes" in text(back_office.get("/membres/"))


def test_a_second_factor_set_up_elsewhere_asks_every_browser(client, user, device):
    TOTPDevice.objects.all().delete()
    telephone_of(UserFactory())
    assert is_in(client)
    TOTPDevice.objects.create(user=user, name="telephone")
    assert not is_in(client)


def test_with_the_password_alone_a_person_is_nobody_where_no_sign_in_is_asked(client, device):
    assert client.get("/api/openapi.json").status_code == 401
    give(client, code_of(device))
    assert client.get("/api/openapi.json").status_code == 200


def test_nobody_is_sent_to_the_sign_in(nobody):
    assert nobody.get(CODE)["Location"].startswith("/connexion/")
