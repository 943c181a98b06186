"""From sign-in to synchronisation in a real browser, with and without JavaScript."""

import pytest
from playwright.sync_api import expect

from contacts.models import CONTACT_FIELDS, Contact, ContactType
from tests.factories import PASSWORD, ContactFactory, MemberFactory
from tests.importexport.importing import work

SYNCHRONISATION = (
    "Synchronisation des contacts (supprime les contacts du membre non présents dans le fichier)"
)


@pytest.fixture
def member(transactional_db):
    member = MemberFactory(reference="F0042", name="Ferme des Érables")
    ContactFactory(member=member, name="Anne", note="Le matin\n\tseulement", phones="0478;+33 6 1")
    ContactFactory(member=member, name="Bruno", type=ContactType.RECEIVER)
    ContactFactory(member__name="Cantine du Parc", name="=1+1", email="chef@example.org")
    return member


def all_contacts():
    fields = ("pk", "member", "position", *CONTACT_FIELDS)
    return list(Contact.objects.order_by("pk").values_list(*fields))


def names(page):
    return page.locator("#contacts tbody th").all_inner_texts()


def sign_in(page, user):
    page.goto("/")
    page.get_by_label("Nom d’utilisateur").fill(user.username)
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Se connecter").click()
    expect(page.get_by_role("heading", name="Membres")).to_be_visible()


def find_member(page, query):
    page.get_by_label("Rechercher").fill(query)
    page.get_by_role("button", name="Rechercher").click()
    expect(page.get_by_text("1 membre", exact=True)).to_be_visible()
    page.get_by_role("link", name="Ferme des Érables").click()
    expect(page.get_by_role("heading", level=1, name="Ferme des Érables")).to_be_visible()


def add_contact(page, name):
    page.get_by_role("link", name="Ajouter un contact").click()
    expect(page.get_by_role("heading", name="Ajout d'un contact")).to_be_visible()
    page.get_by_label("Dénomination").fill(name)
    page.get_by_label("Note").fill("Deux\nlignes")
    page.get_by_label("Notifications administratives").check()
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.locator("#messages")).to_contain_text("est ajouté")


def edit_contact(page, name):
    page.get_by_role("link", name=f"Modifier le contact : {name}").click()
    expect(page.get_by_label("Dénomination")).to_be_focused()
    page.get_by_label("Fonction").fill("Comptable")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_role("cell", name="Comptable")).to_be_visible()


def drag_to_top(page, name):
    handle = page.get_by_role("button", name=f"Modifier l'ordre des contacts : {name}")
    box = handle.bounding_box()
    first = page.locator("tr[data-contact]").first.bounding_box()
    page.mouse.move(box["x"] + 5, box["y"] + 5)
    page.mouse.down()
    page.mouse.move(box["x"] + 5, first["y"] + 2, steps=8)
    page.mouse.up()
    expect(page.locator("#messages")).to_contain_text(f"{name} : place 1")


def delete_and_restore(page, name):
    page.get_by_role("link", name=f"Supprimer le contact : {name}").click()
    page.get_by_role("button", name="Supprimer le contact").click()
    expect(page.locator("#messages")).to_contain_text("est supprimé")
    page.get_by_role("button", name="Annuler la suppression").click()
    expect(page.locator("#messages")).to_contain_text("rétabli à sa place")


def export(page, item):
    page.goto("/membres/")
    page.locator("summary", has_text="Autres").click()
    with page.expect_download() as download:
        page.get_by_role("button", name=item).click()
    return download.value


def synchronise(page, path):
    page.goto("/membres/")
    page.locator("summary", has_text="Autres").click()
    page.get_by_role("link", name="Importer des contacts").click()
    page.get_by_label("Fichier des contacts").set_input_files(path)
    page.get_by_label(SYNCHRONISATION).check()
    page.get_by_role("button", name="Importer").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    work()
    page.reload()
    expect(page.get_by_role("heading", name="Confirmer l'import")).to_be_visible()
    expect(page.get_by_text("Rien à importer.")).to_be_visible()
    page.get_by_role("button", name="Abandonner").click()


@pytest.mark.parametrize(
    "javascript",
    [
        pytest.param(True, id="javascript", marks=pytest.mark.both_databases),
        pytest.param(False, id="no javascript"),
    ],
)
def test_a_day_of_work(open_page, administrator_user, member, tmp_path, javascript):
    page = open_page(javascript=javascript)
    sign_in(page, administrator_user)
    find_member(page, "erables")
    add_contact(page, "Denis")
    edit_contact(page, "Denis")
    page.get_by_role("button", name="Monter Denis").click()
    expect(page.locator("#messages")).to_contain_text("Denis : place 2 sur 3.")
    if javascript:
        drag_to_top(page, "Denis")
        page.get_by_role("button", name="Modifier l'ordre des contacts : Denis").press("ArrowDown")
        expect(page.locator("#messages")).to_contain_text("Denis : place 2 sur 3.")
    delete_and_restore(page, "Denis")
    assert names(page) == ["Anne", "Denis", "Bruno"]

    before = all_contacts()
    for item, extension in (("Exporter les contacts (ODS, conseillé)", "ods"), ("(CSV)", "csv")):
        download = export(page, item)
        assert download.suggested_filename.endswith(f".{extension}")
        path = tmp_path / download.suggested_filename
        download.save_as(path)
        synchronise(page, path)
        assert all_contacts() == before
