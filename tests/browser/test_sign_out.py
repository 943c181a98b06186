"""Signing out, as a person does it."""

import pytest
from playwright.sync_api import expect

from tests.factories import ContactFactory


@pytest.mark.parametrize("javascript", [True, False])
def test_a_person_signs_out_from_the_menu(open_page, back_office_user, javascript):
    page = open_page(back_office_user, javascript=javascript)
    page.goto("/membres/")
    page.locator("header summary").click()
    page.get_by_role("button", name="Se déconnecter").click()
    expect(page.get_by_role("heading", name="Connexion")).to_be_visible()
    page.goto("/membres/")
    expect(page.get_by_role("heading", name="Connexion")).to_be_visible()


@pytest.mark.parametrize("javascript", [True, False])
def test_back_shows_nothing_of_what_was_seen(open_page, back_office_user, javascript):
    contact = ContactFactory(name="Anne Lemoine", email="anne@example.org")
    page = open_page(back_office_user, javascript=javascript)
    page.goto(f"/membres/{contact.member_id}/")
    expect(page.get_by_text("Anne Lemoine").first).to_be_visible()
    page.locator("header summary").click()
    page.get_by_role("button", name="Se déconnecter").click()
    expect(page.get_by_role("heading", name="Connexion")).to_be_visible()
    # The memory of whole pages is off in browsers that are driven; the header no-store, which all
    # of tests/contacts_site/urls/ carry, keeps pages out of it, and Clear-Site-Data empties it.
    page.go_back()
    expect(page.get_by_role("heading", name="Connexion")).to_be_visible()
    assert page.locator("a[href^='mailto:']").count() == 0
