import pytest

from importexport.models import ImportRun
from tests.factories import ContactFactory, MemberFactory
from tests.importexport.files_made import csv_file, untouched
from tests.importexport.importing import run_import
from tests.pages import page, text

PAGES = ["/contacts/importer/", "/contacts/importer/historique/", "/contacts/importer/{run}/"]
MEMBER = "/contacts/importer/{run}/membres/{member}/"
ASKS = "/contacts/importer/{run}/annuler/"
FILES = ["/contacts/importer/modele/", "/contacts/importer/{run}/fichier/"]
EXPORTS = ["/contacts/exporter/ods/", "/contacts/exporter/csv/"]
SHOWN = [*PAGES, MEMBER, ASKS, *FILES, *EXPORTS]
ACTIONS = [
    f"/contacts/importer/{{run}}/{action}/"
    for action in (
        *("confirmer", "conflits", "remplacer", "fusionner"),
        *("abandonner", "reprendre"),
    )
]
SENT = ["/contacts/importer/", ASKS, *ACTIONS, *EXPORTS]
everything = pytest.mark.parametrize(
    ("method", "address"),
    [("get", address) for address in SHOWN] + [("post", address) for address in SENT],
)


@pytest.fixture
def before(db):
    contact = ContactFactory(name="Anne", member__reference="C1")
    MemberFactory(reference="C2")
    run, _ = run_import(csv_file(["C1", "Zoé", 1]))
    return untouched(), {"run": run.pk, "member": contact.member_id}


@pytest.mark.parametrize("role", ["without_role", "back_office"])
@everything
def test_only_administrators_are_let_in(request, role, method, address, before):
    client = request.getfixturevalue(role)
    contacts, keys = before
    response = getattr(client, method)(address.format(**keys), {"file": csv_file(["C1", "x", 1])})
    assert response.status_code == 403
    assert page(response).xpath("//h1/text()") == ["Accès refusé"]
    assert "Anne" not in text(response)
    assert untouched() == contacts
    assert ImportRun.objects.get().state == "done"


@everything
def test_nobody_is_sent_to_the_sign_in(nobody, method, address, before):
    contacts, keys = before
    address = address.format(**keys)
    response = getattr(nobody, method)(address)
    assert (response.status_code, response["Location"]) == (302, f"/connexion/?next={address}")
    assert untouched() == contacts


@pytest.mark.parametrize("address", SHOWN)
def test_an_administrator_opens_everything_and_opening_changes_nothing(
    administrator, address, before
):
    contacts, keys = before
    for method in (administrator.get, administrator.head):
        response = method(address.format(**keys))
        assert response.status_code == 200
        list(response)  # a file is closed once it was read
    assert untouched() == contacts
    assert ImportRun.objects.get().state == "done"


@pytest.mark.parametrize(
    ("method", "address"),
    [("get", address) for address in FILES] + [("post", address) for address in EXPORTS],
)
def test_no_file_is_ever_shown_in_the_page(administrator, method, address, before):
    response = getattr(administrator, method)(address.format(**before[1]))
    list(response)
    assert response["Content-Disposition"].startswith("attachment;")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "html" not in response["Content-Type"]


@pytest.mark.parametrize(
    ("method", "address"),
    [("get", address) for address in ACTIONS]
    + [("post", address) for address in [*FILES, MEMBER, *PAGES[1:]]]
    + [(method, address) for method in ("put", "delete") for address in [*SHOWN, *ACTIONS]],
)
def test_no_other_method_is_accepted(administrator, method, address, before):
    contacts, keys = before
    assert getattr(administrator, method)(address.format(**keys)).status_code == 405
    assert untouched() == contacts


@pytest.mark.parametrize("address", SENT)
def test_a_form_of_another_site_is_refused(administrator, address, before):
    contacts, keys = before
    administrator.handler.enforce_csrf_checks = True
    response = administrator.post(address.format(**keys), {"file": csv_file(["C1", "x", 1])})
    assert response.status_code == 403
    assert untouched() == contacts
    assert ImportRun.objects.get().state == "done"


@pytest.mark.parametrize(
    "address", ["{run}9/", "{run}9/annuler/", "{run}/membres/999999/", "{run}/fichier-marque/"]
)
def test_what_is_not_there_is_not_found(administrator, address, before):
    response = administrator.get(f"/contacts/importer/{address.format(**before[1])}")
    assert response.status_code == 404
