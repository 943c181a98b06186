import pytest

from tests.factories import ContactFactory, MemberFactory
from tests.importexport.files_made import csv_file, untouched
from tests.pages import page, text

PAGES = ["/contacts/importer/", "/contacts/importer/confirmer/", "/contacts/importer/resultat/"]
FILES = ["/contacts/importer/modele/", "/contacts/exporter/ods/", "/contacts/exporter/csv/"]
ACTIONS = ["/contacts/importer/abandonner/"]
SENT = ["/contacts/importer/", "/contacts/importer/confirmer/", *ACTIONS]
everything = pytest.mark.parametrize(
    ("method", "address"),
    [("get", address) for address in PAGES + FILES] + [("post", address) for address in SENT],
)


@pytest.fixture
def before(db):
    MemberFactory(reference="C1")
    ContactFactory(name="Anne")
    return untouched()


@pytest.mark.parametrize("role", ["without_role", "back_office"])
@everything
def test_only_administrators_are_let_in(request, role, method, address, before):
    client = request.getfixturevalue(role)
    response = getattr(client, method)(address, {"file": csv_file(["C1", "x", 1])})
    assert response.status_code == 403
    assert page(response).xpath("//h1/text()") == ["Accès refusé"]
    assert "Anne" not in text(response)
    assert untouched() == before


@everything
def test_nobody_is_sent_to_the_sign_in(nobody, method, address, before):
    response = getattr(nobody, method)(address)
    assert (response.status_code, response["Location"]) == (302, f"/connexion/?next={address}")
    assert untouched() == before


@pytest.mark.parametrize("address", PAGES + FILES)
def test_an_administrator_opens_everything_and_opening_changes_nothing(
    administrator, address, before
):
    for method in (administrator.get, administrator.head):
        response = method(address, follow=True)
        assert response.status_code == 200
        list(response)  # a file is closed once it was read
    assert untouched() == before


@pytest.mark.parametrize(
    ("method", "address"),
    [("get", address) for address in ACTIONS]
    + [("post", address) for address in [*FILES, "/contacts/importer/resultat/"]]
    + [(method, address) for method in ("put", "delete") for address in PAGES + FILES + ACTIONS],
)
def test_no_other_method_is_accepted(administrator, method, address, before):
    assert getattr(administrator, method)(address).status_code == 405
    assert untouched() == before


@pytest.mark.parametrize("address", SENT)
def test_a_form_of_another_site_is_refused(administrator, address, before):
    administrator.handler.enforce_csrf_checks = True
    assert administrator.post(address, {"file": csv_file(["C1", "x", 1])}).status_code == 403
    assert untouched() == before
