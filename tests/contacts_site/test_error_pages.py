"""When something goes wrong, the page says so in French and gives the number of the request."""

import pytest
from django.core.exceptions import SuspiciousOperation
from django.db import connection
from django.test import Client

from tests.pages import HTMX, page, text

pytestmark = pytest.mark.django_db


def raising(error):
    def fail(*args, **kwargs):
        raise error

    return fail


@pytest.fixture
def break_page(monkeypatch):
    return lambda error: monkeypatch.setattr("directory.views.members_page", raising(error))


def assert_says(response, status, title):
    assert response.status_code == status
    assert response["Content-Type"] == "text/html; charset=utf-8"
    assert page(response).xpath("//h1/text()") == [title]
    assert page(response).xpath("//header//a[@class='site-name']")
    number = response["X-Request-ID"]
    assert f"Indiquez ce numéro si vous demandez de l'aide : {number}" in text(response)


@pytest.mark.parametrize("headers", [{}, HTMX])
@pytest.mark.parametrize("role", ["back_office", "without_role"])
def test_a_page_that_does_not_exist(request, role, headers):
    client = request.getfixturevalue(role)
    assert_says(client.get("/nulle-part/", headers=headers), 404, "Page introuvable")


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_page_that_one_may_not_open(without_role, headers):
    assert_says(without_role.get("/membres/", headers=headers), 403, "Accès refusé")


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_form_without_its_token(back_office, headers):
    client = Client(enforce_csrf_checks=True)
    client.cookies = back_office.cookies
    assert_says(client.post("/membres/ajouter/", headers=headers), 403, "Page expirée")


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_request_that_makes_no_sense(back_office, break_page, headers):
    break_page(SuspiciousOperation("Anne"))
    response = back_office.get("/membres/", headers=headers)
    assert_says(response, 400, "Demande incorrecte")
    assert "Anne" not in text(response)


def test_a_request_for_another_site(nobody):
    response = nobody.get("/connexion/", headers={"Host": "ailleurs.example"})
    assert_says(response, 400, "Demande incorrecte")


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_site_that_fails(back_office, break_page, headers):
    back_office.raise_request_exception = False
    break_page(ZeroDivisionError("Anne"))
    response = back_office.get("/membres/", headers=headers)
    assert_says(response, 500, "Erreur du site")
    assert "Anne" not in text(response)


def test_a_site_without_its_database_still_says_so(back_office):
    def refuse(execute, *args):
        raise ZeroDivisionError

    back_office.raise_request_exception = False
    with connection.execute_wrapper(refuse):
        assert_says(back_office.get("/membres/"), 500, "Erreur du site")


def test_other_software_gets_the_number_in_the_header(nobody, monkeypatch):
    nobody.raise_request_exception = False
    monkeypatch.setattr("api.access.tokens.admit", raising(ZeroDivisionError()))
    response = nobody.get("/api/notifications/1/", headers={"Authorization": "Bearer x"})
    assert response.status_code == 500
    assert response["Content-Type"] == "application/json"
    assert response["X-Request-ID"]
