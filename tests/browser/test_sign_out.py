"""Signing out, as a person does it."""

import pytest
from playwright.sync_api import expect


@pytest.mark.parametrize("javascript", [True, False])
def test_a_person_signs_out_from_the_menu(open_page, back_office_user, javascript):
    page = open_page(back_office_user, javascript=javascript)
    page.goto("/membres/")
    page.locator("header summary").click()
    page.get_by_role("button", name="Se déconnecter").click()
    expect(page.get_by_role("heading", name="Connexion")).to_be_visible()
    page.goto("/membres/")
    expect(page.get_by_role("heading", name="Connexion")).to_be_visible()
