"""A migration may remove a column of contacts, although SQLite's triggers name it."""

import pytest
from django.db import OperationalError, connection, transaction
from django.db.migrations import Migration

from contacts.models import Contact, FormerContact
from contacts.triggers import CONTACTS
from tests.factories import ContactFactory

pytestmark = [pytest.mark.django_db, pytest.mark.only_on("sqlite")]


def drop_fax():
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE contacts_contact DROP COLUMN fax")


def test_sqlite_drops_no_column_that_a_trigger_names():
    with pytest.raises(OperationalError, match="error in trigger"):
        drop_fax()


def test_a_migration_of_contacts_finds_no_trigger_in_its_way():
    CONTACTS.make_way("default", [(Migration("0002_without_fax", "contacts"), False)])
    drop_fax()


def test_a_migration_of_another_app_leaves_the_triggers():
    contact = ContactFactory(name="Anne")
    CONTACTS.make_way("default", [(Migration("0002_more", "members"), False)])
    Contact.objects.update(name="Ève")
    assert FormerContact.objects.get().contact_id == contact.pk
