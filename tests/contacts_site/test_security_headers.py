import pytest
from django.test import Client

from tests.factories import PASSWORD, ContactFactory, UserFactory
from tests.pages import HTMX, page

POLICY = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
}


@pytest.mark.parametrize(
    "path", ["/membres/", "/connexion/", "/nulle-part/", "/membres/1/", "/admin/"]
)
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_every_answer_carries_the_headers(back_office, path, headers):
    response = back_office.get(path, headers=headers)
    assert set(response["Content-Security-Policy"].split("; ")) == POLICY
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"


@pytest.mark.parametrize(
    "path",
    [
        "",
        "ajouter/",
        "{member}/",
        "{member}/modifier/",
        "{member}/supprimer/",
        "{member}/contacts/ajouter/",
        "{member}/contacts/{contact}/modifier/",
        "{member}/contacts/{contact}/supprimer/",
        "nulle-part/",
    ],
)
@pytest.mark.parametrize("headers", [{}, {**HTMX, "HX-Target": "members"}])
def test_no_page_holds_a_script_or_style_of_its_own(back_office, path, headers):
    contact = ContactFactory(note="a\nb", phones="04;06", email="a@b.fr", fax="04")
    path = path.format(member=contact.member_id, contact=contact.pk)
    assert page(back_office.get(f"/membres/{path}", headers=headers)).xpath("//h1 | //h2 | //table")


@pytest.mark.parametrize("path", ["/connexion/", "/mot-de-passe/"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_the_pages_of_the_account_hold_none_either(db, path, method):
    client = Client()
    if path != "/connexion/":
        client.force_login(UserFactory())
    response = getattr(client, method)(path)
    scripts = page(response).xpath("//script/@src | //link/@href")
    assert scripts
    assert all(script.startswith("/static/") for script in scripts)


@pytest.mark.django_db
def test_over_https_browsers_are_told_to_come_back_by_it_alone(back_office, settings):
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_HSTS_SECONDS = 31_536_000
    plain = back_office.get("/membres/")
    assert (plain.status_code, plain["Location"]) == (301, "https://testserver/membres/")
    told = back_office.get("/membres/", secure=True)["Strict-Transport-Security"]
    assert told.startswith("max-age=31536000")


def test_a_server_error_has_a_plain_page(back_office, monkeypatch):
    def fail(*args, **kwargs):
        raise ZeroDivisionError

    back_office.raise_request_exception = False
    monkeypatch.setattr("directory.views.members_page", fail)
    response = back_office.get("/membres/")
    assert response.status_code == 500
    assert page(response).xpath("//h1/text()") == ["Erreur du site"]


def test_cookies_are_kept_from_scripts_and_other_sites(nobody, db):
    UserFactory(username="anne")
    nobody.post("/connexion/", {"username": "anne", "password": PASSWORD})
    session, token = nobody.cookies["sessionid"], nobody.cookies["csrftoken"]
    assert session["httponly"]
    assert session["samesite"] == token["samesite"] == "Lax"
