import pytest
from django.test import Client

from tests.factories import BACK_OFFICE, PASSWORD, UserFactory
from tests.pages import AWKWARD_TEXTS, page, text

SIGN_IN = "/connexion/"
REFUSED = "Saisissez un nom d’utilisateur et un mot de passe valides."


@pytest.fixture
def user(db):
    return UserFactory(username="anne", role=BACK_OFFICE)


@pytest.mark.parametrize(
    ("wanted", "reached"),
    [
        ("", "/membres/"),
        ("/membres/ajouter/", "/membres/ajouter/"),
        ("https://example.org/", "/membres/"),
        ("//example.org/", "/membres/"),
        ("javascript:alert(1)", "/membres/"),
    ],
)
def test_a_person_signs_in_and_gets_where_they_wanted(nobody, user, wanted, reached):
    form = page(nobody.get(SIGN_IN, {"next": wanted})).forms[0]
    values = dict(form.form_values()) | {"username": "anne", "password": PASSWORD}
    response = nobody.post(SIGN_IN, values)
    assert response["Location"] == reached
    assert page(nobody.get("/membres/")).xpath("//summary")[0].text.strip() == "anne"


@pytest.mark.parametrize(
    ("username", "password"),
    [("anne", "faux"), ("bruno", PASSWORD), ("anne", PASSWORD.upper()), ("' OR 1=1 --", "x")],
)
def test_a_wrong_name_or_password_is_refused_without_saying_which(nobody, user, username, password):
    response = nobody.post(SIGN_IN, {"username": username, "password": password})
    assert REFUSED in text(response)
    assert page(response).xpath("//input[@name='username']/@value") == [username]
    assert nobody.get("/membres/").status_code == 302


@pytest.mark.parametrize("values", [{}, {"username": "anne"}, {"password": PASSWORD}])
def test_both_must_be_given(nobody, user, values):
    assert "Ce champ est obligatoire." in text(nobody.post(SIGN_IN, values))


def test_an_account_that_was_closed_is_refused(nobody, db):
    UserFactory(username="anne", is_active=False)
    assert REFUSED in text(nobody.post(SIGN_IN, {"username": "anne", "password": PASSWORD}))


@pytest.mark.parametrize("wanted", ["", "/membres/ajouter/", SIGN_IN])
def test_who_has_signed_in_is_not_asked_again(back_office, wanted):
    response = back_office.get(SIGN_IN, {"next": wanted})
    assert response.status_code == 302
    assert not response["Location"].startswith(SIGN_IN)


def test_a_form_without_its_token_is_refused(user):
    client = Client(enforce_csrf_checks=True)
    response = client.post(SIGN_IN, {"username": "anne", "password": PASSWORD})
    assert response.status_code == 403
    assert page(response).xpath("//h1/text()") == ["Page expirée"]


@pytest.mark.parametrize("awkward", AWKWARD_TEXTS)
def test_awkward_texts_are_shown_as_typed(nobody, db, awkward):
    response = nobody.post(SIGN_IN, {"username": awkward, "password": awkward})
    assert page(response).xpath("//input[@name='username']/@value") == [awkward]
    assert not page(response).xpath("//input[@type='password']/@value")


@pytest.mark.django_db
def test_what_was_sent_by_nobody_comes_back_to_its_page(nobody):
    headers = {"Referer": "http://testserver/membres/3/?q=a"}
    response = nobody.post("/membres/3/contacts/ordre/", headers=headers)
    assert response["Location"] == "/connexion/?next=/membres/3/%3Fq%3Da"


@pytest.mark.django_db
def test_what_was_sent_from_elsewhere_never_leads_there(nobody):
    headers = {"Referer": "https://ailleurs.example/membres/3/"}
    response = nobody.post("/membres/3/contacts/ordre/", headers=headers)
    assert response["Location"] == "/connexion/?next=/membres/3/"
