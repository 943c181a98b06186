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
    page.get_by_role("button", name="Ajouter 1 et supprimer 1 contact").click()
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
    for button in ("Ajouter 1 et supprimer 1 contact", "Annuler cet import", None):
        expect(page.get_by_role("progressbar")).to_be_visible()
        work()
        page.get_by_role("link", name="Actualiser").click()
        if button == "Ajouter 1 et supprimer 1 contact":
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
    expect(rows.filter(has_text="« C9 » n'est la référence d'aucun membre.")).to_have_count(1)
    expect(rows.filter(has_text="indiquez un nombre entier de 1 à 6")).to_have_count(1)
    file = marked(page, tmp_path / "marked.ods")
    again = mended(io.BytesIO(file.read_bytes()), C9="C1", deux="3")
    file.write_bytes(again.getvalue())
    page.goto("/contacts/importer/")
    page.get_by_label("Fichier des contacts").set_input_files(file)
    page.get_by_role("button", name="Importer").click()
    follow(page)
    expect(page.get_by_role("heading", name="avertissement")).to_have_count(0)
    page.get_by_role("button", name="Ajouter 2 contacts").click()
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
def test_an_export_older_than_the_site_wants_a_tick_to_replace_all(
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
    page.get_by_role("button", name="Remplacer tout par le fichier").click()
    follow(page)
    page.get_by_label("Nombre de contacts à supprimer").fill("1")
    page.get_by_role("button", name="Supprimer 1 contact").click()
    tick = page.get_by_label("Importer quand même")
    expect(tick).to_be_focused()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Supprimer 1 contact").click()
    follow(page)
    assert names() == ["Anne"]


@pytest.mark.both_databases
@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "no javascript"])
def test_three_phones_corrected_in_an_export_are_three_modified_contacts(
    open_page, administrator_user, tmp_path, javascript
):
    farm = MemberFactory(reference="C1")
    for number, name in enumerate(("Anne", "Bruno", "Chloé")):
        ContactFactory(member=farm, name=name, phones=f"06 00 00 00 0{number}", note="matin")
    keys = list(farm.contacts.values_list("pk", flat=True))
    page = open_page(administrator_user, javascript=javascript)
    path = export_csv(page, tmp_path)
    path.write_bytes(path.read_bytes().replace(b"06 00 00", b"07 00 00"))
    choose(page, path, "Synchronisation des contacts")
    expect(page.locator(".warning-box")).to_have_count(0)
    lines = page.get_by_role("article").get_by_role("row").filter(has_text="Modification")
    expect(lines).to_have_count(3)
    expect(lines.first).to_contain_text("avant : 06 00 00 00 00 → , après : 07 00 00 00 00")
    page.get_by_role("button", name="Modifier 3 contacts").click()
    work()
    page.goto(ImportRun.objects.get().get_absolute_url())
    expect(page.get_by_role("heading", name="L'import est terminé")).to_be_visible()
    assert list(farm.contacts.values_list("pk", flat=True)) == keys
    assert {phones[:5] for phones in farm.contacts.values_list("phones", flat=True)} == {"07 00"}


def test_an_export_sent_back_without_a_tick_says_that_it_is_there_already(
    open_page, administrator_user, contact, tmp_path
):
    page = open_page(administrator_user)
    path = export_csv(page, tmp_path)
    choose(page, path, "Ajouter tous les contacts du fichier")
    expect(page.get_by_text("1 ligne existe déjà à l'identique.")).to_be_visible()
    page.get_by_role("button", name="Abandonner").click()
    choose(page, path, "Mettre à jour les contacts déjà présents")
    expect(page.get_by_text("Rien à importer.")).to_be_visible()
    expect(page.locator("form[action$='/confirmer/']")).to_have_count(0)
    assert Contact.objects.get() == contact


def export_csv(page, folder):
    page.goto("/membres/")
    page.locator("summary", has_text="Autres").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Exporter les contacts (CSV)").click()
    download.value.save_as(folder / "c.csv")
    return folder / "c.csv"


def choose(page, path, mode):
    """Send a file with this choice, and open the preview of its import."""
    page.goto("/contacts/importer/")
    page.get_by_label("Fichier des contacts").set_input_files(path)
    page.get_by_label(mode).check()
    page.get_by_role("button", name="Importer").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    work()
    page.goto(ImportRun.objects.order_by("pk").last().get_absolute_url())
    expect(page.get_by_role("heading", name="Confirmer l'import")).to_be_visible()


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
    expect(page.get_by_label("Ajouter tous les contacts du fichier")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("Mettre à jour les contacts déjà présents")).to_be_checked()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Limiter aux membres présents dans le fichier")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    follow(page)
    page.get_by_role("button", name="Ajouter 1 contact").focus()
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
    page.get_by_role("button", name="Ajouter 1 contact").dblclick()
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
    page.get_by_role("button", name="Ajouter 2 et supprimer").click()
    expect(page.get_by_label("Nombre de contacts à supprimer")).to_be_focused()
    check()
    ContactFactory(member__reference="C3")
    page.get_by_label("Nombre de contacts à supprimer").fill("1")
    page.get_by_role("button", name="Ajouter 2 et supprimer").click()
    follow(page)
    expect(page.get_by_role("heading", name="Le site a changé")).to_be_visible()
    check()
    page.get_by_label("Nombre de contacts à supprimer").fill("2")
    page.get_by_role("button", name="Ajouter 2 et supprimer").click()
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
