"""Nothing that was typed is lost: by leaving, by signing in again, by a cut line, by a deletion."""

import pytest
from django.conf import settings as django_settings
from playwright.sync_api import expect

from contacts.models import Contact
from members.models import Member
from tests.factories import PASSWORD, ContactFactory, MemberFactory

WIDTHS = [1280, 390]


@pytest.fixture
def member(transactional_db):
    member = MemberFactory(name="Ferme des Érables", email="ferme@x.fr")
    for name in ("Anne", "Bruno"):
        ContactFactory(member=member, name=name)
    return member


@pytest.fixture
def window(open_page, back_office_user, member):
    """The window of a new contact, in which a name is typed."""

    def window(width=1280, **options):
        page = open_page(back_office_user, width=width, **options)
        page.goto(member.get_absolute_url())
        page.get_by_role("link", name="Ajouter un contact").click()
        window = page.get_by_role("dialog", name="Ajout d'un contact")
        expect(window.get_by_label("Dénomination")).to_be_focused()
        page.keyboard.type("Denis")
        return window

    return window


def question_of(page):
    return page.get_by_role("dialog", name="Quitter sans enregistrer ?")


# --- Leaving --------------------------------------------------------------------------------------


def by_escape(window):
    window.page.keyboard.press("Escape")


def by_backdrop(window):
    window.page.mouse.click(3, 3)


def by_cross(window):
    window.get_by_role("button", name="Fermer").click()


def by_link(window):
    window.get_by_role("link", name="Annuler").click()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("leave", [by_escape, by_backdrop, by_cross, by_link])
def test_a_window_with_changes_asks_before_it_closes(window, leave, width):
    window = window(width)
    page = window.page
    leave(window)
    stay = question_of(page).get_by_role("button", name="Continuer la saisie")
    expect(stay).to_be_focused()
    page.keyboard.press("Enter")
    expect(question_of(page)).to_be_hidden()
    expect(window.get_by_label("Dénomination")).to_have_value("Denis")
    leave(window)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(window).to_be_hidden()
    expect(page.get_by_role("link", name="Ajouter un contact")).to_be_focused()


def test_escape_in_the_question_means_to_stay(window):
    window = window()
    page = window.page
    for _ in range(3):
        page.keyboard.press("Escape")
        expect(question_of(page)).to_be_visible()
        page.keyboard.press("Escape")
        expect(question_of(page)).to_be_hidden()
    expect(window.get_by_label("Dénomination")).to_have_value("Denis")
    expect(window.get_by_label("Dénomination")).to_be_focused()


@pytest.mark.parametrize("leave", [by_escape, by_backdrop, by_cross, by_link])
def test_a_window_without_changes_closes_at_once(window, leave):
    window = window()
    window.get_by_label("Dénomination").fill("")
    leave(window)
    expect(window).to_be_hidden()
    expect(question_of(window.page)).to_be_hidden()


def test_a_text_marked_with_the_mouse_may_end_beside_the_window(window):
    window = window()
    box = window.get_by_label("Dénomination").bounding_box()
    mouse = window.page.mouse
    mouse.move(box["x"] + 20, box["y"] + 5)
    mouse.down()
    mouse.move(3, 3)
    mouse.up()
    expect(window).to_be_visible()
    expect(question_of(window.page)).to_be_hidden()


def test_what_was_refused_is_not_left_without_a_question(window):
    window = window()
    window.get_by_role("button", name="Enregistrer").click()
    expect(window.get_by_text("Choisissez un type de contact.")).to_be_visible()
    window.page.keyboard.press("Escape")
    expect(question_of(window.page)).to_be_visible()


def test_what_is_saved_is_left_without_a_question(window):
    window = window()
    window.get_by_label("Réceptionnaire").check()
    window.get_by_role("button", name="Enregistrer").click()
    expect(window).to_be_hidden()
    window.page.get_by_role("link", name="Membres").first.click()
    expect(window.page.get_by_role("heading", name="Membres")).to_be_visible()


FORMS = [
    ("/membres/ajouter/", "Dénomination"),
    ("/membres/{pk}/modifier/", "Dénomination"),
    ("/messages/nouveau/?members={pk}", "Texte"),
    ("/membres/{pk}/contacts/ajouter/", "Dénomination"),
]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(("address", "field"), FORMS)
def test_a_link_out_of_a_form_with_changes_asks(
    open_page, back_office_user, member, address, field, width
):
    page = open_page(back_office_user, width=width)
    page.goto(address.format(pk=member.pk))
    page.get_by_label(field).fill("Lac")
    link = page.get_by_role("navigation", name="Navigation principale").get_by_role(
        "link", name="Gestion des contacts"
    )
    link.focus()
    page.keyboard.press("Enter")
    expect(question_of(page)).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_label(field)).to_have_value("Lac")
    link.click()
    question_of(page).get_by_role("button", name="Quitter sans enregistrer").click()
    expect(page.get_by_role("heading", name="Membres", exact=True)).to_be_visible()


@pytest.mark.parametrize(("address", "field"), FORMS)
def test_a_form_as_it_came_is_left_at_once(open_page, back_office_user, member, address, field):
    page = open_page(back_office_user)
    page.goto(address.format(pk=member.pk))
    expect(page.get_by_label(field)).to_be_visible()
    page.get_by_role("link", name="Gestion des contacts").click()
    expect(page.get_by_role("heading", name="Membres", exact=True)).to_be_visible()


@pytest.mark.parametrize(("address", "field"), FORMS)
def test_the_back_button_asks(open_page, back_office_user, member, address, field):
    page = open_page(back_office_user)
    asked = []

    def stay(dialog):
        asked.append(dialog.type)
        dialog.dismiss()

    page.goto("/membres/")
    page.goto(address.format(pk=member.pk))
    page.get_by_label(field).press_sequentially("Lac")
    page.on("dialog", stay)
    page.evaluate("setTimeout(() => history.back())")
    page.wait_for_timeout(500)
    assert asked == ["beforeunload"]
    assert "Lac" in page.get_by_label(field).input_value()


def test_signing_out_of_a_form_with_changes_asks(open_page, back_office_user):
    page = open_page(back_office_user)
    page.goto("/membres/ajouter/")
    page.get_by_label("Dénomination").fill("Lac")
    page.locator("details.menu summary").click()
    page.get_by_role("button", name="Se déconnecter").click()
    expect(question_of(page)).to_be_visible()
    question_of(page).get_by_role("button", name="Quitter sans enregistrer").click()
    expect(page.get_by_role("heading", name="Connexion")).to_be_visible()


def test_a_message_is_not_left_before_it_is_sent(open_page, back_office_user, member):
    page = open_page(back_office_user)
    page.goto(f"/messages/nouveau/?members={member.pk}")
    page.get_by_label("Objet").fill("Été")
    page.get_by_label("Texte").fill("Bonjour")
    page.get_by_role("button", name="Continuer").click()
    page.get_by_role("link", name="Abandonner").click()
    question_of(page).get_by_role("button", name="Continuer la saisie").click()
    page.get_by_role("button", name="Modifier").click()
    expect(page.get_by_label("Texte")).to_have_value("Bonjour")


@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing_in_the_question(window, accessible, width):
    window = window(width)
    window.page.keyboard.press("Escape")
    expect(question_of(window.page)).to_be_visible()
    accessible(window.page)
    question_of(window.page).screenshot()


# --- Signing in again -----------------------------------------------------------------------------


def sign_in_in_another_tab(page, user):
    """Sign in anew in the same browser, which renews the token of all forms."""
    other = page.context.new_page()
    page.context.clear_cookies(name=django_settings.SESSION_COOKIE_NAME)
    other.goto("/connexion/")
    other.get_by_label("Nom d’utilisateur").fill(user.username)
    other.get_by_label("Mot de passe").fill(PASSWORD)
    other.get_by_role("button", name="Se connecter").click()
    expect(other.get_by_role("heading", name="Membres")).to_be_visible()
    other.close()


@pytest.mark.parametrize("width", WIDTHS)
def test_a_window_is_saved_at_the_next_press(window, back_office_user, member, width):
    window = window(width, complains=False)
    window.get_by_label("Réceptionnaire").check()
    sign_in_in_another_tab(window.page, back_office_user)
    window.get_by_role("button", name="Enregistrer").click()
    message = window.get_by_role("alert")
    expect(message).to_contain_text(
        "Vous vous êtes reconnecté dans un autre onglet : rien n'est encore enregistré. "
        "Recommencez. Votre saisie est encore là.",
        use_inner_text=True,
    )
    assert member.contacts.count() == 2
    window.get_by_role("button", name="Enregistrer").press("Enter")
    expect(window).to_be_hidden()
    assert member.contacts.filter(name="Denis").exists()


def test_a_window_whose_session_has_ended_says_so_and_goes_on(window, back_office_user, member):
    window = window(complains=False)
    window.get_by_label("Réceptionnaire").check()
    window.page.context.clear_cookies(name=django_settings.SESSION_COOKIE_NAME)
    window.get_by_role("button", name="Enregistrer").click()
    expect(window.locator("[data-session-over]")).to_contain_text("Votre session est terminée.")
    expect(window.locator("[data-failure]")).to_have_count(0)
    sign_in_in_another_tab(window.page, back_office_user)
    expect(window.locator("[data-session-over]")).to_have_count(0)
    window.get_by_role("button", name="Enregistrer").click()
    expect(window).to_be_hidden()
    assert member.contacts.filter(name="Denis").exists()


def test_an_order_is_stored_at_the_next_try(open_page, back_office_user, member):
    page = open_page(back_office_user, complains=False)
    page.goto(member.get_absolute_url())
    sign_in_in_another_tab(page, back_office_user)
    page.get_by_role("button", name="Modifier l'ordre des contacts : Anne").press("ArrowDown")
    expect(page.get_by_role("alert")).to_contain_text("rien n'est encore enregistré")
    expect(page.locator("#contacts tbody th")).to_have_text(["Anne", "Bruno"])
    page.get_by_role("button", name="Modifier l'ordre des contacts : Anne").press("ArrowDown")
    expect(page.locator("#contacts tbody th")).to_have_text(["Bruno", "Anne"])


@pytest.mark.parametrize("javascript", [True, False])
@pytest.mark.parametrize("is_signed_in", [True, False])
def test_a_page_comes_back_filled(open_page, back_office_user, javascript, is_signed_in):
    page = open_page(back_office_user, javascript=javascript, complains=False)
    page.goto("/membres/ajouter/")
    page.get_by_label("Référence").fill("C7")
    page.get_by_label("Dénomination").fill("Lac")
    page.get_by_label("Catégorie").select_option(index=1)
    page.get_by_label("Note").fill("Le matin\nseulement")
    if is_signed_in:
        sign_in_in_another_tab(page, back_office_user)
        page.get_by_role("button", name="Enregistrer").press("Enter")
    else:
        page.context.clear_cookies(name=django_settings.SESSION_COOKIE_NAME)
        page.get_by_role("button", name="Enregistrer").press("Enter")
        expect(page.get_by_text("votre saisie vous sera rendue")).to_be_visible()
        page.get_by_label("Nom d’utilisateur").fill(back_office_user.username)
        page.get_by_label("Mot de passe").fill(PASSWORD)
        page.keyboard.press("Enter")
    expect(page.locator("#messages")).to_contain_text("voici votre saisie")
    expect(page.get_by_label("Note")).to_have_value("Le matin\nseulement")
    assert not Member.objects.filter(name="Lac").exists()
    page.get_by_role("button", name="Enregistrer").press("Enter")
    expect(page.get_by_role("heading", name="Lac")).to_be_visible()


@pytest.mark.parametrize("javascript", [True, False])
def test_a_second_sign_in_page_leads_on(open_page, back_office_user, javascript):
    page = open_page(javascript=javascript)
    page.goto("/connexion/?next=/membres/ajouter/")
    sign_in_in_another_tab(page, back_office_user)
    page.get_by_label("Nom d’utilisateur").fill("peu importe")
    page.get_by_label("Mot de passe").fill("peu importe")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Ajout d'un membre")).to_be_visible()


# --- A cut line, a deletion -----------------------------------------------------------------------


@pytest.mark.parametrize("width", WIDTHS)
def test_a_cut_line_says_what_is_known(window, member, accessible, width):
    window = window(width, complains=False)
    window.get_by_label("Réceptionnaire").check()
    window.page.context.set_offline(True)
    window.get_by_role("button", name="Enregistrer").click()
    message = window.get_by_role("alert")
    expect(message).to_have_text(
        "Le site n'a pas répondu : on ne sait pas s'il a reçu votre demande. "
        "Votre saisie est encore là.",
        use_inner_text=True,
    )
    window.page.context.set_offline(False)
    accessible(window.page)
    window.get_by_role("button", name="Enregistrer").click()
    expect(window).to_be_hidden()
    assert member.contacts.filter(name="Denis").exists()


@pytest.mark.parametrize("javascript", [True, False])
@pytest.mark.parametrize("width", WIDTHS)
def test_what_was_typed_for_a_member_that_is_gone_can_be_copied(
    open_page, back_office_user, member, accessible, javascript, width
):
    page = open_page(back_office_user, javascript=javascript, width=width, complains=False)
    page.goto(member.get_absolute_url())
    page.get_by_role("link", name="Ajouter un contact").click()
    page.get_by_label("Dénomination").fill("Denis")
    page.get_by_label("Note").fill("Le matin\nseulement")
    page.get_by_label("Réceptionnaire").check()
    Contact.objects.all().delete()
    member.delete()
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_text("Ce membre a été supprimé entre-temps.")).to_be_visible()
    expect(page.get_by_text("Le matin\nseulement")).to_be_visible()
    if javascript:
        accessible(page)
        page.keyboard.press("Escape")
        expect(question_of(page)).to_be_visible()
