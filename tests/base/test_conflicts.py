"""What a second person is told whose form was opened by an older version of the site."""

import pytest

from base.conflicts import find_conflict, opened_version, sealed_version
from contacts.models import CONTACT_FIELDS, Contact
from tests.factories import ContactFactory, UserFactory

pytestmark = pytest.mark.django_db
# As before an upgrade that brought the fax.
OLDER_FIELDS = tuple(name for name in CONTACT_FIELDS if name != "fax")


@pytest.fixture
def contact():
    return ContactFactory(name="Anne", email="anne@x.fr")


def typed(contact, **values):
    return {name: getattr(contact, name) for name in CONTACT_FIELDS} | {"fax": ""} | values


def conflict(contact, sealed, **values):
    stored = Contact.objects.get(pk=contact.pk)
    opened = opened_version(contact, sealed)
    return find_conflict(stored, opened, typed(contact, **values), UserFactory())


def test_a_form_of_before_a_new_field_is_no_conflict(contact):
    sealed = sealed_version(contact, OLDER_FIELDS)
    assert conflict(contact, sealed, name="Ève") is None


def test_a_form_of_before_a_new_field_that_someone_filled_since_is_no_conflict(contact):
    sealed = sealed_version(contact, OLDER_FIELDS)
    Contact.objects.update(fax="0478")
    assert conflict(contact, sealed, name="Ève") is None


def test_a_form_of_before_a_new_field_goes_on_with_what_is_stored(contact):
    sealed = sealed_version(contact, OLDER_FIELDS)
    Contact.objects.update(fax="0478", job_title="Directrice")
    found = conflict(contact, sealed, name="Ève")
    assert found.taken == {"fax": "0478", "job_title": "Directrice"}
    assert [(each.label, each.is_taken) for each in found.differences] == [
        ("Dénomination", False),
        ("Fonction", True),
        ("Fax", True),
    ]


def test_a_form_of_a_newer_version_is_compared_in_the_fields_that_are_known(contact):
    sealed = sealed_version(contact, (*CONTACT_FIELDS, "position"))
    assert conflict(contact, sealed, name="Ève") is None


def test_a_field_that_a_form_of_before_lacks_keeps_its_value(back_office, contact):
    sealed = sealed_version(contact, OLDER_FIELDS)
    Contact.objects.update(fax="0478")
    address = f"/membres/{contact.member_id}/contacts/{contact.pk}/modifier/"
    # The form of before has no such field, so nothing of it is sent.
    sent = {name: getattr(contact, name) for name in OLDER_FIELDS} | {"name": "Ève"}
    assert back_office.post(address, sent | {"version": sealed}).status_code == 302
    contact.refresh_from_db()
    assert (contact.name, contact.fax) == ("Ève", "0478")
