"""Switching the second factor on, and signing in with it, at the keyboard."""

from base64 import b32decode

import pytest
from django_otp.plugins.otp_totp.models import TOTPDevice
from playwright.sync_api import expect

from tests.accounts.second_factor.codes import code_of, telephone_of
from tests.factories import PASSWORD


def sign_in(page, user):
    page.goto("/membres/")
    page.get_by_label("Nom d’utilisateur").fill(user.username)
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.keyboard.press("Enter")


def give_code(page, code):
    expect(page.get_by_label("Code")).to_be_focused()
    page.keyboard.type(code)
    page.keyboard.press("Enter")


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "no javascript"])
def test_a_person_switches_it_on_and_signs_in_with_it(open_page, back_office_user, javascript):
    page = open_page(back_office_user, javascript=javascript)
    page.goto("/membres/")
    page.locator("header summary").focus()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Validation en deux étapes").press("Enter")
    page.get_by_label("Votre mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Activer la validation").press("Enter")
    expect(page.get_by_role("img", name="Code QR")).to_be_visible()
    assert page.locator(".qr-code").evaluate("image => image.naturalWidth") > 0
    letters = page.locator(".key").inner_text().replace(" ", "")
    device = TOTPDevice.objects.get()
    assert b32decode(letters) == device.bin_key
    give_code(page, code_of(device))
    expect(page.get_by_role("heading", name="Vos codes de secours")).to_be_visible()
    codes = page.locator(".backup-codes code").all_inner_texts()
    page.get_by_role("link", name="J'ai noté ces codes").press("Enter")
    expect(page.get_by_role("heading", name="Membres")).to_be_visible()

    for code in (code_of(device), codes[0]):
        page = open_page(javascript=javascript)
        sign_in(page, back_office_user)
        expect(page.get_by_role("heading", name="Code de validation")).to_be_visible()
        page.goto("/membres/ajouter/")
        give_code(page, code)
        expect(page.get_by_role("heading", name="Ajout")).to_be_visible()


@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing(open_page, back_office_user, accessible, width):
    page = open_page(back_office_user, width=width)
    page.goto("/deux-etapes/")
    accessible(page)
    page.get_by_label("Votre mot de passe").fill("faux")
    page.get_by_role("button", name="Activer la validation").click()
    expect(page.get_by_text("Ce n'est pas votre mot de passe.")).to_be_visible()
    accessible(page)
    page.get_by_label("Votre mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Activer la validation").click()
    accessible(page)
    page.get_by_label("Code").fill("faux")
    page.get_by_role("button", name="Activer").click()
    expect(page.get_by_text("n'est pas accepté")).to_be_visible()
    accessible(page)
    TOTPDevice.objects.all().delete()
    telephone_of(back_office_user)
    page.goto("/membres/")
    expect(page.get_by_role("heading", name="Code de validation")).to_be_visible()
    accessible(page)
    give_code(page, code_of(TOTPDevice.objects.get()))
    expect(page.get_by_role("heading", name="Membres")).to_be_visible()
    for address in ("/deux-etapes/", "/deux-etapes/codes-de-secours/", "/deux-etapes/desactiver/"):
        page.goto(address)
        accessible(page)
    page.goto("/deux-etapes/codes-de-secours/")
    give_code(page, "secours1")
    expect(page.get_by_role("heading", name="Vos codes de secours")).to_be_visible()
    accessible(page)


@pytest.mark.parametrize("width", [1280, 390])
def test_who_tried_too_often_gets_a_page_that_all_can_read(
    open_page, settings, back_office_user, accessible, width
):
    settings.AXES_FAILURE_LIMIT = 1
    page = open_page(width=width, complains=False)
    page.goto("/connexion/")
    page.get_by_label("Nom d’utilisateur").fill(back_office_user.username)
    page.get_by_label("Mot de passe").fill("faux")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Trop d'essais")).to_be_visible()
    accessible(page)
