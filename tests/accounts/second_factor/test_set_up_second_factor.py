"""Switching the second factor on and off, and what to do when the telephone is lost."""

import re
from base64 import b32decode

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.models import User
from tests.accounts.second_factor.codes import code_of, telephone_of, wrong_code_of
from tests.factories import ADMINISTRATOR, BACK_OFFICE, PASSWORD, UserFactory
from tests.pages import errors, page, text

pytestmark = pytest.mark.django_db
STATE, BEGIN, SET_UP = "/deux-etapes/", "/deux-etapes/commencer/", "/deux-etapes/activer/"
NEW_CODES, REMOVE = "/deux-etapes/codes-de-secours/", "/deux-etapes/desactiver/"
ROLES = ["back_office", "administrator", "without_role"]


def begin(client):
    assert client.post(BEGIN, {"password": PASSWORD})["Location"] == SET_UP
    return TOTPDevice.objects.get(confirmed=False)


def shown_codes(response):
    return page(response).xpath("//ul[@class='backup-codes']//code/text()")


def set_up(client):
    device = begin(client)
    return client.post(SET_UP, {"code": code_of(device)})


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize("role", ROLES)
def test_everyone_may_switch_it_on_for_themselves(request, role):
    client = request.getfixturevalue(role)
    assert "La validation en deux étapes n'est pas activée." in text(client.get(STATE))
    codes = shown_codes(set_up(client))
    assert len(set(codes)) == 10
    state = text(client.get(STATE))
    assert "La validation en deux étapes est activée. Codes de secours qui restent : 10." in state
    assert TOTPDevice.objects.get().confirmed


@pytest.mark.parametrize("values", [{}, {"password": ""}, {"password": "faux"}])
def test_a_stolen_session_does_not_suffice_to_switch_it_on(back_office, values):
    response = back_office.post(BEGIN, values)
    assert response.status_code == 200
    assert errors(response, "password")
    assert not TOTPDevice.objects.exists()


def test_guessing_the_password_there_counts_as_failed_sign_ins(back_office, settings):
    settings.AXES_FAILURE_LIMIT = 3
    answers = [back_office.post(BEGIN, {"password": "faux"}).status_code for _ in range(3)]
    assert answers == [200, 200, 429]
    assert back_office.post(BEGIN, {"password": PASSWORD}).status_code == 429
    assert not TOTPDevice.objects.exists()


def test_the_key_is_shown_as_an_image_and_in_letters(back_office):
    device = begin(back_office)
    response = back_office.get(SET_UP)
    (image,) = page(response).xpath("//main//img")
    assert image.get("src").startswith("data:image/svg+xml")
    assert image.get("alt")
    letters = "".join(page(response).xpath("//code[@class='key']/text()")).replace(" ", "")
    assert b32decode(letters) == device.bin_key
    assert "no-store" in response["Cache-Control"]


def test_the_backup_codes_are_shown_once(back_office):
    codes = shown_codes(set_up(back_office))
    for path in (STATE, NEW_CODES):
        assert not any(code in back_office.get(path).content.decode() for code in codes)
    assert back_office.get(SET_UP)["Location"] == STATE


def test_each_backup_code_lets_one_in(back_office):
    codes = shown_codes(set_up(back_office))
    other = signed_in(User.objects.get())
    assert other.post("/deux-etapes/code/", {"code": codes[3]}).status_code == 302
    assert other.get("/membres/").status_code == 200


def test_it_is_not_on_before_the_first_code_is_right(back_office):
    device = begin(back_office)
    response = back_office.post(SET_UP, {"code": wrong_code_of(device)})
    assert errors(response, "code")
    assert page(response).xpath("//main//img")
    assert not TOTPDevice.objects.get().confirmed
    assert signed_in(User.objects.get()).get("/membres/").status_code == 200


def test_beginning_again_makes_another_key(back_office):
    first = begin(back_office).key
    assert begin(back_office).key != first
    assert TOTPDevice.objects.count() == 1


def test_nobody_replaces_the_telephone_that_counts(back_office):
    set_up(back_office)
    device = TOTPDevice.objects.get()
    assert back_office.post(BEGIN, {"password": PASSWORD})["Location"] == STATE
    assert back_office.post(SET_UP, {"code": "123456"})["Location"] == STATE
    assert list(TOTPDevice.objects.all()) == [device]


def test_new_backup_codes_replace_the_old(back_office):
    old = shown_codes(set_up(back_office))
    device = TOTPDevice.objects.get()
    assert errors(back_office.post(NEW_CODES, {"code": "secours"}), "code")
    new = shown_codes(back_office.post(NEW_CODES, {"code": code_of(device)}))
    assert len(new) == 10
    assert not set(old) & set(new)
    assert set(StaticToken.objects.values_list("token", flat=True)) == set(new)


def test_it_is_switched_off_with_a_code(back_office):
    set_up(back_office)
    assert errors(back_office.post(REMOVE, {"code": "rien"}), "code")
    assert TOTPDevice.objects.exists()
    device = TOTPDevice.objects.get()
    response = back_office.post(REMOVE, {"code": code_of(device)}, follow=True)
    assert "La validation en deux étapes est désactivée." in text(response)
    assert not TOTPDevice.objects.exists()
    assert not StaticToken.objects.exists()


@pytest.mark.parametrize("path", [NEW_CODES, REMOVE, SET_UP])
@pytest.mark.parametrize("method", ["get", "post"])
def test_where_it_is_off_there_is_nothing_to_change(back_office, path, method):
    assert getattr(back_office, method)(path, {"code": "123456"})["Location"] == STATE


@pytest.mark.parametrize(
    ("required", "role", "is_led"),
    [
        ("nobody", ADMINISTRATOR, False),
        ("administrators", ADMINISTRATOR, True),
        ("administrators", BACK_OFFICE, False),
        ("everyone", BACK_OFFICE, True),
    ],
)
def test_who_must_have_it_is_led_to_set_it_up_before_anything_else(
    settings, required, role, is_led
):
    settings.REQUIRE_SECOND_FACTOR = required
    client = signed_in(UserFactory(role=role))
    for path in ("/membres/", "/mot-de-passe/", NEW_CODES):
        response = client.get(path)
        assert response.get("Location", "").startswith(f"{STATE}?next=") is is_led
    assert ("Ce site vous la demande" in text(client.get(STATE))) is is_led
    assert shown_codes(set_up(client))
    assert client.get("/membres/").status_code == 200


@pytest.mark.parametrize("values", [{"is_staff": True}, {"is_superuser": True}])
def test_who_keeps_the_accounts_is_an_administrator(settings, values):
    settings.REQUIRE_SECOND_FACTOR = "administrators"
    assert signed_in(UserFactory(**values)).get("/admin/")["Location"].startswith(STATE)


def test_what_the_site_requires_cannot_be_switched_off(settings, back_office):
    settings.REQUIRE_SECOND_FACTOR = "everyone"
    set_up(back_office)
    assert REMOVE not in back_office.get(STATE).content.decode()
    code = code_of(TOTPDevice.objects.get())
    assert "vous demande la validation" in text(
        back_office.post(REMOVE, {"code": code}, follow=True)
    )
    assert TOTPDevice.objects.exists()


def test_a_lost_telephone_is_removed_by_the_command(capsys):
    user, other = UserFactory(username="anne"), UserFactory()
    telephone_of(user)
    telephone_of(other)
    call_command("reset_second_factor", "anne")
    assert "est désactivée" in capsys.readouterr().out
    assert [device.user for device in TOTPDevice.objects.all()] == [other]
    assert signed_in(user).get("/mot-de-passe/").status_code == 200


@pytest.mark.parametrize("username", ["anne", "personne"])
def test_the_command_says_where_there_is_nothing_to_remove(username):
    UserFactory(username="anne")
    with pytest.raises(CommandError, match="compte"):
        call_command("reset_second_factor", username)


def test_a_lost_telephone_is_removed_in_the_admin():
    user = UserFactory()
    telephone_of(user)
    keeper = signed_in(UserFactory(is_staff=True, is_superuser=True))
    values = {"action": "remove_second_factor", "_selected_action": [user.pk]}
    response = keeper.post("/admin/accounts/user/", values, follow=True)
    assert re.search(r"désactivée\s: 1\.", response.content.decode())
    assert not TOTPDevice.objects.exists()
    history = keeper.get(f"/admin/accounts/user/{user.pk}/history/").content.decode()
    assert "Validation en deux étapes désactivée." in history


def test_the_admin_shows_no_keys():
    keeper = signed_in(UserFactory(is_staff=True, is_superuser=True))
    assert "otp" not in keeper.get("/admin/").content.decode().lower()


@pytest.mark.parametrize("path", [STATE, BEGIN, SET_UP, NEW_CODES, REMOVE])
@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_is_sent_to_the_sign_in(nobody, path, method):
    assert getattr(nobody, method)(path)["Location"].startswith("/connexion/")
