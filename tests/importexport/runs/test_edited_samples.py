"""Exports that people changed with a library import as changed; tests/README.md says how made."""

import pytest

from base.characters import bare_line, canonical, canonical_phones, one_line
from contacts.models import Contact
from tests.factories import MemberFactory
from tests.importexport.files.awkward import ADDED, ROWS, TAB
from tests.importexport.files.making import SAMPLES
from tests.importexport.importing import import_contacts

# The fields of a contact that the samples have, in the order of their columns.
FIELDS = ("name", "note", "job_title", "email", "phones", "fax", "type")


@pytest.fixture
def site(db):
    """The members of the samples, and the contacts of the export that was changed."""
    for reference, name in {row[0]: row[1] for row in reversed(ROWS)}.items():
        MemberFactory(reference=reference, name=name or reference)
    import_sample("ours.ods")
    assert stored() == sorted_rows(contact_of(row) for row in ROWS)


def import_sample(name):
    with (SAMPLES / name).open("rb") as file:
        return import_contacts(file, sync=True)


def contact_of(row):
    """Return what a row says of its contact, behind the reference."""
    reference, _, name, note, job_title, email, phones, fax, type = row[:9]
    texts = one_line(name), canonical(note), one_line(job_title), email
    return (reference, *texts, canonical_phones(phones), bare_line(fax), type)


def sorted_rows(contacts):
    """Return contacts by member; those of a member keep their order."""
    return sorted(contacts, key=lambda contact: contact[0])


def stored():
    fields = ("member__reference", *FIELDS)
    return sorted_rows(Contact.objects.order_by("position").values_list(*fields))


@pytest.mark.parametrize(
    ("name", "lost", "changes"),
    [
        ("odfpy-edited.ods", {}, (1, 1, 1)),
        ("pyexcel-ods3-edited.ods", {}, (1, 1, 1)),
        # What pandas itself does not read.
        ("pandas-edited.ods", {TAB: TAB.replace("\t", ""), "#N/A": ""}, (2, 2, 2)),
    ],
)
def test_an_export_that_was_changed_imports_as_changed(site, name, lost, changes):
    outcome = import_sample(name)

    expected = [list(contact_of(row)) for row in (*ROWS, ADDED)]
    expected[0][1] = "Ève Martin"
    del expected[3]
    assert stored() == sorted_rows(
        tuple(lost.get(value, value) for value in contact) for contact in expected
    )
    assert (outcome.added, outcome.modified, outcome.removed) == changes
    assert outcome.unchanged == len(ROWS) - 2 - len(lost)
