"""Every export of all contacts is in a journal that administrators read."""

import pytest
from django.core.management import call_command
from django.test import Client

from importexport.models import ContactExport
from tests.factories import ContactFactory, UserFactory
from tests.pages import cells, links, text

JOURNAL = "/contacts/exporter/journal/"


@pytest.mark.parametrize("format", ["ods", "csv"])
def test_an_export_is_noted_with_who_when_how_many_and_from_where(administrator, format):
    ContactFactory.create_batch(3)
    list(administrator.post(f"/contacts/exporter/{format}/", REMOTE_ADDR="192.0.2.7"))
    export = ContactExport.objects.get()
    assert (export.format, export.contact_count, export.address) == (format, 3, "192.0.2.7")
    response = administrator.get(JOURNAL)
    assert cells(response, "Par") == [str(export.created_by)]
    assert cells(response, "Depuis") == ["192.0.2.7"]
    assert cells(response, "Format") == [format.upper()]
    assert cells(response, "Contacts") == ["3"]
    assert "1 export de tous les contacts" in text(response)


def test_an_export_on_the_command_line_is_noted_too(administrator, tmp_path):
    ContactFactory()
    call_command("export_contacts", tmp_path / "c.ods")
    assert cells(administrator.get(JOURNAL), "Par") == ["Ligne de commande"]


def test_what_does_not_leave_is_not_noted(administrator, back_office, nobody, tmp_path):
    administrator.head("/contacts/exporter/ods/")
    list(administrator.get("/contacts/importer/modele/"))
    administrator.get("/contacts/exporter/ods/")
    back_office.post("/contacts/exporter/ods/")
    nobody.post("/contacts/exporter/ods/")
    assert not ContactExport.objects.exists()
    assert "Personne n'a encore exporté les contacts." in text(administrator.get(JOURNAL))


@pytest.mark.parametrize("format", ["ods", "csv"])
def test_a_foreign_site_exports_nothing_and_writes_no_line(administrator, format):
    browser = Client(enforce_csrf_checks=True)
    browser.cookies = administrator.cookies
    address = f"/contacts/exporter/{format}/"
    shown = browser.get(address)
    assert f"Exporter les contacts ({format.upper()})" in text(shown)
    assert "Content-Disposition" not in shown
    assert browser.post(address, headers={"Origin": "https://x.example"}).status_code == 403
    assert not ContactExport.objects.exists()


def test_an_account_that_is_gone_leaves_its_exports(administrator):
    list(administrator.post("/contacts/exporter/csv/"))
    ContactExport.objects.update(created_by=None)
    assert cells(administrator.get(JOURNAL), "Par") == ["compte supprimé"]


def test_the_menu_leads_to_it(administrator, back_office):
    assert JOURNAL in links(administrator.get("/membres/"), "/contacts/")
    assert back_office.get(JOURNAL).status_code == 403


@pytest.mark.parametrize("count", [10, 1_000])
def test_the_queries_do_not_grow(administrator, django_assert_num_queries, count):
    user = UserFactory()
    ContactExport.objects.bulk_create(
        ContactExport(source="browser", created_by=user, format="ods", contact_count=n)
        for n in range(count)
    )
    with django_assert_num_queries(7):
        assert len(cells(administrator.get(JOURNAL), "Date")) == min(count, 50)
