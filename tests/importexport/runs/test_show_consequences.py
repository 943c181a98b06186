"""The preview and the command say who will hear of what, and whether the file came before."""

import io

import pytest
from django.core.management import call_command
from django.utils import timezone

from importexport.models import ImportRun
from importexport.runs.preview import MEMBERS_A_PAGE
from tests.factories import ContactFactory, MemberFactory
from tests.importexport.files_made import csv_file, plain
from tests.importexport.importing import checked, confirmed, last_run, run_import
from tests.pages import links, page, text

TITLES = ("Référence", "Dénomination", "Mail", "Type")
ROWS = [["C1", "Anne", "anne@x.fr", 1], ["C3", "Yves", "yves@x.fr", 2]]


@pytest.fixture
def site(db):
    """C1 has Anne for all and Bruno who signs, C2 has Zoé for invoices, C3 a main address."""
    farm = MemberFactory(reference="C1", name="Ferme")
    ContactFactory(member=farm, name="Anne", email="anne@x.fr", type=4)
    ContactFactory(member=farm, name="Bruno", type=6)
    canteen = MemberFactory(reference="C2", name="Cantine")
    ContactFactory(member=canteen, name="Zoé", email="zoe@x.fr", type=1)
    MemberFactory(reference="C3", name="Gîte", email="gite@x.fr")
    return farm


def preview(client, *rows, **values):
    return checked(client, csv_file(*(rows or ROWS), titles=TITLES), **values)


def consequences(response):
    """Return the sentences of the preview, and the address of what each links."""
    return {
        " ".join(line.text_content().split()): line.xpath("string(a/@href)")
        for line in page(response).xpath("//section[h2='Qui recevra quoi']//li")
    }


def shown(client, key):
    """Return the members that a filter shows, each with its addresses."""
    response = client.get(f"{last_run().get_absolute_url()}{key}")
    return {
        " ".join(article.xpath("string(h3)").split()): [
            " ".join(line.text_content().split()) for line in article.xpath("./ul/li")
        ]
        for article in page(response).xpath("//article")
    }


def test_a_preview_says_which_members_have_nobody_any_more_and_who_hears_of_what(
    administrator, site
):
    found = consequences(preview(administrator, mode="sync"))
    assert list(found) == [
        "1 membre n'aura plus personne pour les factures",
        "1 membre n'aura plus personne pour les commandes",
        "1 membre n'aura plus personne pour le service après-vente",
        "1 membre n'aura plus personne pour signer les livraisons",
        "1 adresse ne recevra plus les factures",
        "1 adresse commencera à recevoir les notifications des commandes",
        "1 adresse ne recevra plus les notifications des commandes",
        "1 adresse ne recevra plus les notifications du service après-vente",
    ]
    keys = list(found.values())
    assert [shown(administrator, key) for key in keys[:4]] == [
        {"Cantine (C2)": []},
        *[{"Ferme (C1)": []}] * 3,
    ]
    assert shown(administrator, keys[4]) == {
        "Ferme (C1)": ["anne@x.fr : Commandes, Service après-vente"],
        "Cantine (C2)": ["zoe@x.fr : Factures"],
    }
    assert shown(administrator, keys[5]) == {"Gîte (C3)": ["yves@x.fr : Commandes"]}


def test_once_imported_the_page_says_no_more_who_will_hear_of_what(administrator, site, settings):
    settings.IMPORT_CONFIRM_REMOVALS_PERCENT = 100
    response = confirmed(administrator, preview(administrator, mode="sync"))
    assert consequences(response) == {}
    assert shown(administrator, "?voir=cessent") == shown(administrator, "")


def test_an_import_that_changes_no_routing_says_nothing_of_it(administrator, site):
    rows = [["C1", "Anne Martin", "ANNE@x.fr", 4], ["C3", "Le gîte", "gite@x.fr", 4]]
    assert consequences(preview(administrator, *rows, mode="update")) == {}


def test_a_refused_address_that_comes_back_is_announced(administrator, site):
    site.contacts.filter(name="Anne").update(refused_address="vieille@x.fr")
    response = preview(administrator, ["C1", "Anne", "Vieille@x.fr", 4], mode="update")
    sentence, key = next(iter(consequences(response).items()))
    assert sentence == "1 adresse refusée par son serveur de mail revient"
    assert shown(administrator, key) == {"Ferme (C1)": ["Vieille@x.fr"]}


def test_a_member_with_many_addresses_has_a_page_of_them(administrator, site):
    preview(administrator, *[["C1", f"N{n}", f"n{n:03}@x.fr", 2] for n in range(251)])
    response = administrator.get(f"{last_run().get_absolute_url()}?voir=commencent")
    assert len(page(response).xpath("//article/ul/li")) == 50
    (link,) = page(response).xpath("//article//a[contains(., 'autres adresses')]")
    assert link.text_content() == "Et 201 autres adresses de ce membre"
    second = administrator.get(f"{link.get('href')}&page=2")
    found = page(second).xpath("//ul[@class='consequences']/li")
    assert [line.text_content() for line in found] == [
        f"n{n:03}@x.fr\u00a0: Commandes" for n in range(200, 251)
    ]


@pytest.mark.parametrize("count", [10, 300])
@pytest.mark.parametrize("key", ["commencent", "cessent", "refusees", "sans-factures"])
def test_the_queries_of_a_page_of_consequences_do_not_grow(
    administrator, django_assert_max_num_queries, db, count, key
):
    for n in range(count):
        ContactFactory(member__reference=f"C{n}", email="a@x.fr", refused_address="b@x.fr", type=1)
    preview(administrator, *[[f"C{n}", "B", "b@x.fr", 2] for n in range(count)], mode="sync")
    with django_assert_max_num_queries(15):
        response = administrator.get(f"{last_run().get_absolute_url()}?voir={key}")
    assert len(page(response).xpath("//article")) == min(count, MEMBERS_A_PAGE)


# --- On the command line ------------------------------------------------------------------------


@pytest.fixture
def path(tmp_path):
    """The file of ROWS."""
    path = tmp_path / "contacts.csv"
    path.write_bytes(csv_file(*ROWS, titles=TITLES).getvalue())
    return path


def said(path, **options):
    output = io.StringIO()
    call_command("import_contacts", path, stdout=output, **options)
    return plain(output.getvalue()).splitlines()


@pytest.mark.parametrize("dry_run", [True, False])
def test_the_command_prints_the_numbers_after_its_summary(site, path, dry_run):
    lines = said(path, sync=True, dry_run=dry_run)
    assert lines[-9].startswith("lignes : 2, ")
    assert lines[-8:] == [
        "1 membre n'aura plus personne pour les factures",
        "1 membre n'aura plus personne pour les commandes",
        "1 membre n'aura plus personne pour le service après-vente",
        "1 membre n'aura plus personne pour signer les livraisons",
        "1 adresse ne recevra plus les factures",
        "1 adresse commencera à recevoir les notifications des commandes",
        "1 adresse ne recevra plus les notifications des commandes",
        "1 adresse ne recevra plus les notifications du service après-vente",
    ]


# --- The same file once more --------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["add", "update", "sync"])
def test_a_file_that_was_imported_before_is_named_with_a_link_to_that_import(
    administrator, site, mode
):
    first, _ = run_import(csv_file(*ROWS, titles=TITLES))
    response = preview(administrator, mode=mode)
    at = timezone.localtime(first.applied_at)
    notice = f"Ce fichier a déjà été importé le {at:%d/%m/%Y à %H:%M} (import {first.pk})."
    assert notice in text(response)
    assert first.get_absolute_url() in links(response, "/contacts/importer/")


@pytest.mark.parametrize("state", ["undone", "ready", "refused", "abandoned"])
def test_a_file_whose_import_is_not_in_place_is_not_named(administrator, site, state):
    run_import(csv_file(*ROWS, titles=TITLES))
    ImportRun.objects.update(state=state)
    assert "a déjà été importé" not in text(preview(administrator))


def test_another_file_is_not_named(administrator, site):
    run_import(csv_file(*ROWS, titles=TITLES))
    assert "a déjà été importé" not in text(preview(administrator, ["C1", "Éric", "", 2]))


@pytest.mark.parametrize("dry_run", [True, False])
def test_the_command_warns_of_a_file_that_was_imported_before(site, path, dry_run):
    assert not any("a déjà été importé" in line for line in said(path, dry_run=dry_run))
    ImportRun.objects.all().delete()
    first, _ = run_import(io.BytesIO(path.read_bytes()))
    (warning,) = (line for line in said(path, dry_run=dry_run) if "déjà été importé" in line)
    assert warning.endswith(f"(import {first.pk}).")
