"""An import writes exactly the rows of its file, all or none."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from contacts.models import CONTACT_FIELDS, Contact
from importexport.files.table import FileRefused
from importexport.models import ImportRun
from importexport.runs.direct import ImportStopped
from importexport.runs.intake import ImportRefused
from members.models import Member, MemberKind
from tests.factories import ContactFactory, MemberFactory
from tests.importexport.files_made import csv_file, names, ods_file, plain, stored, untouched
from tests.importexport.importing import import_contacts, last_run, preview_import

pytestmark = pytest.mark.django_db


@pytest.fixture
def farm(db):
    """Member C1, with Anne, Bruno and Chloé."""
    farm = MemberFactory(reference="C1")
    for name in ("Anne", "Bruno", "Chloé"):
        ContactFactory(member=farm, name=name)
    return farm


@pytest.fixture
def canteen(db):
    """Member C2, with Zoé."""
    return ContactFactory(member__reference="C2", name="Zoé").member


def numbers(outcome):
    return outcome.rows, outcome.members, outcome.added, outcome.removed, outcome.unchanged


def keys(*wanted):
    return {name: Contact.objects.get(name=name).pk for name in wanted}


def test_rows_are_added_below_also_when_they_are_there_already(farm, canteen):
    before = stored()
    file = csv_file(["C1", "Denis", 1], ["C2", "Yves", 2], ["C1", "Anne", 4], ["C1", "Anne", 4])
    outcome = import_contacts(file, sync=False)
    assert numbers(outcome) == (4, 2, 4, 0, 0)
    assert names(farm) == ["Anne", "Bruno", "Chloé", "Denis", "Anne", "Anne"]
    assert names(canteen) == ["Zoé", "Yves"]
    assert set(before) <= set(stored())


def test_a_new_contact_is_complete_in_the_database(farm):
    titles = ("Référence", "Dénomination", "Mail", "Tel", "Type")
    file = csv_file(["C1", "Éric", "e@x.fr", "+33 6 12", 5], titles=titles)
    import_contacts(file, sync=False)
    contact = Contact.objects.get(name="Éric")
    assert (contact.note, contact.job_title, contact.fax, contact.type) == ("", "", "", 5)
    assert contact.search_text.split() == ["eric", "e@x.fr", "0612"]
    assert contact.created_at == contact.updated_at
    assert abs(timezone.now() - contact.created_at) < timedelta(minutes=1)


def test_a_synchronisation_makes_the_site_exactly_the_file(farm, canteen):
    file = csv_file(["C1", "Denis", 1], ["C1", "Bruno", 4], ["C1", "Denis", 1], ["C1", "Anne", 4])
    outcome = import_contacts(file, sync=True)
    assert numbers(outcome) == (4, 1, 2, 2, 2)
    assert (outcome.moved, outcome.emptied_members) == (1, 1)
    assert names() == ["Denis", "Bruno", "Denis", "Anne"]
    positions = list(farm.contacts.values_list("position", flat=True))
    assert len(set(positions)) == 4


def test_what_is_the_same_is_not_written_at_all(farm, canteen):
    Contact.objects.filter(name="Chloé").update(position=17)
    before = untouched()
    rows = [["C2", "Zoé", 4], ["C1", "Anne", 4], ["C1", "Bruno", 4], ["C1", "Chloé", 4]]
    outcome = import_contacts(csv_file(*rows), sync=True)
    assert numbers(outcome) == (4, 2, 0, 0, 4)
    assert untouched() == before
    assert not last_run().changes.exists()


def test_another_order_keeps_each_contact_and_the_moment_of_its_change(farm):
    before = {contact.pop("id"): contact for contact in untouched()}
    rows = [["C1", name, 4] for name in ("Chloé", "Anne", "Bruno")]
    assert numbers(import_contacts(csv_file(*rows), sync=True)) == (3, 1, 0, 0, 3)
    assert names(farm) == ["Chloé", "Anne", "Bruno"]
    after = {contact.pop("id"): contact for contact in untouched()}
    assert {pk: c | {"position": 0} for pk, c in before.items()} == {
        pk: c | {"position": 0} for pk, c in after.items()
    }


def test_a_contact_takes_the_place_of_one_that_moves_on(farm):
    ContactFactory(member=farm, name="Denis")
    wanted = ["Chloé", "Anne", "Denis", "Bruno"]
    outcome = import_contacts(csv_file(*[["C1", name, 4] for name in wanted]), sync=True)
    assert (outcome.unchanged, outcome.moved) == (4, 3)
    assert names(farm) == wanted


def test_a_contact_of_another_type_is_modified_and_keeps_its_key_and_its_place(farm):
    before = {contact["name"]: contact for contact in untouched()}
    outcome = import_contacts(csv_file(["C1", "Anne", 3], ["C1", "Bruno", 4]), sync=True)
    assert (outcome.modified, outcome.removed, outcome.unchanged) == (1, 1, 1)
    after = {contact["name"]: contact for contact in untouched()}
    assert after["Bruno"] == before["Bruno"]
    changed = {name for name, value in after["Anne"].items() if value != before["Anne"][name]}
    assert changed == {"type", "updated_at"}
    assert after["Anne"]["updated_at"] == last_run().applied_at


def test_a_contact_that_is_there_several_times_is_kept_as_often_as_the_file_has_it(farm):
    copies = ContactFactory.create_batch(3, member=farm, name="Anne")
    import_contacts(csv_file(*[["C1", "Anne", 4]] * 3), sync=True)
    assert list(farm.contacts.values_list("pk", flat=True)) == [
        *farm.contacts.filter(pk__lt=copies[0].pk).values_list("pk", flat=True),
        copies[0].pk,
        copies[1].pk,
    ]
    assert names() == ["Anne", "Anne", "Anne"]


def test_members_are_never_touched(farm, canteen):
    MemberFactory(reference="P1", kind=MemberKind.INDIVIDUAL)
    before = list(Member.objects.order_by("pk").values())
    titles = ("Référence", "Libellé membre", "Fax", "Type")
    outcome = import_contacts(csv_file(["C1", "Autre nom", "0", 1], titles=titles), sync=True)
    assert outcome.warnings.count == 1
    assert list(Member.objects.order_by("pk").values()) == before


def test_a_supplier_has_contacts_too(db):
    MemberFactory(reference="F1", kind=MemberKind.SUPPLIER)
    import_contacts(csv_file(["F1", "Anne", 1]), sync=False)
    assert names() == ["Anne"]


def test_number_cells_of_a_spreadsheet_are_read_as_a_person_does(db):
    MemberFactory(reference="42")
    titles = ("Référence", "Dénomination", "Tel", "Fax", "Type")
    outcome = import_contacts(ods_file([42, 42, 612345678, 15, 2], titles=titles), sync=False)
    (contact,) = Contact.objects.all()
    assert contact.member.reference == "42"
    said = {name: getattr(contact, name) for name in CONTACT_FIELDS if getattr(contact, name)}
    assert said == {"name": "42", "phones": "0612345678", "fax": "15", "type": 2}
    assert [plain(warning) for warning in outcome.warnings.kept] == [
        "ligne 2, colonne Tel : le nombre 612345678 est lu comme le numéro 0612345678."
    ]


@pytest.mark.parametrize("rows", [[], [["", "", ""]], [[" ", "", "\t"]] * 3])
def test_a_file_without_a_contact_never_empties_the_site(farm, rows):
    with pytest.raises(FileRefused) as refused:
        import_contacts(csv_file(*rows), sync=True)
    assert plain(refused.value) == (
        "Le fichier ne contient aucun contact. Une synchronisation viderait tout le site : "
        "elle est refusée, et rien n'a changé."
    )
    with pytest.raises(FileRefused):
        preview_import(csv_file(*rows), sync=True)
    assert len(names()) == 3
    assert numbers(import_contacts(csv_file(*rows), sync=False)) == (0, 0, 0, 0, 0)
    assert len(names()) == 3


@pytest.mark.parametrize("sync", [False, True])
def test_one_faulty_row_and_nothing_is_written(farm, sync):
    before = untouched()
    file = csv_file(*[["C1", "Denis", 1]] * 20, ["C1", "Éric", 9], ["C9", "Éric", 1])
    with pytest.raises(ImportRefused) as refused:
        import_contacts(file, sync=sync)
    assert [remark.line for remark in refused.value.checked.errors.kept] == [22, 23]
    assert untouched() == before


@pytest.mark.parametrize("sync", [False, True])
def test_a_preview_gives_the_same_numbers_and_writes_nothing(farm, canteen, sync):
    before = untouched()
    rows = [["C1", "Bruno", 4], ["C1", "Denis", 1]]
    foreseen = preview_import(csv_file(*rows), sync=sync)
    assert untouched() == before
    assert not ImportRun.objects.exists()
    assert import_contacts(csv_file(*rows), sync=sync) == foreseen


def test_what_is_not_accepted_is_not_written(farm):
    before = untouched()

    def refuse(run):
        assert run.removed_count == 3
        raise ImportStopped("non")

    with pytest.raises(ImportStopped, match="non"):
        import_contacts(csv_file(["C1", "x", 1]), sync=True, accept=refuse)
    assert untouched() == before
    assert (last_run().state, last_run().file.name) == ("abandoned", "")


@pytest.mark.parametrize("sync", [False, True])
def test_an_error_of_the_database_half_way_leaves_everything_as_it_was(farm, canteen, sync):
    _refuse_in_database("Denis")
    before = untouched()
    rows = [["C1", "Chloé", 4], ["C1", "Anne", 4], ["C1", "Éric", 1], ["C1", "Denis", 1]]
    with pytest.raises(ImportStopped, match="Rien n'a changé"):
        import_contacts(csv_file(*rows), sync=sync)
    assert untouched() == before
    assert last_run().state == "failed"


def _refuse_in_database(name):
    """Let the database itself refuse a contact of this name, as a full disk would."""
    refuse = {
        "sqlite": "CREATE TRIGGER refuse BEFORE INSERT ON contacts_contact WHEN NEW.name = '{}' "
        "BEGIN SELECT RAISE(ABORT, 'refused'); END",
        "postgresql": "SET CONSTRAINTS ALL IMMEDIATE; "
        "ALTER TABLE contacts_contact ADD CONSTRAINT refuse CHECK (name <> '{}')",
    }
    with connection.cursor() as cursor:
        cursor.execute(refuse[connection.vendor].format(name))


@pytest.mark.parametrize("sync", [False, True])
def test_the_number_of_queries_hardly_grows(farm, sync, django_assert_max_num_queries):
    rows = [["C1", f"Contact {n}", 1] for n in range(1_000)]
    # On PostgreSQL, a statement before each one that writes contacts names the author.
    with django_assert_max_num_queries(57 if connection.vendor == "sqlite" else 74):
        import_contacts(csv_file(*rows), sync=sync)
    assert Contact.objects.count() == (1_000 if sync else 1_003)


def test_thousands_of_contacts_change_places_and_go(farm):
    import_contacts(csv_file(*[["C1", f"{n}", 1] for n in range(3_000)]), sync=True)
    wanted = [f"{n}" for n in range(2_999, 0, -2)]
    outcome = import_contacts(csv_file(*[["C1", name, 1] for name in wanted]), sync=True)
    assert numbers(outcome) == (1_500, 1, 0, 1_500, 1_500)
    assert names() == wanted
