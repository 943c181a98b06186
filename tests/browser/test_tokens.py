"""The tokens of other software, from making one to revoking it."""

import pytest
from django.test import Client
from playwright.sync_api import expect


def status(secret):
    headers = {"Authorization": f"Bearer {secret}"}
    return Client().get("/api/openapi.json", headers=headers).status_code


@pytest.mark.parametrize("javascript", [True, False])
def test_a_token_is_made_copied_and_revoked(open_page, administrator_user, javascript):
    page = open_page(administrator_user, javascript=javascript)
    page.goto("/membres/")
    page.locator("header summary").last.click()
    page.get_by_role("link", name="Jetons d'API").click()
    page.get_by_role("link", name="Créer un jeton").click()
    page.get_by_label("Nom du logiciel").fill("Facturation")
    page.get_by_role("button", name="Créer le jeton").click()
    expect(page.get_by_label("Jeton", exact=True)).to_be_focused()
    secret = page.get_by_label("Jeton", exact=True).input_value()
    assert status(secret) == 200
    assert secret not in page.url
    page.get_by_role("link", name="J'ai copié le jeton").click()
    expect(page.get_by_role("row", name="Facturation")).to_contain_text("Actif")
    assert secret not in page.content()
    page.get_by_role("link", name="Révoquer le jeton Facturation").click()
    page.get_by_role("button", name="Révoquer le jeton").click()
    expect(page.get_by_role("row", name="Facturation")).to_contain_text("Révoqué le")
    assert status(secret) == 401


@pytest.mark.parametrize("width", [1280, 400])
def test_axe_finds_nothing(open_page, administrator_user, accessible, width):
    page = open_page(administrator_user, width=width)
    for address in ("/jetons/", "/jetons/ajouter/"):
        page.goto(address)
        accessible(page)
    page.get_by_role("button", name="Créer le jeton").click()
    expect(page.get_by_text("Ce champ est obligatoire.")).to_be_visible()
    accessible(page)
    page.get_by_label("Nom du logiciel").fill("Facturation")
    page.get_by_role("button", name="Créer le jeton").click()
    expect(page.get_by_label("Jeton", exact=True)).to_be_visible()
    accessible(page)
    page.get_by_role("link", name="J'ai copié le jeton").click()
    expect(page.get_by_role("row", name="Facturation")).to_be_visible()
    accessible(page)
    page.get_by_role("link", name="Révoquer").click()
    expect(page.get_by_role("button", name="Révoquer le jeton")).to_be_visible()
    accessible(page)
