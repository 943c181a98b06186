"""A page warns before its session ends, and says when it is over."""

import pytest
from playwright.sync_api import expect

from tests.factories import PASSWORD, MemberFactory

SOON = "votre session se termine à"
HOURS = 8
# Pages warn five minutes before the end.
UNTIL_WARNING = f"{HOURS - 1:02}:55:01"


@pytest.fixture(autouse=True)
def lasts(settings):
    """Let sessions last for so many seconds from what was last done; at first, for hours."""

    def lasts(seconds):
        settings.SESSION_COOKIE_AGE = seconds

    lasts(HOURS * 3600)
    return lasts


@pytest.fixture
def open_clocked(open_page):
    """Open a page of somebody whose clock the test can put forward, and go to an address."""

    def open_clocked(user, address, **options):
        page = open_page(user, **options)
        page.clock.install()
        page.goto(address)
        return page

    return open_clocked


def cards_of(page):
    return page.locator("[data-session-warning]")


def test_it_warns_and_whoever_wants_to_stay_stays(open_clocked, lasts, back_office_user):
    page = open_clocked(back_office_user, "/membres/")
    page.clock.fast_forward(f"{HOURS - 1:02}:54:00")
    lasts(200)
    expect(cards_of(page)).to_have_count(0)
    page.clock.fast_forward("01:01")
    expect(cards_of(page)).to_contain_text(SOON)
    assert cards_of(page).get_attribute("role") == "alert"
    lasts(HOURS * 3600)
    page.get_by_role("button", name="Rester connecté").press("Enter")
    expect(cards_of(page)).to_have_count(0)
    expect(page.locator("#content")).to_be_focused()
    page.reload()
    expect(page.get_by_role("heading", name="Membres")).to_be_visible()


def test_it_warns_in_an_open_window_too(open_clocked, lasts, back_office_user):
    member = MemberFactory()
    page = open_clocked(back_office_user, f"/membres/{member.pk}/")
    page.get_by_role("link", name="Ajouter un contact").click()
    expect(page.locator("#window")).to_be_visible()
    lasts(200)
    page.clock.fast_forward(UNTIL_WARNING)
    stay = page.locator("#window").get_by_role("button", name="Rester connecté")
    expect(stay).to_be_visible()
    lasts(HOURS * 3600)
    stay.click()
    expect(cards_of(page)).to_have_count(0)
    expect(page.locator("#window")).to_be_visible()


def test_the_warning_outlives_the_window_in_which_it_came(open_clocked, lasts, back_office_user):
    member = MemberFactory()
    page = open_clocked(back_office_user, f"/membres/{member.pk}/")
    page.get_by_role("link", name="Ajouter un contact").click()
    expect(page.locator("#window")).to_be_visible()
    lasts(200)
    page.clock.fast_forward(UNTIL_WARNING)
    expect(page.locator("#window [data-session-warning]")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#window")).to_be_hidden()
    expect(cards_of(page)).to_contain_text(SOON)


def test_over_it_says_so_and_what_was_typed_can_still_be_sent(
    open_clocked, lasts, back_office_user
):
    page = open_clocked(back_office_user, "/membres/ajouter/", complains=False)
    page.get_by_label("Référence").fill("C00042")
    page.get_by_label("Dénomination").fill("Ferme du Lac")
    lasts(0)
    page.clock.fast_forward(UNTIL_WARNING)
    expect(cards_of(page)).to_contain_text("Votre session est terminée.")
    lasts(HOURS * 3600)
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Se reconnecter dans un nouvel onglet").click()
    other = opened.value
    other.get_by_label("Nom d’utilisateur").fill(back_office_user.username)
    other.get_by_label("Mot de passe").fill(PASSWORD)
    other.get_by_role("button", name="Se connecter").click()
    expect(other.get_by_role("heading", name="Membres")).to_be_visible()
    other.close()
    page.clock.fast_forward("00:06")
    expect(cards_of(page)).to_have_count(0)
    page.get_by_label("Catégorie").select_option(index=1)
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_role("heading", name="Ferme du Lac")).to_be_visible()


def test_a_machine_that_wakes_up_asks_at_once(open_page, lasts, back_office_user):
    page = open_page(back_office_user)
    page.goto("/membres/")
    expect(cards_of(page)).to_have_count(0)
    lasts(200)
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
def test_axe_finds_nothing(open_clocked, lasts, back_office_user, accessible, width):
    page = open_clocked(back_office_user, "/membres/", width=width)
    lasts(200)
    page.clock.fast_forward(UNTIL_WARNING)
    cards_of(page).wait_for()
    accessible(page)
