"""A file that was exported before the site changed says what it would undo."""

import io
from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from contacts.models import Contact, FormerContact
from contacts.order import reorder
from importexport.exports.contacts import export_contacts
from importexport.exports.stamp import PROPERTY, ExportMoment, sign
from importexport.models import ChangeKind, ImportChange
from importexport.rows.sheet import write_rows
from importexport.runs.steps import ask_to_undo
from importexport.runs.undo import undo_run
from tests.factories import ADMINISTRATOR, ContactFactory, MemberFactory, UserFactory
from tests.importexport.files_made import csv_file, named, names, untouched
from tests.importexport.importing import checked, confirmed, import_contacts, last_run, run_import
from tests.pages import errors, page, text

SINCE = "Ce fichier a été exporté le"


@pytest.fixture
def farm(db, settings):
    """Member C1 with Anne, Bruno and Chloé, all of them there for long."""
    settings.IMPORT_CONFIRM_REMOVALS_PERCENT = 100
    farm = MemberFactory(reference="C1")
    for name in ("Anne", "Bruno", "Chloé"):
        ContactFactory(member=farm, name=name)
    make_old()
    return farm


def make_old():
    """Let all that happened until now have happened long ago."""
    long = timedelta(hours=5)
    Contact.objects.update(created_at=F("created_at") - long, updated_at=F("updated_at") - long)
    FormerContact.lines.update(at=F("at") - long)


def export(format="ods"):
    file = io.BytesIO()
    export_contacts(file, format)
    return named(f"contacts.{format}", file.getvalue())


def stale():
    """Return what the newest import would undo: the kind of its change, and the contact."""
    found = ImportChange.objects.filter(run=last_run(), site_changed_at__isnull=False)
    return sorted(
        (change.get_kind_display(), change.name or change.contact.name) for change in found
    )


def test_an_export_that_is_up_to_date_says_so(administrator, farm):
    response = checked(administrator, export(), mode="sync")
    assert "il ne défait aucun changement fait sur le site depuis" in text(response)
    assert not page(response).xpath("//input[@name='accepts_undoing']")


def test_a_later_change_is_listed_and_wants_a_tick(administrator, farm):
    file = export()
    Contact.objects.filter(name="Bruno").update(note="changed since")
    before = untouched()
    response = checked(administrator, file, mode="sync")
    assert SINCE in text(response)
    assert "L'import déferait 1 changement plus récent" in text(response)
    recent = administrator.get(f"{last_run().get_absolute_url()}?voir=recents")
    assert "défait un changement du" in text(recent)
    assert len(page(recent).xpath("//article//tbody/tr")) == 1

    refused = confirmed(administrator, response)
    assert "Cochez cette case" in errors(refused, "accepts_undoing")
    assert untouched() == before
    confirmed(administrator, response, accepts_undoing="on")
    assert Contact.objects.get(name="Bruno").note == ""


def add(farm):
    ContactFactory(member=farm, name="Denis")


def change(farm):
    farm.contacts.filter(name="Bruno").update(type=1)


def delete(farm):
    farm.contacts.get(name="Bruno").delete()


def turn_round(farm):
    reorder(farm, list(farm.contacts.order_by("-position").values_list("pk", flat=True)))


def refuse_address(farm):
    farm.contacts.filter(name="Bruno").update(refused_address="x@x.fr")


@pytest.mark.parametrize(
    ("act", "undone"),
    [
        (add, [("Suppression", "Denis")]),
        (change, [("Modification", "Bruno")]),
        (delete, [("Ajout", "Bruno")]),
        (turn_round, [("Déplacement", "Chloé")]),
        (refuse_address, []),
    ],
)
def test_changes_since_the_export_are_stale(administrator, farm, act, undone):
    file = export()
    act(farm)
    checked(administrator, file, mode="sync")
    assert stale() == undone
    assert last_run().stale_count == len(undone)


def test_changes_by_an_import_since_the_export_are_stale(administrator, farm):
    file = export()
    import_contacts(csv_file(["C1", "Denis", 1], ["C1", "Anne", 4]), sync=True)
    checked(administrator, file, mode="sync")
    assert stale() == [("Ajout", "Bruno"), ("Ajout", "Chloé"), ("Suppression", "Denis")]


def test_contacts_restored_by_an_undo_since_the_export_are_stale(administrator, farm):
    run, _ = run_import(csv_file(["C1", "Anne", 4], ["C1", "Chloé", 4]), sync=True)
    make_old()
    file = export()
    ask_to_undo(run, None)
    undo_run(run.pk)
    checked(administrator, file, mode="sync")
    assert stale() == [("Suppression", "Bruno")]


def test_changes_from_before_the_export_are_not_stale(administrator, farm):
    file = export()
    rows = [["C1", "Anne", 4], ["C1", "Denis", 1]]
    Contact.objects.filter(name="Bruno").update(note="x")
    make_old()
    assert names() == ["Anne", "Bruno", "Chloé"]
    checked(administrator, file, mode="sync")
    assert stale() == []
    checked(administrator, csv_file(*rows), mode="sync")
    assert stale() == []


def test_a_contact_edited_and_edited_back_may_be_moved_by_the_file(administrator, farm):
    exported_at = timezone.now() - timedelta(minutes=1)
    for note in ("x", ""):
        Contact.objects.filter(name="Bruno").update(note=note)
    rows = [["C1", "", name, *[""] * 5, 4, ""] for name in ("Chloé", "Bruno", "Anne")]
    file = io.BytesIO()
    write_rows(file, "ods", iter(rows), lambda n: {PROPERTY: sign(ExportMoment(exported_at, n))})
    checked(administrator, named("contacts.ods", file.getvalue()), mode="sync")
    run = last_run()
    moved = {change.contact.name for change in run.changes.filter(kind=ChangeKind.MOVED)}
    assert (run.added_count, run.removed_count, "Bruno" in moved) == (0, 0, True)
    assert run.exported_at == exported_at
    assert stale() == []


def test_an_addition_undoes_nothing(administrator, farm):
    file = export()
    Contact.objects.filter(name="Bruno").update(note="x")
    response = checked(administrator, file)
    assert last_run().stale_count == 0
    assert SINCE not in text(response)


def test_a_file_without_a_stamp_says_so(administrator, farm):
    response = checked(administrator, export("csv"), mode="sync")
    assert "Ce fichier ne dit pas quand il a été exporté (seul l'ODS le fait)" in text(response)
    assert last_run().exported_at is None


def test_the_stamp_of_another_site_is_ignored(administrator, farm, settings):
    file = export()
    settings.SECRET_KEY = "another site's"
    administrator.force_login(UserFactory(role=ADMINISTRATOR))
    checked(administrator, file, mode="sync")
    assert last_run().exported_at is None


def test_the_moment_is_that_of_the_export(administrator, farm):
    checked(administrator, export(), mode="sync")
    assert timedelta() < timezone.now() - last_run().exported_at < timedelta(minutes=2)
