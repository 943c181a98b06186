"""The search knows at once what was written, in whichever way."""

import logging

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client

from base.database import insert_rows
from contacts.models import Contact
from directory.search.index import index_changes, install_indexes
from directory.search.ranking import find_first
from members.models import Member
from tests.factories import ContactFactory, MemberFactory
from tests.pages import form_values

pytestmark = pytest.mark.django_db
NOW = "2026-01-01 00:00:00+00:00"


def found(text) -> list[str]:
    keys = find_first(Member.objects.all(), text).keys
    return [Member.objects.get(pk=key).reference for key in keys]


@pytest.fixture(params=["at once", "once indexed"])
def known(request):
    """Ask twice: as soon as it is written, and when the index knows it."""

    def known(text) -> list[str]:
        if request.param == "once indexed":
            index_changes()
        return found(text)

    return known


@pytest.fixture
def contact():
    """A contact that the index knows."""
    contact = ContactFactory(member__reference="M1", name="Ancien Nom")
    index_changes()
    return contact


def sql(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def test_a_form_that_adds_and_changes(administrator, known, contact):
    member = contact.member
    values = {"name": "Chloé Brunel", "phones": "+33 6 39 98 12 34", "type": 4}
    administrator.post(f"/membres/{member.pk}/contacts/ajouter/", values)
    assert known("brunel") == known("0639 98") == ["M1"]
    values = {"reference": "M9", "name": "Vergers", "kind": "professional"}
    address = f"/membres/{member.pk}/modifier/"
    administrator.post(address, form_values(administrator.get(address)) | values)
    assert known("verg") == known("m9") == ["M9"]
    assert known("m1") == []


def test_saving_and_deleting(known, contact):
    contact.name = "Nouveau"
    contact.save()
    assert (known("ancien"), known("nouveau")) == ([], ["M1"])
    contact.delete()
    assert known("nouveau") == []


def test_writing_in_bulk(known, contact):
    Contact.objects.bulk_create(
        ContactFactory.build_batch(3, member=contact.member, name="Groupe", position=9)[:1]
    )
    assert known("groupe") == ["M1"]
    Contact.objects.filter(name="Groupe").update(name="Troupe")
    assert (known("groupe"), known("troupe")) == ([], ["M1"])
    contact.name = "Bloupe"
    Contact.objects.bulk_update([contact], ["name"])
    assert (known("ancien"), known("bloupe")) == ([], ["M1"])
    columns = ("reference", "name", "kind", "email", "phone", "address", "postal_code", "city")
    rows = [("M2", "Halles", "supplier", "", "", "", "", "", "", NOW, NOW)]
    insert_rows(Member, (*columns, "note", "created_at", "updated_at"), rows)
    assert known("halles") == ["M2"]
    Contact.objects.all().delete()
    assert known("bloupe") == known("troupe") == []


def test_writing_by_sql(known, contact):
    sql("UPDATE contacts_contact SET name = %s", "Direct")
    assert (known("ancien"), known("direct")) == ([], ["M1"])
    sql("UPDATE members_member SET phone = %s", "0033 4 99")
    assert known("04 99") == ["M1"]
    sql("DELETE FROM contacts_contact")
    assert known("direct") == []


def test_a_member_deleted_with_its_contacts(known, contact):
    contact.member.delete()
    assert known("ancien") == []
    MemberFactory(reference="M3", name="Ancien")
    assert known("ancien") == ["M3"]


def test_a_key_that_is_used_again(known, contact):
    key, member = contact.pk, contact.member
    contact.delete()
    Contact(pk=key, member=member, name="Revenu", type=4).save(force_insert=True)
    assert (known("ancien"), known("revenu")) == ([], ["M1"])
    contact = Contact.objects.get()
    contact.name = "Ancien"
    contact.save()
    contact.delete()
    assert known("ancien") == known("revenu") == []


def test_what_is_rolled_back_was_never_written(known, contact):
    with transaction.atomic():
        ContactFactory(member=contact.member, name="Jamais")
        index_changes()
        transaction.set_rollback(True)
    assert known("jamais") == []
    assert known("ancien") == ["M1"]


def test_deleting_a_contact_and_bringing_it_back(back_office: Client, known, contact):
    address = f"/membres/{contact.member_id}/contacts/{contact.pk}/"
    back_office.post(f"{address}supprimer/")
    assert known("ancien") == []
    back_office.post(f"{address}retablir/")
    assert known("ancien") == ["M1"]


def test_migrating_again_changes_nothing(known, contact):
    ContactFactory(member=contact.member, name="Autre")
    call_command("migrate", verbosity=0)
    assert known("autre") == known("ancien") == ["M1"]


@pytest.mark.only_on("sqlite")
def test_only_what_changes_the_text_is_indexed_again(contact):
    Contact.objects.update(fax="0479", position=7)
    Member.objects.update(address="Quai")
    assert index_changes() == 0


@pytest.mark.only_on("sqlite")
def test_rows_are_indexed_some_at_a_time():
    Member.objects.bulk_create(MemberFactory.build_batch(1_500))
    assert [index_changes(most=1_000), index_changes(), index_changes()] == [1_000, 500, 0]


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize(
    "damage",
    [
        "DROP TRIGGER contacts_contact_search_insert",
        "DROP TABLE contacts_contact_search_changes",
        "DROP TABLE contacts_contact_search",
    ],
)
def test_migrate_mends_an_index_that_a_migration_broke(contact, damage):
    if "TABLE" in damage:
        for event in ("insert", "update", "delete"):
            sql(f"DROP TRIGGER contacts_contact_search_{event}")
    if damage.endswith("search"):
        sql("DROP TABLE contacts_contact_search_parts")
    sql(damage)
    ContactFactory(member=contact.member, name="Entre-temps")
    call_command("migrate", verbosity=0)
    assert found("entre-temps") == found("ancien") == ["M1"]
    ContactFactory(member=contact.member, name="Ensuite")
    assert found("ensuite") == ["M1"]
    assert index_changes() == 1


@pytest.mark.only_on("sqlite")
def test_without_an_index_the_search_still_finds(contact):
    for event in ("insert", "update", "delete"):
        sql(f"DROP TRIGGER contacts_contact_search_{event}")
    sql("DROP TABLE contacts_contact_search_changes")
    for text in ("a", "an", "anc", "ancien"):
        assert found(text) == ["M1"]


@pytest.mark.only_on("postgresql")
def test_without_the_extension_the_search_still_finds_and_migrate_says_what_to_do(contact, caplog):
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    sql("DROP EXTENSION pg_trgm CASCADE")
    for text in ("a", "an", "anc", "ancien"):
        assert found(text) == ["M1"]
    sql("CREATE ROLE unprivileged")
    sql("GRANT ALL ON ALL TABLES IN SCHEMA public TO unprivileged")
    sql("SET LOCAL ROLE unprivileged")
    with caplog.at_level(logging.WARNING):
        install_indexes()
    assert "CREATE EXTENSION pg_trgm" in caplog.text
    sql("RESET ROLE")
    call_command("migrate", verbosity=0)
    assert index_names("contacts_contact") >= {"contacts_contact_search"}


@pytest.mark.only_on("postgresql")
def test_the_index_answers_the_search():
    assert index_names("members_member") >= {"members_member_search", "members_member_begins"}
    sql("SET LOCAL enable_seqscan = off")
    with connection.cursor() as cursor:
        for condition in ("search_text LIKE '%anc%'", "search_text ~ 'zq[ -~]'"):
            cursor.execute(f"EXPLAIN SELECT 1 FROM contacts_contact WHERE {condition}")  # noqa: S608
            assert "contacts_contact_search" in str(cursor.fetchall())


def index_names(table) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexname FROM pg_indexes WHERE tablename = %s", [table])
        return {name for (name,) in cursor.fetchall()}


@pytest.mark.only_on("sqlite")
def test_a_statement_that_replaces_keeps_what_the_index_knows(contact):
    for name in ("Autre", "Dernier"):
        sql("UPDATE OR REPLACE contacts_contact SET name = %s WHERE id = %s", name, contact.pk)
    index_changes()
    assert (found("ancien"), found("autre"), found("dernier")) == ([], [], ["M1"])
