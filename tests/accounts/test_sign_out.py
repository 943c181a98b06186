import pytest
from django.test import Client

from tests.factories import UserFactory

SIGN_OUT = "/deconnexion/"


def test_a_person_signs_out(back_office):
    assert back_office.post(SIGN_OUT)["Location"] == "/connexion/"
    assert back_office.get("/membres/")["Location"] == "/connexion/?next=/membres/"


def test_a_link_signs_nobody_out(back_office):
    assert back_office.get(SIGN_OUT).status_code == 405
    assert back_office.get("/membres/").status_code == 200


def test_who_has_signed_out_already_is_not_led_back_to_sign_out(nobody, db):
    assert nobody.post(SIGN_OUT)["Location"] == "/connexion/"


def test_who_is_signed_out_comes_back_to_the_address_they_opened(nobody, db):
    before = {"Referer": "http://testserver/membres/"}
    response = nobody.get("/membres/ajouter/", headers=before)
    assert response["Location"] == "/connexion/?next=/membres/ajouter/"
    # What was sent has no page to come back to but the one it was sent from.
    response = nobody.post("/membres/ajouter/", headers=before)
    assert response["Location"] == "/connexion/?next=/membres/"


@pytest.mark.parametrize("path", ["/deconnexion/", "/admin/logout/"])
def test_signing_out_has_the_browser_drop_its_cache(db, path):
    client = Client()
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    assert "Clear-Site-Data" not in client.get("/membres/")
    assert client.post(path)["Clear-Site-Data"] == '"cache"'


def test_the_end_of_a_session_tells_it_too(back_office):
    session = back_office.session
    session["done_at"] = 1
    session.save()
    assert back_office.get("/membres/")["Clear-Site-Data"] == '"cache"'
