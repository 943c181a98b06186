"""A stale export in a real browser: kept changes, conflicts and choices, undone; 390 pixels."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from contacts.models import CONTACT_FIELDS, Contact, FormerContact
from importexport.models import ImportRun
from tests.factories import ContactFactory, MemberFactory
from tests.importexport.files import stale
from tests.importexport.files.making import SAMPLES
from tests.importexport.files_made import names, untouched
from tests.importexport.importing import work
from tests.importexport.stale import OldExport

pytestmark = pytest.mark.both_databases
JAVASCRIPT = pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "without"])


@pytest.fixture
def farm(transactional_db, settings):
    """Member C1 with five contacts."""
    settings.IMPORT_CONFIRM_REMOVALS_PERCENT = 100
    farm = MemberFactory(reference="C1", name="Ferme")
    for name in ("Anne", "Bruno", "Chloé", "Denis", "Ève"):
        ContactFactory(member=farm, name=name, email=f"{name[0].lower()}@x.fr", note="")
    return farm


def send(page, path, mode="Synchronisation des contacts"):
    """Send a file, and open the preview of its import."""
    page.goto("/contacts/importer/")
    page.get_by_label("Fichier des contacts").set_input_files(path)
    page.get_by_label(mode).check()
    page.get_by_role("button", name="Importer").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    after_the_work(page, "Confirmer l'import")


def after_the_work(page, heading):
    """Open the page of the import once the worker has done its work."""
    work()
    page.goto(ImportRun.objects.get().get_absolute_url())
    expect(page.get_by_role("heading", level=1)).to_contain_text(heading)


def press(page, label, heading):
    page.get_by_role("button", name=label).click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    after_the_work(page, heading)


def conflict(page, name):
    return page.get_by_role("article").filter(has=page.get_by_role("heading", name=name))


@JAVASCRIPT
def test_each_conflict_is_shown_with_its_three_values_decided_and_undone(
    open_page, administrator_user, farm, tmp_path, javascript
):
    export = OldExport()
    for name in ("Anne", "Chloé"):
        Contact.objects.filter(name=name).update(note="site")
    Contact.objects.get(name="Bruno").delete()
    ContactFactory(member=farm, name="Fanny", email="f@x.fr", note="site")
    ContactFactory(member=farm, name="Gil", email="g@x.fr")
    export.change("Anne", note="fichier").change("Bruno", note="fichier").delete("Chloé")
    export.add("C1", "Fanny", email="f@x.fr", note="fichier").change("Denis", phones="0478000009")
    (tmp_path / "c.ods").write_bytes(export.file().getvalue())
    before = untouched()

    page = open_page(administrator_user, javascript=javascript, width=390)
    send(page, tmp_path / "c.ods")
    expect(page.get_by_role("heading", name="4 conflits")).to_be_visible()
    expect(page.get_by_text("4 conflits attendent votre choix")).to_be_visible()
    expect(page.locator("form[action$='/confirmer/']")).to_have_count(0)
    for name, happened in (
        ("Anne", "Modifié sur le site, modifié dans le fichier"),
        ("Bruno", "Supprimé sur le site, modifié dans le fichier"),
        ("Chloé", "Modifié sur le site, sans ligne dans le fichier"),
        ("Fanny", "Ajouté sur le site, ajouté dans le fichier avec d'autres valeurs"),
    ):
        expect(conflict(page, name)).to_contain_text(happened)
    expect(conflict(page, "Anne").get_by_role("cell")).to_have_text(["vide", "site", "fichier"])
    width = page.evaluate("document.documentElement.scrollWidth") if javascript else 390
    assert width <= 390

    press(page, "Prendre le fichier pour tous", "Confirmer l'import")
    chloe = conflict(page, "Chloé")
    expect(chloe.get_by_label("le fichier : il est supprimé")).to_be_checked()
    chloe.get_by_label("le site : il reste comme il est").check()
    press(page, "Retenir ces choix", "Confirmer l'import")
    press(page, "Ajouter 1 et modifier 3 contacts", "L'import est terminé")
    assert dict(Contact.objects.values_list("name", "note")) == {
        "Anne": "fichier",
        "Bruno": "fichier",
        "Chloé": "site",
        "Denis": "",
        "Ève": "",
        "Fanny": "fichier",
        "Gil": "",
    }
    assert Contact.objects.get(name="Denis").phones == "0478000009"
    expect(conflict(page, "Chloé")).to_contain_text("Choisi : le site")

    page.get_by_role("link", name="Annuler cet import").click()
    press(page, "Annuler cet import", "L'import est annulé")
    assert untouched() == before


@JAVASCRIPT
def test_what_changed_on_the_site_is_listed_and_kept_or_replaced(
    open_page, administrator_user, farm, tmp_path, javascript
):
    export = OldExport()
    Contact.objects.filter(name="Anne").update(note="site")
    Contact.objects.get(name="Bruno").delete()
    ContactFactory(member=farm, name="Fanny", email="f@x.fr")
    (tmp_path / "c.ods").write_bytes(export.change("Denis", note="fichier").file().getvalue())
    page = open_page(administrator_user, javascript=javascript)
    send(page, tmp_path / "c.ods")
    expect(page.get_by_role("heading", name="3 changements du site gardés")).to_be_visible()
    page.get_by_text("Voir ces changements").click()
    expect(conflict(page, "Fanny")).to_contain_text("Ajouté sur le site")
    press(page, "Remplacer tout par le fichier", "Confirmer l'import")
    expect(page.get_by_text("L'import déferait")).to_be_visible()
    press(page, "Garder les changements du site", "Confirmer l'import")
    press(page, "Modifier 1 contact", "L'import est terminé")
    assert names() == ["Anne", "Chloé", "Denis", "Ève", "Fanny"]


def test_conflicts_are_decided_with_the_keyboard_alone(
    open_page, administrator_user, farm, tmp_path
):
    export = OldExport().change("Anne", note="fichier")
    Contact.objects.filter(name="Anne").update(note="site")
    (tmp_path / "c.ods").write_bytes(export.file().getvalue())
    page = open_page(administrator_user)
    send(page, tmp_path / "c.ods")
    page.get_by_role("button", name="Prendre le fichier pour tous").focus()
    page.keyboard.press("Tab")
    expect(page.get_by_label("le site : il reste comme il est")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("le fichier : il devient comme sa ligne")).to_be_checked()
    page.keyboard.press("Enter")
    expect(page.get_by_role("progressbar")).to_be_visible()
    after_the_work(page, "Confirmer l'import")
    expect(page.get_by_label("le fichier : il devient comme sa ligne")).to_be_checked()
    expect(page.get_by_role("button", name="Modifier 1 contact")).to_be_visible()


def test_an_export_changed_in_libreoffice_is_merged_with_what_a_colleague_changed_meanwhile(
    open_page, administrator_user, back_office_user, transactional_db, settings
):
    settings.SECRET_KEY = stale.SECRET_KEY
    settings.IMPORT_CONFIRM_REMOVALS_PERCENT = 100
    farm = MemberFactory(reference=stale.REFERENCE, name=stale.MEMBER)
    for position, values in enumerate(stale.CONTACTS, start=1):
        fields = ("name", "note", "job_title", "email", "phones", "fax", "type")
        ContactFactory(member=farm, position=position, **dict(zip(fields, values, strict=True)))
    long_ago = stale.MOMENT - timedelta(days=30)
    Contact.objects.update(created_at=long_ago, updated_at=long_ago)
    FormerContact.lines.update(at=long_ago)
    keys = dict(Contact.objects.values_list("name", "pk"))

    colleague = open_page(back_office_user)
    for name, label, value in (
        ("Anne Petit", "Note", "soir"),
        ("Chloé Blanc", "Fonction", "Cheffe"),
    ):
        colleague.goto(f"/membres/{farm.pk}/contacts/{keys[name]}/modifier/")
        colleague.get_by_label(label, exact=True).fill(value)
        colleague.get_by_role("button", name="Enregistrer").click()
        expect(colleague.get_by_role("heading", level=1)).to_have_text(stale.MEMBER)

    page = open_page(administrator_user)
    send(page, SAMPLES / "libreoffice-stale.ods")
    expect(page.get_by_role("heading", name="1 changement du site gardé")).to_be_visible()
    note = conflict(page, "Anne Petit").get_by_role("row").filter(has_text="Note")
    expect(note.get_by_role("cell")).to_have_text(["matin", "soir", "après-midi"])
    press(page, "Prendre le site pour tous", "Confirmer l'import")
    press(page, "Ajouter 1, modifier 2 et supprimer 1 contact", "L'import est terminé")
    values = {
        row[0]: row[1:] for row in Contact.objects.order_by("position").values_list(*CONTACT_FIELDS)
    }
    assert list(values) == ["Anne Petit", "Chloé Blanc", "Denis Roux", "Ève Moulin"]
    anne = Contact.objects.get(pk=keys["Anne Petit"])
    assert (anne.note, anne.phones) == ("soir", "0611111111")
    assert Contact.objects.get(pk=keys["Chloé Blanc"]).job_title == "Cheffe"
    assert Contact.objects.get(pk=keys["Denis Roux"]).type == 4
