"""What was exported imports to the same contacts, exactly."""

import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from contacts.models import Contact, ContactType
from importexport.exports.contacts import export_contacts
from importexport.files import open_table
from importexport.rows.checking import is_header
from importexport.runs.intake import limits
from members.models import MemberKind
from tests.factories import ContactFactory, MemberFactory
from tests.importexport.files_made import stored, untouched
from tests.importexport.importing import import_contacts
from tests.texts import ADDRESSES, texts

CONTACTS = st.fixed_dictionaries(
    {
        "name": texts(200),
        "note": texts(5000),
        "job_title": texts(200),
        "email": ADDRESSES,
        "phones": texts(200),
        "fax": texts(50),
        "type": st.sampled_from(ContactType.values),
    }
)
SITES = st.lists(st.tuples(st.integers(0, 2), CONTACTS), min_size=1, max_size=8)


def exported(format):
    file = io.BytesIO()
    export_contacts(file, format)
    return file


class RoundTrip(TestCase):
    """Each example of hypothesis has a database of its own."""

    @settings(suppress_health_check=[HealthCheck.too_slow])
    @given(SITES, st.sampled_from(["ods", "csv"]), st.tuples(texts(20), texts(50)))
    def test_any_contacts_come_back_as_they_were(self, site, format, odd_member):
        reference, name = odd_member
        members = [
            MemberFactory(reference=f"x{reference}x", name=f"x{name}x"),
            MemberFactory(reference="=C1", kind=MemberKind.SUPPLIER),
            MemberFactory(reference="0042"),
        ]
        for member, values in site:
            ContactFactory(member=members[member], **values)
        before, everything, file = stored(), untouched(), exported(format)

        outcome = import_contacts(file, sync=True)
        assert (outcome.added, outcome.removed, outcome.moved) == (0, 0, 0)
        # A contact without any content comes back with a warning.
        assert outcome.warnings.count == sum(not any(row[1:-1]) for row in before)
        assert outcome.rows == outcome.unchanged == len(site)
        assert untouched() == everything

        Contact.objects.all().delete()
        assert import_contacts(file, sync=False).added == len(site)
        assert stored() == before


@pytest.mark.django_db
@pytest.mark.parametrize("format", ["ods", "csv"])
def test_a_note_keeps_its_blank_lines_and_tabs(format):
    note = "un\n\n\n  deux\ttrois\n- quatre"
    ContactFactory(note=note)
    file = exported(format)
    Contact.objects.all().delete()
    import_contacts(file, sync=True)
    assert Contact.objects.get().note == note


@pytest.mark.django_db
@pytest.mark.parametrize("format", ["ods", "csv"])
def test_a_second_export_is_the_same_as_the_first(format):
    for _ in range(3):
        ContactFactory.create_batch(3, member=MemberFactory(), note="x")
    first = exported(format)
    Contact.objects.all().delete()
    import_contacts(first, sync=True)
    assert _without_moments(exported(format)) == _without_moments(first)


def _without_moments(file):
    """Return what a file says; an ODS also tells when it was made."""
    return [row.cells for row in open_table(file, is_header, limits()).rows]


@pytest.mark.django_db
@pytest.mark.parametrize("format", ["ods", "csv"])
def test_types_whose_module_is_off_are_kept(settings, format):
    settings.MODULE_AFTER_SALES = settings.MODULE_DELIVERY_TRACKING = False
    member = MemberFactory()
    for type in ContactType:
        ContactFactory(member=member, type=type)
    before, file = stored(), exported(format)
    Contact.objects.all().delete()
    assert import_contacts(file, sync=True).added == len(ContactType)
    assert stored() == before
    assert {contact.type for contact in Contact.objects.all()} == set(ContactType)
