"""When something goes wrong, a person gets the number of the request, and a page all can read."""

import pytest
from playwright.sync_api import expect


def fail(*_arguments, **_values):
    raise ZeroDivisionError


@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing(open_page, back_office_user, accessible, monkeypatch, width):
    monkeypatch.setattr("directory.views.members_page", fail)
    page = open_page(back_office_user, width=width, complains=False)
    for address, title in (
        ("/nulle-part/", "Page introuvable"),
        ("/jetons/", "Accès refusé"),
        ("/membres/", "Erreur du site"),
    ):
        page.goto(address)
        expect(page.get_by_role("heading", name=title)).to_be_visible()
        expect(page.get_by_text("Indiquez ce numéro")).to_be_visible()
        accessible(page)


def test_a_failure_names_the_number_of_the_request(open_page, back_office_user, monkeypatch):
    page = open_page(back_office_user, complains=False)
    page.goto("/membres/")

    def fail(*_arguments, **_values):
        raise ZeroDivisionError

    monkeypatch.setattr("directory.views.members_page", fail)
    with page.expect_response("**/membres/?*") as answered:
        page.get_by_label("Rechercher").fill("ferme")
    number = answered.value.headers["x-request-id"]
    expect(page.get_by_role("alert")).to_contain_text(f"Numéro de la demande : {number}")
