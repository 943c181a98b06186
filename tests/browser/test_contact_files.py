"""Import in a real browser: followed, confirmed, undone, refused, mended; keyboard."""

import io

import pytest
from playwright.sync_api import expect

from contacts.models import Contact
from importexport.models import ImportRun
from tests.factories import ContactFactory, MemberFactory
from tests.importexport.files_made import names
from tests.importexport.importing import work
from tests.importexport.runs.test_marked_file import mended


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


def follow(page):
    """Let the worker work, while the page follows by itself."""
    expect(page.locator("#run-progress")).to_be_visible()
    work()
    expect(page.locator("#run-progress")).to_have_count(0)


def marked(page, path):
    """Save the marked file that the page offers."""
    with page.expect_download() as download:
        page.get_by_role("link", name="fichier avec les erreurs marquées").click()
    download.value.save_as(path)
    return path


@pytest.mark.both_databases
def test_an_import_is_followed_confirmed_and_undone(
    open_page, administrator_user, contact, tmp_path
):
    page = open_page(administrator_user)
    send(page, tmp_path / "c.csv", "Référence;Dénomination;Type\nC1;Bruno;2\n", sync=True)
    expect(page.get_by_role("heading", level=1)).to_have_text("Fichier reçu")
    expect(page.get_by_role("progressbar")).to_be_visible()
    follow(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Confirmer l'import")
    expect(page.get_by_text("1 contact sera supprimé")).to_be_visible()
    lines = page.get_by_role("article").get_by_role("row")
    expect(lines).to_have_count(3)
    page.get_by_role("link", name="Suppressions").click()
    expect(lines).to_have_count(2)
    expect(lines.nth(1)).to_contain_text("Anne")
    page.get_by_role("button", name="Importer et supprimer 1 contact").click()
    expect(
        page.get_by_text("Tapez le nombre de contacts qui seront supprimés.", exact=True)
    ).to_be_visible()
    typed = page.get_by_label("Nombre de contacts à supprimer")
    expect(typed).to_be_focused()
    typed.fill("1")
    page.keyboard.press("Enter")
    follow(page)
    expect(page.get_by_role("heading", name="L'import est terminé")).to_be_visible()
    assert Contact.objects.get().name == "Bruno"

    page.get_by_role("link", name="Historique des imports").first.click()
    page.get_by_role("link", name="c.csv").click()
    page.get_by_role("link", name="Annuler cet import").click()
    expect(page.get_by_text("1 contact ajouté sera supprimé")).to_be_visible()
    page.get_by_role("button", name="Annuler cet import").click()
    follow(page)
    expect(page.get_by_role("heading", name="L'import est annulé")).to_be_visible()
    assert Contact.objects.get() == contact


def test_all_of_it_works_without_javascript(open_page, administrator_user, contact, tmp_path):
    page = open_page(administrator_user, javascript=False)
    send(page, tmp_path / "c.csv", "Référence;Dénomination;Type\nC1;Bruno;2\n", sync=True)
    for button in ("Importer et supprimer", "Annuler cet import", None):
        expect(page.get_by_role("progressbar")).to_be_visible()
        work()
        page.get_by_role("link", name="Actualiser").click()
        if button == "Importer et supprimer":
            page.get_by_label("Nombre de contacts à supprimer").fill("1")
        elif button:
            assert Contact.objects.get().name == "Bruno"
            page.get_by_role("link", name=button).click()
        if button:
            page.get_by_role("button", name=button).click()
    expect(page.get_by_role("heading", name="L'import est annulé")).to_be_visible()
    assert Contact.objects.get() == contact


@pytest.mark.both_databases
def test_a_refused_file_comes_back_marked_and_imports_once_mended(
    open_page, administrator_user, contact, tmp_path
):
    page = open_page(administrator_user)
    send(page, tmp_path / "c.csv", "Référence;Dénomination;Type\nC1;Bruno;2\nC9;Chloé;deux\n")
    follow(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Rien n'a été importé")
    rows = page.get_by_role("row")
    expect(rows.nth(1)).to_contain_text("« C9 » n'est la référence d'aucun membre.")
    expect(rows.nth(2)).to_contain_text("indiquez un nombre entier de 1 à 6")
    file = marked(page, tmp_path / "marked.ods")
    again = mended(io.BytesIO(file.read_bytes()), C9="C1", deux="3")
    file.write_bytes(again.getvalue())
    page.goto("/contacts/importer/")
    page.get_by_label("Fichier des contacts").set_input_files(file)
    page.get_by_role("button", name="Importer").click()
    follow(page)
    expect(page.get_by_role("heading", name="avertissement")).to_have_count(0)
    page.get_by_role("button", name="Importer").click()
    follow(page)
    assert names() == ["Anne", "Bruno", "Chloé"]


def test_a_file_that_cannot_be_read_is_refused_in_a_sentence(
    open_page, administrator_user, contact, tmp_path
):
    page = open_page(administrator_user)
    send(page, tmp_path / "c.csv", "Nom;Prénom\nA;B\n")
    follow(page)
    expect(page.get_by_role("heading", name="Le fichier est refusé")).to_be_visible()
    expect(page.get_by_text("Il manque les colonnes « Référence » et « Type »")).to_be_visible()


@pytest.mark.both_databases
def test_an_export_older_than_the_site_wants_a_tick(
    open_page, administrator_user, contact, tmp_path
):
    page = open_page(administrator_user)
    page.goto("/membres/")
    page.locator("summary", has_text="Autres").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Exporter les contacts (ODS, conseillé)").click()
    download.value.save_as(tmp_path / "c.ods")
    ContactFactory(member=contact.member, name="Denis")
    page.goto("/contacts/importer/")
    page.get_by_label("Fichier des contacts").set_input_files(tmp_path / "c.ods")
    page.get_by_label("Synchronisation des contacts").check()
    page.get_by_role("button", name="Importer").click()
    follow(page)
    expect(page.get_by_text("et le site a changé depuis")).to_be_visible()
    page.get_by_label("Nombre de contacts à supprimer").fill("1")
    page.get_by_role("button", name="Importer et supprimer").click()
    tick = page.get_by_label("Importer quand même")
    expect(tick).to_be_focused()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Importer et supprimer").click()
    follow(page)
    assert names() == ["Anne"]


def test_an_import_can_be_abandoned(open_page, administrator_user, contact, tmp_path):
    page = open_page(administrator_user)
    send(page, tmp_path / "c.csv", "Référence;Dénomination;Type\nC1;Bruno;2\n", sync=True)
    follow(page)
    page.get_by_role("button", name="Abandonner").click()
    expect(page.get_by_text("L'import est abandonné")).to_be_visible()
    assert Contact.objects.get() == contact


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
    expect(page.get_by_label("Limiter aux membres présents dans le fichier")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    follow(page)
    page.get_by_role("button", name="Importer").focus()
    page.keyboard.press("Enter")
    follow(page)
    expect(page.get_by_role("heading", name="L'import est terminé")).to_be_visible()
    assert Contact.objects.count() == 2


def test_a_double_click_imports_once(open_page, administrator_user, contact, tmp_path):
    page = open_page(administrator_user)
    (tmp_path / "c.csv").write_text("Référence;Type\nC1;3\n", encoding="utf-8")
    page.goto("/contacts/importer/")
    page.get_by_label("Fichier des contacts").set_input_files(tmp_path / "c.csv")
    page.get_by_role("button", name="Importer").dblclick()
    follow(page)
    assert ImportRun.objects.count() == 1
    page.get_by_role("button", name="Importer").dblclick()
    follow(page)
    expect(page.get_by_role("heading", name="L'import est terminé")).to_be_visible()
    assert Contact.objects.count() == 2


def test_the_menu_is_not_shown_to_the_back_office(open_page, back_office_user, contact):
    page = open_page(back_office_user)
    page.goto("/membres/")
    expect(page.get_by_role("heading", name="Membres")).to_be_visible()
    expect(page.locator("summary", has_text="Autres")).to_have_count(0)


def test_axe_finds_nothing_on_the_pages_of_an_import(
    open_page, administrator_user, contact, tmp_path, accessible_at_each_width
):
    MemberFactory(reference="C2")
    page = open_page(administrator_user)

    def check():
        accessible_at_each_width(page)

    send(page, tmp_path / "c.csv", "Référence;Type\nC1;2\nC9;deux\n")
    check()
    follow(page)
    check()
    send(page, tmp_path / "c.csv", "Nom\nA\n")
    follow(page)
    check()
    rows = "".join(f"C2;{name};2\n" for name in ("Bruno", "x" * 200))
    send(page, tmp_path / "c.csv", f"Référence;Dénomination;Type;Autre\n{rows}", sync=True)
    follow(page)
    expect(page.get_by_role("heading", name="Confirmer l'import")).to_be_visible()
    check()
    page.get_by_role("button", name="Importer et supprimer").click()
    expect(page.get_by_label("Nombre de contacts à supprimer")).to_be_focused()
    check()
    ContactFactory(member__reference="C3")
    page.get_by_label("Nombre de contacts à supprimer").fill("1")
    page.get_by_role("button", name="Importer et supprimer").click()
    follow(page)
    expect(page.get_by_role("heading", name="Le site a changé")).to_be_visible()
    check()
    page.get_by_label("Nombre de contacts à supprimer").fill("2")
    page.get_by_role("button", name="Importer et supprimer").click()
    follow(page)
    expect(page.get_by_role("heading", name="L'import est terminé")).to_be_visible()
    check()
    page.get_by_role("link", name="Annuler cet import").click()
    check()
    Contact.objects.all().update(note="x")
    page.reload()
    check()
    page.goto("/contacts/importer/historique/")
    check()
