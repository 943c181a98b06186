"""Import in a real browser: refusals, confirmation, keyboard."""

import pytest
from playwright.sync_api import expect

from contacts.models import Contact
from tests.factories import ContactFactory, MemberFactory


@pytest.fixture
def contact(transactional_db):
    return ContactFactory(member__reference="C1", name="Anne")


def send(page, path, text, *, sync=False):
    path.write_text(text, encoding="utf-8")
    page.goto("/contacts/importer/")
    page.get_by_label("Fichier des contacts").set_input_files(path)
    if sync:
        page.get_by_label("Synchronisation des contacts").check()
    page.get_by_role("button", name="Importer").click()


def test_faulty_rows_are_told_by_line_and_column(open_page, administrator_user, contact, tmp_path):
    page = open_page(administrator_user)
    send(page, tmp_path / "c.csv", "Référence;Type\nC1;2\nC9;deux\n")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("Rien n'a été importé : 2 erreurs")
    rows = alert.get_by_role("row")
    expect(rows.nth(1)).to_contain_text("« C9 » n'est la référence d'aucun membre.")
    expect(rows.nth(2)).to_contain_text("indiquez un nombre entier de 1 à 6")
    assert Contact.objects.count() == 1


def test_a_file_that_cannot_be_read_is_refused_at_its_field(
    open_page, administrator_user, contact, tmp_path
):
    page = open_page(administrator_user)
    send(page, tmp_path / "c.csv", "Nom;Prénom\nA;B\n")
    field = page.get_by_label("Fichier des contacts")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_text("Il manque les colonnes « Référence » et « Type »")).to_be_visible()


def test_a_synchronisation_is_confirmed_in_numbers(
    open_page, administrator_user, contact, tmp_path
):
    page = open_page(administrator_user)
    send(page, tmp_path / "c.csv", "Référence;Dénomination;Type\nC1;Bruno;2\n", sync=True)
    expect(page.get_by_text("1 contact sera supprimé")).to_be_visible()
    page.get_by_role("button", name="Abandonner").click()
    expect(page.get_by_text("L'import est abandonné")).to_be_visible()
    assert Contact.objects.get() == contact
    send(page, tmp_path / "c.csv", "Référence;Dénomination;Type\nC1;Bruno;2\n", sync=True)
    page.get_by_role("button", name="Importer et supprimer 1 contact").click()
    expect(page.get_by_role("heading", name="L'import est terminé")).to_be_visible()
    assert Contact.objects.get().name == "Bruno"
    page.reload()
    assert Contact.objects.count() == 1


def test_the_menu_and_the_import_work_by_keyboard(open_page, administrator_user, contact, tmp_path):
    page = open_page(administrator_user)
    page.goto("/membres/")
    page.locator("summary", has_text="Autres").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Importer des contacts")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Importer des contacts")).to_be_hidden()
    expect(page.locator("summary", has_text="Autres")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    file = page.get_by_label("Fichier des contacts")
    expect(file).to_be_focused()
    (tmp_path / "c.csv").write_text("Référence;Type\nC1;3\n", encoding="utf-8")
    file.set_input_files(tmp_path / "c.csv")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Synchronisation des contacts")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="L'import est terminé")).to_be_visible()
    assert Contact.objects.count() == 2


def test_a_double_click_imports_once(open_page, administrator_user, contact, tmp_path):
    page = open_page(administrator_user)
    (tmp_path / "c.csv").write_text("Référence;Type\nC1;3\n", encoding="utf-8")
    page.goto("/contacts/importer/")
    page.get_by_label("Fichier des contacts").set_input_files(tmp_path / "c.csv")
    page.get_by_role("button", name="Importer").dblclick()
    expect(page.get_by_role("heading", name="L'import est terminé")).to_be_visible()
    assert Contact.objects.count() == 2


def test_the_menu_is_not_shown_to_the_back_office(open_page, back_office_user, contact):
    page = open_page(back_office_user)
    page.goto("/membres/")
    expect(page.get_by_role("heading", name="Membres")).to_be_visible()
    expect(page.locator("summary", has_text="Autres")).to_have_count(0)


@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_on_the_pages_of_an_import(
    open_page, administrator_user, contact, tmp_path, accessible, width
):
    MemberFactory(reference="C2")
    page = open_page(administrator_user, width=width)
    send(page, tmp_path / "c.csv", "Référence;Type\nC1;2\nC9;deux\n")
    expect(page.get_by_role("alert")).to_be_visible()
    accessible(page)
    send(page, tmp_path / "c.csv", "Nom\nA\n")
    accessible(page)
    send(page, tmp_path / "c.csv", "Référence;Type;Autre\nC2;2;x\n", sync=True)
    expect(page.get_by_role("heading", name="Confirmer la synchronisation")).to_be_visible()
    accessible(page)
    page.get_by_role("button", name="Importer et supprimer").click()
    expect(page.get_by_role("heading", name="L'import est terminé")).to_be_visible()
    accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
