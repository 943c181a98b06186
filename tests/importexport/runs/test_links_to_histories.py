"""The page of an applied import leads to the histories of the contacts it changed, and back."""

import pytest

from contacts.models import Contact, FormerContact
from importexport.models import ImportRun
from importexport.runs.undo import undo_run
from tests.factories import ContactFactory, MemberFactory
from tests.importexport.files_made import csv_file
from tests.importexport.importing import checked, last_run, run_import
from tests.pages import links, page, text

TITLES = ("Référence", "Dénomination", "Note", "Type")
# Anne moves, Bruno is modified, Chloé is removed, Denis is added.
ROWS = [["C1", "Bruno", "le soir", 4], ["C1", "Anne", "", 4], ["C1", "Denis", "", 2]]


@pytest.fixture
def farm(db):
    farm = MemberFactory(reference="C1", name="Ferme")
    for name in ("Anne", "Bruno", "Chloé"):
        ContactFactory(member=farm, name=name)
    return farm


@pytest.fixture
def run(farm):
    run, _ = run_import(csv_file(*ROWS, titles=TITLES), sync=True)
    return run


def histories(client, run):
    """Return the addresses of the histories that the import's page leads to, by contact."""
    found = page(client.get(run.get_absolute_url())).xpath("//article//a[text()='Historique']")
    return {link.get("aria-label"): link.get("href") for link in found}


def test_each_changed_contact_leads_to_its_history_and_that_leads_back(administrator, farm, run):
    found = histories(administrator, run)
    assert sorted(found) == [
        f"Historique du contact {name}" for name in ("Anne", "Bruno", "Chloé", "Denis")
    ]
    for label, address in found.items():
        response = administrator.get(address)
        assert f"Historique du contact « {label.split()[-1]} »" in text(response)
        assert run.get_absolute_url() in links(response, run.get_absolute_url())


def test_an_added_contact_is_found_wherever_it_is_by_now(administrator, farm, run):
    denis = Contact.objects.get(name="Denis")
    Contact.objects.filter(pk=denis.pk).update(name="Denise", position=77)
    expected = f"{farm.get_absolute_url()}historique/contacts/{denis.pk}/"
    assert histories(administrator, run)["Historique du contact Denis"] == expected
    denis.delete()
    assert histories(administrator, run)["Historique du contact Denis"] == expected


def test_the_lines_of_a_member_lead_to_histories_too(administrator, farm, run):
    address = f"{run.get_absolute_url()}membres/{farm.pk}/"
    found = links(administrator.get(address), f"{farm.get_absolute_url()}historique/")
    assert set(found) == set(histories(administrator, run).values())


def test_an_import_that_waits_leads_to_no_history(administrator, farm):
    checked(administrator, csv_file(*ROWS, titles=TITLES), mode="sync")
    assert not histories(administrator, last_run())


def test_an_undone_import_still_leads_to_histories(administrator, farm, run):
    ImportRun.objects.filter(pk=run.pk).update(state="undoing")
    undo_run(run.pk)
    found = histories(administrator, run)
    assert len(found) == 4
    response = administrator.get(found["Historique du contact Chloé"])
    assert f"annulation de l'import {run.pk}" in text(response)


def test_a_contact_whose_history_is_forgotten_is_not_linked(administrator, farm, run):
    FormerContact.lines.all().delete()
    assert sorted(histories(administrator, run)) == [
        "Historique du contact Anne",
        "Historique du contact Bruno",
    ]


def test_a_member_that_was_deleted_has_no_histories(administrator, farm, run):
    farm.delete()
    assert not histories(administrator, run)


def test_who_may_not_see_contacts_gets_no_links(allowed, run):
    client = allowed("importexport.import_contacts", "members.view_member")
    assert "Denis" in text(client.get(run.get_absolute_url()))
    assert not histories(client, run)


@pytest.mark.parametrize("count", [10, 1_000])
def test_the_queries_of_the_page_do_not_grow(
    administrator, db, django_assert_max_num_queries, count
):
    for n in range(count):
        MemberFactory(reference=f"C{n}")
    run, _ = run_import(csv_file(*([f"C{n}", "Anne", 1] for n in range(count))))
    with django_assert_max_num_queries(13):
        administrator.get(run.get_absolute_url())
