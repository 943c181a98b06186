"""A page warns before its session ends, and says when it is over."""

import pytest
from playwright.sync_api import expect

from tests.factories import PASSWORD, MemberFactory

SOON = "votre session se termine à"


@pytest.fixture
def short(settings):
    """Sessions end after a few seconds, and warn at half of them."""

    def short(seconds):
        settings.SESSION_COOKIE_AGE = seconds

    return short


def cards_of(page):
    return page.locator("[data-session-warning]")


def test_it_warns_and_whoever_wants_to_stay_stays(open_page, short, back_office_user):
    short(12)
    page = open_page(back_office_user)
    page.goto("/membres/")
    expect(cards_of(page)).to_contain_text(SOON)
    assert cards_of(page).get_attribute("role") == "alert"
    page.get_by_role("button", name="Rester connecté").press("Enter")
    expect(cards_of(page)).to_have_count(0)
    expect(page.locator("#content")).to_be_focused()
    short(600)
    page.reload()
    expect(page.get_by_role("heading", name="Membres")).to_be_visible()


def test_it_warns_in_an_open_window_too(open_page, short, back_office_user):
    short(12)
    member = MemberFactory()
    page = open_page(back_office_user)
    page.goto(f"/membres/{member.pk}/")
    page.get_by_role("link", name="Ajouter un contact").click()
    page.locator("#window").get_by_role("button", name="Rester connecté").click()
    expect(cards_of(page)).to_have_count(0)
    expect(page.locator("#window")).to_be_visible()


def test_the_warning_outlives_the_window_in_which_it_came(open_page, short, back_office_user):
    short(12)
    member = MemberFactory()
    page = open_page(back_office_user)
    page.goto(f"/membres/{member.pk}/")
    page.get_by_role("link", name="Ajouter un contact").click()
    expect(page.locator("#window [data-session-warning]")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#window")).to_be_hidden()
    # Not the one that says that it is over, a few seconds later.
    expect(cards_of(page)).to_contain_text(SOON, timeout=1_000)


def test_over_it_says_so_and_what_was_typed_can_still_be_sent(open_page, short, back_office_user):
    short(4)
    page = open_page(back_office_user, complains=False)
    page.goto("/membres/ajouter/")
    page.get_by_label("Référence").fill("C00042")
    page.get_by_label("Dénomination").fill("Ferme du Lac")
    expect(cards_of(page)).to_contain_text("Votre session est terminée.")
    short(600)
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Se reconnecter dans un nouvel onglet").click()
    other = opened.value
    other.get_by_label("Nom d’utilisateur").fill(back_office_user.username)
    other.get_by_label("Mot de passe").fill(PASSWORD)
    other.get_by_role("button", name="Se connecter").click()
    expect(other.get_by_role("heading", name="Membres")).to_be_visible()
    other.close()
    expect(cards_of(page)).to_have_count(0)
    page.get_by_label("Catégorie").select_option(index=1)
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_role("heading", name="Ferme du Lac")).to_be_visible()


def test_a_machine_that_wakes_up_asks_at_once(open_page, short, back_office_user):
    page = open_page(back_office_user)
    page.goto("/membres/")
    expect(cards_of(page)).to_have_count(0)
    short(100)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(cards_of(page)).to_contain_text(SOON)


def test_what_a_page_asks_by_itself_says_so_to_the_site(open_page, back_office_user):
    page = open_page(back_office_user)
    page.goto("/membres/")
    page.evaluate(
        """() => {
            document.body.insertAdjacentHTML(
                "beforeend",
                "<p id='polling' hx-get='/session/' hx-trigger='every 200ms'></p>");
            htmx.process(document.getElementById("polling"));
        }"""
    )
    with page.expect_request("**/session/") as asked:
        pass
    assert asked.value.headers["x-background"] == "yes"
    with page.expect_request("**/membres/?*") as searched:
        page.get_by_label("Rechercher").fill("ferme")
    assert "x-background" not in searched.value.headers


@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing(open_page, short, back_office_user, accessible, width):
    short(20)
    page = open_page(back_office_user, width=width)
    page.goto("/membres/")
    cards_of(page).wait_for(timeout=15_000)
    accessible(page)
