"""The contact panel in a real browser."""

import pytest
from playwright.sync_api import expect

from contacts.models import Contact
from tests.factories import ContactFactory, MemberFactory


@pytest.fixture
def member(transactional_db):
    member = MemberFactory(name="Ferme des Érables")
    for name in ("Anne", "Bruno", "Chloé"):
        ContactFactory(member=member, name=name)
    return member


def names(page):
    return page.locator("#contacts tbody th").all_inner_texts()


def stored(member):
    return list(member.contacts.values_list("name", flat=True))


def test_a_contact_is_added_in_its_window(open_page, back_office_user, member):
    page = open_page(back_office_user)
    page.goto(member.get_absolute_url())
    page.get_by_role("link", name="Ajouter un contact").click()
    window = page.get_by_role("dialog", name="Ajout d'un contact")
    expect(window.get_by_label("Dénomination")).to_be_focused()
    page.keyboard.type("Denis")
    window.get_by_label("Téléphone(s)").fill("04 78 00 00 00;06 12 34 56 78")
    window.get_by_label("Notifications des commandes").check()
    page.keyboard.press("Enter")
    expect(window).to_be_hidden()
    expect(page.get_by_role("status").first).to_contain_text("« Denis » est ajouté")
    expect(page.locator("#contact-add")).to_be_focused()
    assert names(page) == ["Anne", "Bruno", "Chloé", "Denis"]
    assert page.get_by_role("link", name="06 12 34 56 78").get_attribute("href") == "tel:0612345678"


def test_an_error_is_shown_at_its_field_and_nothing_typed_is_lost(
    open_page, back_office_user, member
):
    page = open_page(back_office_user)
    page.goto(member.get_absolute_url())
    page.get_by_role("link", name="Ajouter un contact").click()
    window = page.get_by_role("dialog")
    window.get_by_label("Dénomination").fill("Denis")
    window.get_by_label("Mail").fill("denis@")
    window.get_by_role("button", name="Enregistrer").click()
    expect(window.get_by_label("Mail")).to_be_focused()
    expect(window.get_by_label("Mail")).to_have_attribute("aria-invalid", "true")
    expect(window.get_by_text("Choisissez un type de contact.")).to_be_visible()
    expect(window.get_by_label("Dénomination")).to_have_value("Denis")


def test_the_window_keeps_the_focus_and_escape_closes_it(open_page, back_office_user, member):
    page = open_page(back_office_user)
    page.goto(member.get_absolute_url())
    page.get_by_role("link", name="Modifier le contact : Bruno").focus()
    page.keyboard.press("Enter")
    window = page.get_by_role("dialog", name="Modification d'un contact")
    expect(window).to_be_visible()
    for _ in range(25):
        page.keyboard.press("Tab")
        assert page.evaluate(
            "document.activeElement === document.body || "
            "document.getElementById('window').contains(document.activeElement)"
        )
    page.keyboard.press("Escape")
    expect(window).to_be_hidden()
    expect(page.get_by_role("link", name="Modifier le contact : Bruno")).to_be_focused()


def test_a_contact_is_changed(open_page, back_office_user, member):
    page = open_page(back_office_user)
    page.goto(member.get_absolute_url())
    page.get_by_role("link", name="Modifier le contact : Bruno").click()
    page.get_by_role("dialog").get_by_label("Fonction").fill("Chef")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_role("cell", name="Chef", exact=True)).to_be_visible()


@pytest.mark.both_databases
def test_a_deleted_contact_comes_back_to_its_place(open_page, back_office_user, member):
    page = open_page(back_office_user)
    page.goto(member.get_absolute_url())
    page.get_by_role("link", name="Supprimer le contact : Bruno").click()
    window = page.get_by_role("dialog", name="Supprimer le contact")
    expect(window).to_contain_text("Bruno")
    window.get_by_role("button", name="Supprimer le contact").click()
    expect(window).to_be_hidden()
    expect(page.locator("#messages")).to_contain_text("« Bruno » est supprimé")
    assert names(page) == ["Anne", "Chloé"]
    page.get_by_role("button", name="Annuler la suppression").click()
    expect(page.locator("#messages")).to_contain_text("rétabli à sa place")
    assert names(page) == ["Anne", "Bruno", "Chloé"]


def test_the_order_is_changed_by_buttons(open_page, back_office_user, member):
    page = open_page(back_office_user)
    page.goto(member.get_absolute_url())
    page.get_by_role("button", name="Descendre Anne").click()
    expect(page.locator("#messages")).to_contain_text("Anne : place 2 sur 3.")
    expect(page.get_by_role("button", name="Descendre Anne")).to_be_focused()
    assert names(page) == stored(member) == ["Bruno", "Anne", "Chloé"]


def test_the_order_is_changed_by_keys(open_page, back_office_user, member):
    page = open_page(back_office_user)
    page.goto(member.get_absolute_url())
    page.get_by_role("button", name="Modifier l'ordre des contacts : Chloé").focus()
    page.keyboard.press("ArrowUp")
    expect(page.locator("#messages")).to_contain_text("Chloé : place 2 sur 3.")
    expect(page.get_by_role("button", name="Modifier l'ordre des contacts : Chloé")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.locator("#messages")).to_contain_text("Chloé : place 1 sur 3.")
    assert names(page) == stored(member) == ["Chloé", "Anne", "Bruno"]


def test_the_order_is_changed_by_dragging(open_page, back_office_user, member):
    page = open_page(back_office_user)
    page.goto(member.get_absolute_url())
    handle = page.get_by_role("button", name="Modifier l'ordre des contacts : Anne").bounding_box()
    target = page.locator("tr[data-contact]").last.bounding_box()
    page.mouse.move(handle["x"] + 5, handle["y"] + 5)
    page.mouse.down()
    page.mouse.move(handle["x"] + 5, target["y"] + target["height"] - 3, steps=8)
    page.mouse.up()
    expect(page.locator("#messages")).to_contain_text("Anne : place 3 sur 3.")
    assert names(page) == stored(member) == ["Bruno", "Chloé", "Anne"]


def test_escape_ends_a_drag_and_changes_nothing(open_page, back_office_user, member):
    page = open_page(back_office_user)
    page.goto(member.get_absolute_url())
    page.locator("[data-handle]").first.hover()
    page.mouse.down()
    page.mouse.move(100, 850, steps=5)
    page.keyboard.press("Escape")
    page.mouse.up()
    assert names(page) == stored(member) == ["Anne", "Bruno", "Chloé"]


def test_a_drag_that_the_browser_takes_away_changes_nothing(open_page, back_office_user, member):
    page = open_page(back_office_user)
    sent = []
    page.on("request", lambda request: sent.append(request.method))
    page.goto(member.get_absolute_url())
    page.locator("[data-handle]").first.hover()
    page.mouse.down()
    page.mouse.move(100, 850, steps=5)
    assert names(page) == ["Bruno", "Chloé", "Anne"]
    # A finger's drag becomes a scroll of the page.
    page.locator("[data-handle]").last.dispatch_event("pointercancel", {"bubbles": True})
    assert names(page) == ["Anne", "Bruno", "Chloé"]
    expect(page.locator(".is-dragged")).to_have_count(0)
    page.mouse.up()
    page.reload()
    assert names(page) == stored(member) == ["Anne", "Bruno", "Chloé"]
    assert "POST" not in sent


def test_only_the_main_button_drags(open_page, back_office_user, member):
    page = open_page(back_office_user)
    page.goto(member.get_absolute_url())
    page.locator("[data-handle]").first.hover()
    for button in ("right", "middle"):
        page.mouse.down(button=button)
        page.mouse.move(100, 850, steps=5)
        assert names(page) == ["Anne", "Bruno", "Chloé"]
        page.mouse.up(button=button)
        page.locator("[data-handle]").first.hover()
    page.reload()
    assert names(page) == stored(member) == ["Anne", "Bruno", "Chloé"]


def test_an_order_that_is_out_of_date_is_refused_and_shown_afresh(
    open_page, back_office_user, member
):
    page = open_page(back_office_user)
    page.goto(member.get_absolute_url())
    ContactFactory(member=member, name="Denis")
    page.get_by_role("button", name="Descendre Anne").click()
    expect(page.locator("#messages")).to_contain_text("ont changé entre-temps")
    assert names(page) == stored(member) == ["Anne", "Bruno", "Chloé", "Denis"]


def test_everything_works_without_javascript(open_page, back_office_user, member):
    page = open_page(back_office_user, javascript=False)
    page.goto(member.get_absolute_url())
    page.get_by_role("link", name="Ajouter un contact").click()
    expect(page.get_by_role("heading", level=1, name="Ajout d'un contact")).to_be_visible()
    page.get_by_label("Dénomination").fill("Denis")
    page.get_by_label("Réceptionnaire").check()
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_text("« Denis » est ajouté")).to_be_visible()
    page.get_by_role("button", name="Monter Denis").click()
    assert names(page) == ["Anne", "Bruno", "Denis", "Chloé"]
    page.get_by_role("link", name="Modifier le contact : Denis").click()
    page.get_by_label("Fonction").fill("Chauffeur")
    page.get_by_role("button", name="Enregistrer").click()
    page.get_by_role("link", name="Supprimer le contact : Denis").click()
    page.get_by_role("button", name="Supprimer le contact").click()
    assert stored(member) == ["Anne", "Bruno", "Chloé"]
    page.get_by_role("button", name="Annuler la suppression").click()
    assert stored(member) == ["Anne", "Bruno", "Denis", "Chloé"]
    assert Contact.objects.get(name="Denis").job_title == "Chauffeur"


def test_a_window_opened_as_a_page_of_its_own_works(open_page, back_office_user, member):
    page = open_page(back_office_user)
    anne = f"{member.get_absolute_url()}contacts/{member.contacts.first().pk}"
    page.goto(f"{anne}/modifier/")
    page.get_by_label("Dénomination").fill("Annie")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_text("« Annie » est enregistré")).to_be_visible()
    page.goto(f"{anne}/supprimer/")
    page.get_by_role("button", name="Supprimer le contact").click()
    expect(page.get_by_text("« Annie » est supprimé")).to_be_visible()
    assert stored(member) == ["Bruno", "Chloé"]


@pytest.fixture
def anne_changed_by(member, administrator_user):
    """Let Marie Dupont change Anne's name, behind someone else's back."""
    administrator_user.first_name, administrator_user.last_name = "Marie", "Dupont"
    administrator_user.save()

    def change(name):
        contact = member.contacts.order_by("position").first()
        contact.name, contact.updated_by = name, administrator_user
        contact.save()

    return change


@pytest.mark.both_databases
@pytest.mark.parametrize("javascript", [True, False])
def test_two_people_edit_the_same_contact(
    open_page, back_office_user, member, anne_changed_by, javascript
):
    page = open_page(back_office_user, javascript=javascript)
    page.goto(member.get_absolute_url())
    page.get_by_role("link", name="Modifier le contact : Anne").click()
    form = page.locator("form", has=page.get_by_label("Dénomination"))
    form.get_by_label("Fonction").fill("Cheffe")
    anne_changed_by("Annie")
    form.get_by_role("button", name="Enregistrer").click()
    conflict = form.get_by_role("alert")
    expect(conflict).to_contain_text("Marie Dupont a modifié ce contact à")
    expect(conflict).to_be_focused()
    rows = conflict.get_by_role("row").all_inner_texts()[1:]
    assert [row.split()[0] for row in rows] == ["Dénomination", "Fonction"]
    expect(conflict.get_by_role("row").nth(1)).to_contain_text("la valeur enregistrée est reprise")
    expect(form.get_by_label("Dénomination")).to_have_value("Annie")
    expect(form.get_by_label("Fonction")).to_have_value("Cheffe")
    assert not Contact.objects.filter(job_title="Cheffe").exists()
    form.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_text("« Annie » est enregistré")).to_be_visible()
    assert Contact.objects.get(name="Annie").job_title == "Cheffe"


@pytest.mark.parametrize("javascript", [True, False])
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_where_two_people_edit_the_same_contact(
    open_page, back_office_user, member, anne_changed_by, accessible, width, javascript
):
    page = open_page(back_office_user, width=width)
    url = f"{member.get_absolute_url()}contacts/{member.contacts.first().pk}/modifier/"
    if javascript:
        page.goto(member.get_absolute_url())
        page.get_by_role("link", name="Modifier le contact : Anne").click()
    else:
        page.goto(url)
    page.get_by_label("Note").fill("Une note sans fin " * 20 + "x" * 200)
    anne_changed_by("Annie")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_role("alert")).to_contain_text("Marie Dupont")
    accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_on_the_page_and_in_its_windows(
    open_page, back_office_user, member, accessible, width
):
    page = open_page(back_office_user, width=width)
    page.goto(member.get_absolute_url())
    accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.get_by_role("link", name="Ajouter un contact").click()
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_text("Choisissez un type de contact.")).to_be_visible()
    accessible(page)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Quitter sans enregistrer").click()
    page.get_by_role("link", name="Supprimer le contact : Bruno").click()
    page.get_by_role("dialog").get_by_role("button", name="Supprimer").click()
    expect(page.locator("#messages")).to_contain_text("supprimé")
    accessible(page)
