"""A form sent after its person signed in again, or after the session ended, comes back filled."""

import pytest
from django.conf import settings as site_settings
from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from lxml import html

from accounts.late_forms import PERSON_FIELD, person_mark
from contacts.models import Contact
from importexport.models import ImportRun
from mailing.models import Message
from members.models import Member
from tests.accounts.second_factor.codes import code_of, telephone_of
from tests.factories import ADMINISTRATOR, PASSWORD, ContactFactory, MemberFactory, UserFactory
from tests.pages import HTMX, page, text

AGAIN = "Vous vous êtes reconnecté depuis l'ouverture de cette page : voici votre saisie."
NOTE = "Le matin\nseulement, « sans » <b>hâte</b>"


@pytest.fixture
def user(db):
    return UserFactory(username="anne", role=ADMINISTRATOR)


@pytest.fixture
def contact(db):
    return ContactFactory(name="Zoé", member__email="ferme@x.fr")


class Browser:
    """A browser that checks tokens as the site does, in two tabs: forms stay open meanwhile."""

    def __init__(self, user):
        self.client = Client(enforce_csrf_checks=True)
        self.sign_in(user)

    def sign_in(self, user, password=PASSWORD):
        """Sign in by the page; the token of the forms opened before is worthless then."""
        self.client.cookies.pop(site_settings.SESSION_COOKIE_NAME, None)
        form = main_form(self.client.get("/connexion/"))
        values = sent(form) | {"username": user.username, "password": password}
        assert self.client.post("/connexion/", values).status_code == 302

    def end_session(self):
        self.client.cookies.pop(site_settings.SESSION_COOKIE_NAME)

    def open(self, address):
        """Return the form of a page, as its address and fields."""
        form = main_form(self.client.get(address))
        return form.get("action") or address, sent(form)

    def press(self, response, **values):
        """Send the form that an answer shows."""
        form = main_form(response)
        return self.client.post(form.get("action"), sent(form) | values)


@pytest.fixture
def browser(user):
    return Browser(user)


def main_form(response):
    return page(response).xpath("//main//form")[0]


def sent(form: html.FormElement):
    """Return what a browser would send, each list of values whole."""
    values = {}
    for name, value in form.form_values():
        values.setdefault(name, []).append(value.removeprefix("\n"))
    return values


def late(browser, user, address, typed, how="signed in again"):
    """Open a form, let it become late, send it; where signed out, sign in by the page given."""
    action, values = browser.open(address)
    if how == "signed in again":
        browser.sign_in(user)
        return browser.client.post(action, values | typed)
    browser.end_session()
    if how == "after both":
        browser.sign_in(user)
        browser.end_session()
    response = browser.client.post(action, values | typed)
    assert "votre saisie vous sera rendue" in text(response)
    return browser.press(response, username=user.username, password=PASSWORD)


HOW = ["signed in again", "session ended", "after both"]


@pytest.mark.parametrize("how", HOW)
def test_a_contact_comes_back_and_is_saved_at_the_next_press(browser, user, contact, how):
    address = f"{contact.member.get_absolute_url()}contacts/{contact.pk}/modifier/"
    response = late(browser, user, address, {"note": NOTE, "type": "2"}, how)
    assert AGAIN in text(response)
    assert sent(main_form(response))["note"] == [NOTE]
    contact.refresh_from_db()
    assert contact.note == ""
    assert browser.press(response).status_code == 302
    contact.refresh_from_db()
    assert (contact.note, contact.type) == (NOTE, 2)


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize(
    ("address", "typed", "stored"),
    [
        ("/membres/ajouter/", {"reference": "C7", "name": "Lac", "kind": "supplier"}, "Lac"),
        ("{member}contacts/ajouter/", {"name": "Yves", "type": "4"}, "Yves"),
        ("{member}modifier/", {"name": "Le lac"}, "Le lac"),
        ("/jetons/ajouter/", {"name": "Facturation"}, None),
    ],
)
def test_every_form_comes_back(browser, user, contact, address, typed, stored, how):
    before = names()
    response = late(
        browser, user, address.format(member=contact.member.get_absolute_url()), typed, how
    )
    assert AGAIN in text(response)
    back = sent(main_form(response))
    assert {name: back[name] for name in typed} == {key: [value] for key, value in typed.items()}
    assert names() == before
    assert browser.press(response).status_code in (200, 302)
    assert stored is None or stored in names()


def names():
    tables = (Member, Contact)
    return [name for table in tables for name in table.objects.values_list("name", flat=True)]


@pytest.mark.parametrize("how", HOW)
def test_an_invalid_late_form_shows_its_errors_and_its_values(browser, user, how):
    typed = {"reference": "", "name": "Lac", "email": "pas une adresse"}
    response = late(browser, user, "/membres/ajouter/", typed, how)
    assert sent(main_form(response))["email"] == ["pas une adresse"]
    assert page(response).xpath("//*[@id='id_reference_error']")


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("address", ["{member}supprimer/", "{member}contacts/{pk}/supprimer/"])
def test_a_deletion_asks_again(browser, user, contact, address, how):
    address = address.format(member=contact.member.get_absolute_url(), pk=contact.pk)
    response = late(browser, user, address, {}, how)
    assert (response.status_code, response["Location"]) == (302, address)
    assert "Rien n'est encore enregistré : recommencez." in text(browser.client.get(address))
    assert Contact.objects.exists()


@pytest.mark.parametrize("how", HOW)
def test_a_file_must_be_chosen_again_and_its_options_stay(browser, user, how):
    file = SimpleUploadedFile("contacts.csv", b"x")
    response = late(browser, user, "/contacts/importer/", {"file": file, "mode": "sync"}, how)
    assert f"{AGAIN} Rien n'est encore enregistré. Choisissez à nouveau le fichier." in text(
        response
    )
    assert sent(main_form(response))["mode"] == ["sync"]
    assert not ImportRun.objects.exists()


@pytest.mark.parametrize("how", HOW)
def test_the_order_of_contacts_is_sent_again_at_a_press(browser, user, contact, how):
    other = ContactFactory(member=contact.member, name="Anne")
    address = contact.member.get_absolute_url()
    order = {"contact": [str(contact.pk), str(other.pk)], "down": [str(contact.pk)]}
    response = late(browser, user, address, order, how)
    assert "Rien n'est encore enregistré." in text(response)
    assert [*contact.member.contacts.values_list("name", flat=True)] == ["Zoé", "Anne"]
    browser.press(response)
    assert [*contact.member.contacts.values_list("name", flat=True)] == ["Anne", "Zoé"]


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("step", ["preview", "confirm"])
def test_a_message_comes_back_and_nothing_leaves(browser, user, contact, step, how):
    address = f"/messages/nouveau/?members={contact.member_id}"
    typed = {"subject": "Été", "text": NOTE, "step": step}
    response = late(browser, user, address, typed, how)
    assert AGAIN in text(response)
    assert (sent(main_form(response))["subject"], sent(main_form(response))["text"]) == (
        ["Été"],
        [NOTE],
    )
    assert not Message.objects.exists()


@pytest.mark.parametrize("how", HOW)
def test_passwords_never_come_back(browser, user, how):
    typed = {
        "old_password": "secret un",
        "new_password1": "secret deux",
        "new_password2": "secret deux",
    }
    response = late(browser, user, "/mot-de-passe/", typed, how)
    assert response["Location"] == "/mot-de-passe/"
    response = browser.client.get("/mot-de-passe/")
    assert "Rien n'est encore enregistré : recommencez." in text(response)
    assert "secret" not in response.content.decode()


def test_the_sign_in_page_that_waits_holds_no_password(browser, user):
    action, values = browser.open("/mot-de-passe/")
    browser.end_session()
    response = browser.client.post(action, values | {"old_password": "secret un"})
    (carried,) = page(response).xpath("//input[@name='carried']/@value")
    assert "secret" not in opened(carried)


def opened(carried):
    return str(signing.loads(carried, salt="accounts.late_forms"))


# --- Who sees it, and who does not ----------------------------------------------------------------


@pytest.fixture
def bruno(db):
    return UserFactory(username="bruno", role=ADMINISTRATOR)


def test_another_person_who_signs_in_does_not_see_it(browser, bruno):
    action, values = browser.open("/membres/ajouter/")
    browser.end_session()
    response = browser.client.post(action, values | {"name": "Lac secret"})
    response = browser.press(response, username="bruno", password=PASSWORD)
    assert response.status_code == 302
    response = browser.client.get(response["Location"])
    assert "celle d'une autre personne" in text(response)
    assert "Lac secret" not in response.content.decode()


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_another_person_in_another_tab_does_not_see_it(browser, bruno, headers):
    action, values = browser.open("/membres/ajouter/")
    browser.sign_in(bruno)
    response = browser.client.post(action, values | {"name": "Lac secret"}, headers=headers)
    assert response.status_code == 403
    assert page(response).xpath("//h1/text()") == ["Page expirée"]
    assert "HX-Trigger" not in response
    assert "Lac secret" not in response.content.decode()


@pytest.mark.parametrize("mark", ["", "1", "1:forged", None])
@pytest.mark.parametrize("is_signed_in", [True, False])
def test_a_form_without_its_persons_mark_shows_nothing(browser, user, mark, is_signed_in):
    if not is_signed_in:
        browser.end_session()
    values = {"name": "Piège", **({} if mark is None else {PERSON_FIELD: mark})}
    response = browser.client.post("/membres/ajouter/", values)
    assert response.status_code == 403
    assert "Piège" not in response.content.decode()


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://ailleurs.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
@pytest.mark.parametrize("address", ["/membres/ajouter/", "/connexion/"])
def test_another_site_cannot_fill_a_form(browser, user, headers, address):
    values = {"name": "Piège", "username": "Piège", PERSON_FIELD: person_mark(user)}
    response = browser.client.post(address, values, headers=headers)
    assert "Piège" not in response.content.decode()


def test_a_forged_form_in_the_sign_in_page_is_ignored(browser, user):
    browser.end_session()
    form = sent(main_form(browser.client.get("/connexion/")))
    values = form | {"username": "anne", "password": PASSWORD, "carried": "forged:by:me"}
    response = browser.client.post("/connexion/", values)
    assert response["Location"] == "/membres/"


def test_what_the_sign_in_page_carries_is_good_for_twelve_hours(browser, user, monkeypatch):
    action, values = browser.open("/membres/ajouter/")
    browser.end_session()
    response = browser.client.post(action, values | {"name": "Lac"})
    monkeypatch.setattr("accounts.late_forms._SECONDS_CARRIED", -1)
    response = browser.press(response, username="anne", password=PASSWORD)
    assert response.status_code == 302
    assert "Lac" not in text(browser.client.get(response["Location"]))


def test_a_late_form_needs_the_right_to_its_page(browser, user):
    action, values = browser.open("/membres/ajouter/")
    browser.sign_in(user)
    user.groups.clear()
    response = browser.client.post(action, values | {"name": "Lac"})
    assert response.status_code == 403
    assert page(response).xpath("//h1/text()") == ["Accès refusé"]


# --- Sign-in ------------------------------------------------------------------------------------


def test_a_wrong_password_loses_nothing(browser, user):
    action, values = browser.open("/membres/ajouter/")
    browser.end_session()
    response = browser.client.post(action, values | {"name": "Lac"})
    response = browser.press(response, username="anne", password="faux")
    response = browser.press(response, username="anne", password=PASSWORD)
    assert sent(main_form(response))["name"] == ["Lac"]


def test_the_code_of_the_second_factor_comes_in_between(browser, user):
    action, values = browser.open("/membres/ajouter/")
    browser.end_session()
    device = telephone_of(user)
    response = browser.client.post(action, values | {"name": "Lac"})
    response = browser.press(response, username="anne", password=PASSWORD)
    assert page(response).xpath("//h1/text()") == ["Code de validation"]
    assert "Lac" not in text(response)
    response = browser.press(response, code=code_of(device))
    assert sent(main_form(response))["name"] == ["Lac"]


def test_a_second_open_sign_in_page_leads_on(user):
    browser = Browser(user)
    browser.end_session()
    form = sent(main_form(browser.client.get("/connexion/?next=/membres/ajouter/")))
    browser.sign_in(user)
    values = form | {"username": "anne", "password": "peu importe"}
    response = browser.client.post("/connexion/", values)
    assert (response.status_code, response["Location"]) == (302, "/membres/ajouter/")


def test_a_second_sign_in_page_that_carries_a_form_gives_it_back(browser, user):
    action, values = browser.open("/membres/ajouter/")
    browser.end_session()
    response = browser.client.post(action, values | {"name": "Lac"})
    browser.sign_in(user)
    response = browser.press(response, username="anne", password=PASSWORD)
    assert sent(main_form(response))["name"] == ["Lac"]


def test_an_old_sign_in_page_comes_back_with_the_name(browser, user):
    browser.end_session()
    form = sent(main_form(browser.client.get("/connexion/?next=/membres/ajouter/")))
    browser.sign_in(user)
    browser.end_session()
    response = browser.client.post("/connexion/", form | {"username": "anne", "password": "x"})
    assert "Tapez à nouveau votre mot de passe." in text(response)
    back = sent(main_form(response))
    assert (back["username"], back["next"]) == (["anne"], ["/membres/ajouter/"])
    assert not page(response).xpath("//input[@type='password']/@value")
    response = browser.press(response, password=PASSWORD)
    assert response["Location"] == "/membres/ajouter/"


def test_signing_out_carries_nothing(browser):
    menu = page(browser.client.get("/membres/")).xpath("//form[@action='/deconnexion/']")[0]
    response = browser.client.post("/deconnexion/", sent(menu))
    assert (response.status_code, response["Location"]) == (302, "/connexion/")


# --- With htmx, the page itself keeps what was typed ----------------------------------------------


def test_htmx_gets_the_new_token_and_the_same_form_is_saved(browser, user):
    address = f"{MemberFactory().get_absolute_url()}contacts/ajouter/"
    action, values = browser.open(address)
    browser.sign_in(user)
    values |= {"name": "Yves", "type": "4"}
    response = browser.client.post(action, values, headers=HTMX)
    assert (response.status_code, Contact.objects.count()) == (403, 0)
    event = response["HX-Trigger"]
    assert "token:renewed" in event
    values["csrfmiddlewaretoken"] = event.split('"')[-2]
    assert browser.client.post(action, values, headers=HTMX).status_code == 200
    assert Contact.objects.get().name == "Yves"


def test_htmx_hears_that_the_session_has_ended(browser):
    address = f"{MemberFactory().get_absolute_url()}contacts/ajouter/"
    action, values = browser.open(address)
    browser.end_session()
    response = browser.client.post(action, values | {"name": "Yves"}, headers=HTMX)
    assert response.status_code == 401
    assert "session:ended" in response["HX-Trigger"]
    assert "HX-Redirect" not in response
