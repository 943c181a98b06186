"""Every change of a contact is recorded with who made it, by whatever way."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core import serializers
from django.db import IntegrityError, connection, transaction
from django.http import HttpResponse
from django.test import Client, RequestFactory

from accounts.authors import author_names
from accounts.models import User
from api.access import endpoint
from base.authorship import NOBODY, Author, Way, author, written_by
from base.conflicts import sealed_version
from base.database import insert_rows, moment
from base.models import Event
from contacts.models import CONTACT_FIELDS, Contact, FormerContact
from tests.api.software import Software
from tests.concurrency import in_thread
from tests.factories import ContactFactory, MemberFactory, UserFactory
from tests.importexport.commands import manage
from tests.pages import main_form

pytestmark = pytest.mark.django_db
MARIE = {"first_name": "Marie", "last_name": "Dupont"}


@pytest.fixture
def marie():
    return UserFactory(is_superuser=True, is_staff=True, **MARIE)


@pytest.fixture
def by_marie(marie):
    return Author(Way.PAGE, account_id=marie.pk)


@pytest.fixture
def browser(marie):
    client = Client()
    client.force_login(marie)
    return client


@pytest.fixture
def contact():
    """A contact, of whose addition nothing is recorded."""
    contact = ContactFactory(name="Anne", email="anne@x.fr")
    FormerContact.lines.all().delete()
    return contact


def address(contact, rest):
    return f"{contact.member.get_absolute_url()}contacts/{rest}/"


def recorded(*fields):
    return list(FormerContact.lines.order_by("pk").values_list("event", "author", *fields))


# --- Pages --------------------------------------------------------------------------------------


def test_an_added_contact_is_recorded_with_who_added_it(browser, by_marie):
    member = MemberFactory()
    values = {"name": "Zoé", "note": "Absente", "type": 4}
    browser.post(f"{member.get_absolute_url()}contacts/ajouter/", values)
    added = Contact.objects.get()
    line = FormerContact.lines.get()
    assert (line.event, line.author, line.contact_id) == (Event.ADDED, by_marie, added.pk)
    assert (line.member_id, line.position, line.type) == (member.pk, 1, 4)
    assert (line.name, line.note, line.created_at) == ("", "", added.created_at)
    assert not FormerContact.objects.exists()


def test_an_edited_contact_is_recorded_with_who_edited_it(browser, by_marie, contact):
    version = sealed_version(contact, CONTACT_FIELDS)
    values = {"name": "Ève", "type": 4, "version": version}
    browser.post(address(contact, f"{contact.pk}/modifier"), values)
    assert recorded("name") == [(Event.CHANGED, by_marie, "Anne")]


def test_a_deleted_and_restored_contact_is_recorded_twice(browser, by_marie, contact):
    browser.post(address(contact, f"{contact.pk}/supprimer"))
    browser.post(address(contact, f"{contact.pk}/retablir"))
    assert recorded("name", "contact_id") == [
        (Event.DELETED, by_marie, "Anne", contact.pk),
        (Event.ADDED, by_marie, "", contact.pk),
    ]


@pytest.mark.parametrize("button", ["up", "first", ""])
def test_a_new_order_is_recorded_once_for_each_contact_that_moves(
    browser, by_marie, contact, button
):
    bruno = ContactFactory(member=contact.member, name="Bruno")
    FormerContact.lines.all().delete()
    order = [contact.pk, bruno.pk] if button else [bruno.pk, contact.pk]
    posted = {"contact": order, **({button: bruno.pk} if button else {"moved": bruno.pk})}
    browser.post(address(contact, "ordre"), posted)
    assert [each.name for each in contact.member.contacts.all()] == ["Bruno", "Anne"]
    assert sorted(recorded("contact_id", "position")) == [
        (Event.CHANGED, by_marie, contact.pk, 1),
        (Event.CHANGED, by_marie, bruno.pk, 2),
    ]


def test_contacts_that_go_with_their_member_are_recorded(browser, by_marie, contact):
    ContactFactory(member=contact.member, name="Bruno")
    FormerContact.lines.all().delete()
    page = f"{contact.member.get_absolute_url()}supprimer/"
    browser.post(page, main_form(browser.get(page)))
    assert not Contact.objects.exists()
    assert sorted(recorded("name")) == [
        (Event.DELETED, by_marie, "Anne"),
        (Event.DELETED, by_marie, "Bruno"),
    ]


def test_an_author_is_forgotten_when_the_request_ends(browser, by_marie, contact):
    browser.post(address(contact, f"{contact.pk}/supprimer"))
    assert author() == NOBODY
    ContactFactory()
    assert recorded() == [(Event.DELETED, by_marie), (Event.ADDED, NOBODY)]


def test_an_author_is_forgotten_when_a_request_fails(marie, contact):
    with pytest.raises(ZeroDivisionError), written_by(Way.PAGE, account=marie.pk):
        Contact.objects.update(name=str(1 // 0))
    assert author() == NOBODY


def test_a_page_that_only_reads_asks_the_database_nothing_more(
    browser, contact, django_assert_num_queries
):
    page = contact.member.get_absolute_url()
    browser.get(page)
    with connection.execute_wrapper(refuse_settings):
        assert browser.get(page).status_code == 200


def refuse_settings(execute, sql, params, many, context):
    assert "set_config" not in sql
    return execute(sql, params, many, context)


# --- Software, commands, and nobody -------------------------------------------------------------


def test_software_is_named_by_its_token(contact):
    @endpoint("POST")
    def change(request, token):
        Contact.objects.update(name="Ève")
        return HttpResponse()

    software = Software("Facturation")
    request = RequestFactory().post("/", headers=software.headers)
    assert change(request).status_code == 200
    assert recorded() == [(Event.CHANGED, Author(Way.SOFTWARE, program="Facturation"))]


def test_the_longest_name_of_software_is_kept_whole(contact):
    name = "é" * 100
    with written_by(Way.SOFTWARE, program=name):
        contact.delete()
    assert recorded() == [(Event.DELETED, Author(Way.SOFTWARE, program=name))]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("command", ["loaddata", "shell"])
def test_a_command_is_named_also_one_of_django(contact, tmp_path, command):
    contact.note = "x"
    path = tmp_path / "contacts.json"
    path.write_text(serializers.serialize("json", [contact]), "utf-8")
    arguments = {
        "loaddata": [str(path)],
        "shell": ["-c", "from contacts.models import Contact; Contact.objects.update(note='x')"],
    }
    done = manage(command, *arguments[command])
    assert done.returncode == 0, done.stderr
    assert recorded("note") == [(Event.CHANGED, Author(Way.COMMAND, program=command), "")]


def test_sql_without_an_author_is_by_nobody(contact):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE contacts_contact SET note = 'x'")
    assert recorded("note") == [(Event.CHANGED, NOBODY, "")]


def test_sql_that_goes_past_django_is_by_nobody(contact, by_marie):
    with written_by(Way.PAGE, account=by_marie.account_id):
        Contact.objects.update(note="x")
    connection.connection.execute("SELECT 1")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE contacts_contact SET note = 'y'")
    assert recorded() == [(Event.CHANGED, by_marie), (Event.CHANGED, NOBODY)]


def test_rows_that_are_copied_in_are_recorded(contact, by_marie):
    now = moment(contact.created_at)
    row = {"member_id": contact.member_id, "position": 7, "type": 1}
    row |= {"created_at": now, "updated_at": now}
    with written_by(Way.PAGE, account=by_marie.account_id):
        insert_rows(Contact, list(row), [list(row.values())])
    assert recorded("position") == [(Event.ADDED, by_marie, 7)]


# --- Transactions and threads -------------------------------------------------------------------


def test_the_innermost_author_counts_and_the_outer_one_comes_back(contact):
    with written_by(Way.COMMAND, program="worker"):
        with written_by(Way.IMPORT, account=3, run=12):
            Contact.objects.update(note="x")
        Contact.objects.update(note="y")
    assert recorded() == [
        (Event.CHANGED, Author(Way.IMPORT, 3, 12, "worker")),
        (Event.CHANGED, Author(Way.COMMAND, program="worker")),
    ]


def test_each_statement_of_a_transaction_has_its_author(contact):
    with transaction.atomic():
        for account in (1, 2):
            with written_by(Way.PAGE, account=account):
                Contact.objects.update(note=str(account))
        Contact.objects.update(note="x")
    assert recorded() == [
        (Event.CHANGED, Author(Way.PAGE, 1)),
        (Event.CHANGED, Author(Way.PAGE, 2)),
        (Event.CHANGED, NOBODY),
    ]


def test_the_author_stays_after_a_part_is_rolled_back(contact):
    with written_by(Way.PAGE, account=1):
        with pytest.raises(IntegrityError), transaction.atomic():
            Contact.objects.update(type=99)
        Contact.objects.update(note="x")
    assert recorded() == [(Event.CHANGED, Author(Way.PAGE, 1))]


@pytest.mark.django_db(transaction=True)
def test_a_statement_outside_any_transaction_has_its_author(contact):
    with written_by(Way.PAGE, account=1):
        Contact.objects.update(note="x")
    Contact.objects.update(note="y")
    assert recorded() == [(Event.CHANGED, Author(Way.PAGE, 1)), (Event.CHANGED, NOBODY)]


@pytest.mark.django_db(transaction=True)
def test_people_at_once_do_not_take_each_other_for_the_author(contact):
    contacts = [contact, *(ContactFactory() for _ in range(3))]
    FormerContact.lines.all().delete()
    together = Barrier(len(contacts))

    def change(pk):
        for _ in range(5):
            with written_by(Way.PAGE, account=pk):
                together.wait(timeout=20)
                Contact.objects.filter(pk=pk).update(name=str(author().account_id))
                Contact.objects.filter(pk=pk).update(name="x")

    with ThreadPoolExecutor(len(contacts)) as threads:
        list(threads.map(lambda each: in_thread(change, each.pk), contacts))
    lines = FormerContact.lines.all()
    assert len(lines) == 40
    assert all(line.author == Author(Way.PAGE, line.contact_id) for line in lines)


# --- Names --------------------------------------------------------------------------------------


def test_authors_have_names(marie, by_marie, django_assert_num_queries):
    plain = UserFactory(username="luc")
    names = {
        by_marie: "Marie Dupont",
        Author(Way.PAGE, plain.pk): "luc",
        Author(Way.IMPORT, marie.pk, 12, "worker"): "Marie Dupont",
        Author(Way.UNDO, None, 12, "undo_import"): "Commande undo_import",
        Author(Way.SOFTWARE, program="Facturation"): "Logiciel Facturation",
        Author(Way.COMMAND, program="loaddata"): "Commande loaddata",
        Author(Way.PAGE, 10**9): "Compte supprimé",
        NOBODY: "Auteur inconnu",
    }
    with django_assert_num_queries(1):
        assert author_names([*names, *names]) == names


def test_the_deletion_of_an_account_in_the_admin_changes_no_history(browser, contact):
    gone = UserFactory()
    with written_by(Way.PAGE, account=gone.pk):
        Contact.objects.update(note="x", updated_by=gone)
    author = Author(Way.PAGE, gone.pk)
    browser.post(f"/admin/accounts/user/{gone.pk}/delete/", {"post": "yes"})
    assert not User.objects.filter(pk=gone.pk).exists()
    assert recorded() == [(Event.CHANGED, author)]
    assert author_names([author]) == {author: "Compte supprimé"}
