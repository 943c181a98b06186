"""What an import changes is recorded with the import and with who asked for it."""

import pytest
from django.test import Client

from base.authorship import Author, Way
from base.models import Event
from contacts.journal import changes_of_contact, lines_of_import
from contacts.models import Contact, FormerContact
from importexport.models import ImportRun
from tests.factories import ContactFactory, MemberFactory, UserFactory
from tests.importexport.commands import manage
from tests.importexport.files_made import csv_file
from tests.importexport.importing import checked, confirmed, last_run, press
from tests.pages import page

pytestmark = pytest.mark.django_db
TITLES = ("Référence", "Dénomination", "Mail", "Type")


@pytest.fixture
def member():
    """A member with Anne, Bruno and Chloé, of whose additions nothing is recorded."""
    member = MemberFactory(reference="C1")
    for name in ("Anne", "Bruno", "Chloé"):
        ContactFactory(member=member, name=name, email=f"{name.lower()}@x.fr".replace("é", "e"))
    FormerContact.lines.all().delete()
    return member


@pytest.fixture
def file():
    """Anne has another name, Bruno goes, Chloé stays, Zoé comes."""
    return csv_file(
        ["C1", "Annie", "anne@x.fr", 4],
        ["C1", "Chloé", "chloe@x.fr", 4],
        ["C1", "Zoé", "zoe@x.fr", 4],
        titles=TITLES,
    )


@pytest.fixture
def browser():
    client = Client()
    client.force_login(UserFactory(is_superuser=True))
    return client


def account(client):
    return int(client.session["_auth_user_id"])


def synchronise(client, file):
    """Have the contacts of the site become those of the file; return the page after the work."""
    return confirmed(client, checked(client, file, mode="sync"), removals="1")


def recorded():
    """Return what happened to contacts whose values or presence changed, by name, and by whom."""
    names = dict(Contact.objects.values_list("pk", "name"))
    lines = FormerContact.lines.order_by("pk")
    return sorted(
        (line.name or names.get(line.contact_id, ""), Event(line.event).name, line.author)
        for line in lines
        if line.event != Event.CHANGED or line.name != "Chloé"
    )


def test_an_import_by_pages_is_by_its_run_and_by_who_asked_for_it(browser, member, file):
    synchronise(browser, file)
    run = last_run()
    author = Author(Way.IMPORT, account(browser), run.pk)
    assert run.state == "done"
    assert recorded() == [
        ("Anne", "CHANGED", author),
        ("Bruno", "DELETED", author),
        ("Zoé", "ADDED", author),
    ]


def test_the_undoing_is_by_the_run_and_by_who_asked_for_that(browser, member, file):
    response = synchronise(browser, file)
    FormerContact.lines.all().delete()
    other = Client()
    other.force_login(UserFactory(is_superuser=True))
    (address,) = page(response).xpath("//a[normalize-space()='Annuler cet import']/@href")
    press(other, other.get(address), "Annuler cet import")
    run = last_run()
    assert run.state == "undone"
    author = Author(Way.UNDO, account(other), run.pk)
    assert recorded() == [
        ("Annie", "CHANGED", author),
        ("Bruno", "ADDED", author),
        ("Zoé", "DELETED", author),
    ]


@pytest.mark.django_db(transaction=True)
def test_an_import_by_command_and_its_undoing_are_by_the_run_and_the_command(
    member, file, tmp_path
):
    path = tmp_path / "contacts.csv"
    path.write_bytes(file.getvalue())
    done = manage("import_contacts", str(path), "--sync")
    assert done.returncode == 0, done.stderr
    run = ImportRun.objects.get()
    imported_by = Author(Way.IMPORT, None, run.pk, "import_contacts")
    assert {author for _, _, author in recorded()} == {imported_by}
    FormerContact.lines.all().delete()
    assert manage("undo_import", str(run.pk)).returncode == 0
    assert recorded() == [
        ("Annie", "CHANGED", Author(Way.UNDO, None, run.pk, "undo_import")),
        ("Bruno", "ADDED", Author(Way.UNDO, None, run.pk, "undo_import")),
        ("Zoé", "DELETED", Author(Way.UNDO, None, run.pk, "undo_import")),
    ]


def test_the_changes_of_a_run_are_those_of_its_import_and_of_no_other(browser, member, file):
    synchronise(browser, file)
    run = last_run()
    Contact.objects.filter(name="Chloé").update(note="x")
    changes = lines_of_import(run.pk)
    assert {change.author.run_id for change in changes} == {run.pk}
    assert {change.event for change in changes} == {Event.ADDED, Event.CHANGED, Event.DELETED}
    assert list(lines_of_import(run.pk + 1)) == []
    anne = Contact.objects.get(name="Annie")
    (change,) = changes_of_contact(anne.pk, count=10)
    assert (change.before.name, change.after.name) == ("Anne", "Annie")
