import logging
import re
import threading
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.utils import timezone

from api.models import ApiToken
from api.tokens import TokenOverLimit, admit, digest, make_token, revoke
from tests.api.software import NOTIFICATIONS, Software
from tests.factories import ADMINISTRATOR, MemberFactory, UserFactory
from tests.pages import AWKWARD_TEXTS, cells, errors, page, text

LIST = "/jetons/"
ADD = "/jetons/ajouter/"


@pytest.fixture
def token(db):
    """A token of Facturation, which Anne made."""
    maker = UserFactory(username="anne", role=ADMINISTRATOR)
    return make_token("Facturation", maker)[0]


def made(administrator, name="Commandes"):
    """Make a token in the browser, and return its secret."""
    response = administrator.post(ADD, {"name": name})
    assert response.status_code == 200
    (secret,) = page(response).xpath('//input[@id="secret"]/@value')
    return secret


def test_an_administrator_makes_a_token_that_lets_a_software_in(administrator, client):
    secret = made(administrator)
    assert re.fullmatch(r"gdc_[A-Za-z0-9_-]{43}", secret)
    token = ApiToken.objects.get()
    assert (token.name, token.digest) == ("Commandes", digest(secret))
    assert admit(secret) == token
    token.refresh_from_db()
    assert token.last_used_at
    assert cells(administrator.get(LIST), "État") == ["Actif"]


def test_the_token_is_shown_once_with_a_label_and_is_not_kept_by_the_browser(administrator):
    response = administrator.post(ADD, {"name": "Commandes"})
    found = page(response)
    (field,) = found.xpath('//input[@id="secret"]')
    assert found.xpath('//label[@for="secret"]/text()') == ["Jeton"]
    assert "readonly" in field.attrib
    assert "no-store" in response["Cache-Control"]
    secret = field.get("value")
    for address in (LIST, ADD, f"/jetons/{ApiToken.objects.get().pk}/revoquer/"):
        assert secret not in administrator.get(address).content.decode()


def test_the_list_says_who_made_a_token_and_when_it_was_used(administrator, token):
    response = administrator.get(LIST)
    assert cells(response, "Logiciel") == ["Facturation"]
    assert cells(response, "Créé par") == ["anne"]
    assert cells(response, "Dernier usage") == ["jamais"]
    ApiToken.objects.update(last_used_at=timezone.now(), created_by=None)
    response = administrator.get(LIST)
    assert cells(response, "Créé par") == ["compte supprimé"]
    today = timezone.localdate().strftime("%d/%m/%Y")
    assert cells(response, "Dernier usage")[0].startswith(today)
    assert cells(response, "État")[0].startswith("Sans effet : ")


def test_an_empty_list_says_so(administrator):
    assert "Il n'y a pas encore de jeton." in text(administrator.get(LIST))


def test_a_long_list_has_pages(administrator, token):
    ApiToken.objects.bulk_create(ApiToken(name=f"L{n}", digest=str(n)) for n in range(60))
    assert len(cells(administrator.get(LIST), "Logiciel")) == 50
    assert cells(administrator.get(LIST, {"page": 2}), "Logiciel")[-1] == "Facturation"


def test_a_token_is_revoked_once_that_is_confirmed(administrator):
    secret = made(administrator)
    token = ApiToken.objects.get()
    address = f"/jetons/{token.pk}/revoquer/"
    assert "Révoquer le jeton « Commandes » ?" in text(administrator.get(address))
    assert admit(secret) == token
    assert administrator.post(address)["Location"] == LIST
    software_answer = administrator.get(
        "/api/openapi.json", headers={"Authorization": f"Bearer {secret}"}
    )
    assert software_answer.status_code == 401
    response = administrator.get(LIST)
    assert "Le jeton « Commandes » est révoqué." in text(response)
    assert cells(response, "État")[0].startswith("Révoqué le ")
    assert not page(response).xpath("//tbody//a")


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_second_revocation_changes_nothing(administrator, token, method):
    revoke(token)
    before = ApiToken.objects.values().get()
    address = f"/jetons/{token.pk}/revoquer/"
    assert getattr(administrator, method)(address)["Location"] == LIST
    assert "déjà révoqué" in text(administrator.get(LIST))
    revoke(token)
    assert ApiToken.objects.values().get() == before


@pytest.mark.parametrize(
    ("name", "said"), [("", "obligatoire"), ("x" * 101, "100"), ("a\x1bb", "invisible")]
)
def test_a_name_that_cannot_be_kept_is_refused(administrator, name, said):
    assert said in errors(administrator.post(ADD, {"name": name}), "name")
    assert not ApiToken.objects.exists()


@pytest.mark.parametrize("awkward", AWKWARD_TEXTS)
def test_awkward_names_are_shown_as_typed(administrator, awkward):
    made(administrator, awkward)
    assert cells(administrator.get(LIST), "Logiciel") == [" ".join(awkward.split())]


# --- Who may --------------------------------------------------------------------------------

PAGES = [LIST, ADD, "/jetons/{pk}/revoquer/"]


@pytest.mark.parametrize("pattern", PAGES)
def test_administrators_open_every_page_and_opening_changes_nothing(administrator, token, pattern):
    before = list(ApiToken.objects.values())
    for method in (administrator.get, administrator.head):
        assert method(pattern.format(pk=token.pk)).status_code == 200
    assert list(ApiToken.objects.values()) == before
    assert page(administrator.get("/membres/")).xpath(f'//header//a[@href="{LIST}"]')


@pytest.mark.parametrize("role", ["back_office", "without_role"])
@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("pattern", PAGES)
def test_others_are_refused(request, role, method, pattern, token):
    before = list(ApiToken.objects.values())
    client = request.getfixturevalue(role)
    response = getattr(client, method)(pattern.format(pk=token.pk), {"name": "x"})
    assert response.status_code == (405 if (method, pattern) == ("post", LIST) else 403)
    assert list(ApiToken.objects.values()) == before
    assert not page(client.get("/mot-de-passe/")).xpath(f'//a[@href="{LIST}"]')


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("pattern", PAGES)
def test_nobody_is_sent_to_the_sign_in(nobody, method, pattern, token):
    address = pattern.format(pk=token.pk)
    assert getattr(nobody, method)(address)["Location"] == f"/connexion/?next={address}"


def test_a_token_that_is_not_there(administrator):
    assert administrator.get("/jetons/1/revoquer/").status_code == 404


# --- Nothing keeps the token in clear -------------------------------------------------------


def test_the_token_is_neither_in_the_database_nor_in_the_logs(administrator, caplog):
    caplog.set_level(logging.DEBUG)
    MemberFactory(reference="C1", email="a@x.fr")
    secret = made(administrator)
    headers = {"Authorization": f"Bearer {secret}"}
    values = {"reference": "C1", "topic": "orders", "subject": "a", "body": "b"}
    for data in (values, {}):
        administrator.post(NOTIFICATIONS, data, headers=headers)
    administrator.get(NOTIFICATIONS + "99/", headers=headers)
    assert "answered" in caplog.text
    assert secret not in caplog.text
    assert secret[4:] not in database()


def database():
    """Return all that the database holds, the sessions' contents too."""
    texts = [repr(one.get_decoded()) for one in Session.objects.all()]
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table.endswith("_search"):
                continue  # SQLite's search index: what it holds lies in its other tables
            name = connection.ops.quote_name(table)
            cursor.execute(f"SELECT * FROM {name}")  # noqa: S608 (a name from the database)
            texts.append(repr(cursor.fetchall()))
    assert any("Commandes" in found for found in texts)
    return "".join(texts)


# --- How often ------------------------------------------------------------------------------


@pytest.fixture
def software(db, settings):
    settings.API_REQUESTS_PER_MINUTE = 3
    return Software()


def test_above_its_limit_a_token_has_to_wait(software):
    for _ in range(3):
        assert software.get("/api/openapi.json").status_code == 200
    response = software.notify()
    assert response.status_code == 429
    assert response["Content-Type"] == "application/json"
    assert 1 <= int(response["Retry-After"]) <= 60
    assert response["Retry-After"] in response.json()["message"]
    assert Software("Commandes").get("/api/openapi.json").status_code == 200


def test_a_minute_later_it_may_again(software):
    for _ in range(4):
        software.get("/api/openapi.json")
    ApiToken.objects.update(window_started_at=timezone.now() - timedelta(seconds=59))
    response = software.get("/api/openapi.json")
    assert (response.status_code, response["Retry-After"]) == (429, "1")
    ApiToken.objects.update(window_started_at=timezone.now() - timedelta(seconds=60))
    assert [software.get("/api/openapi.json").status_code for _ in range(4)] == [200] * 3 + [429]


def test_refused_requests_count_too(software):
    assert [software.post({}).status_code for _ in range(4)] == [400] * 3 + [429]


@pytest.mark.django_db(transaction=True)
def test_requests_at_the_same_moment_are_counted_one_by_one(settings):
    settings.API_REQUESTS_PER_MINUTE = 10
    maker = UserFactory(is_superuser=True)
    token, secret = make_token("Facturation", maker)
    served = []

    def use():
        for _ in range(5):
            try:
                served.append(admit(secret))
            except TokenOverLimit:
                continue
        connection.close()

    threads = [threading.Thread(target=use) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    token.refresh_from_db()
    assert (len(served), token.window_requests) == (10, 10)
