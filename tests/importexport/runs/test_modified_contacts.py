"""A contact that an import modifies keeps its key, its mark and its mails, and can be undone."""

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from contacts.models import CONTACT_FIELDS, Contact, Topic
from importexport.runs.undo import UndoRefused, check_undo, undo_run
from mailing.notifications.dispatch import notify
from members.models import Member
from tests.factories import ContactFactory, MemberFactory, UserFactory
from tests.importexport.files_made import csv_file, names, plain, untouched
from tests.importexport.importing import run_import
from tests.pages import form_values, page, text

CASES = Path(__file__).parents[2] / "cases"
TITLES = ("Référence", "Dénomination", "Mail", "Tel", "Type")


@pytest.fixture
def farm(db):
    """Member C1, with Anne, Bruno and Chloé, and member C2, with Zoé."""
    farm = MemberFactory(reference="C1")
    for name in ("Anne", "Bruno", "Chloé"):
        mail = f"{name[0].lower()}@x.fr"
        ContactFactory(member=farm, name=name, email=mail, phones="", note="matin", type=4)
    ContactFactory(member__reference="C2", name="Zoé", email="z@x.fr", note="", type=4)
    return farm


def row(name, mail="", phones="", type=4, member="C1"):
    return [member, name, mail or f"{name[0].lower()}@x.fr", phones, type]


ALL = [row("Anne"), row("Bruno"), row("Chloé"), row("Zoé", member="C2")]


def synchronise(*rows, **options):
    return run_import(csv_file(*rows, titles=TITLES), sync=True, **options)


def update(*rows):
    return run_import(csv_file(*rows, titles=TITLES), update=True)


def states():
    return {contact["name"]: contact for contact in untouched()}


def undo(run):
    check_undo(run)
    type(run).objects.filter(pk=run.pk).update(state="undoing")
    undo_run(run.pk)
    run.refresh_from_db()
    return run


def test_three_corrected_phones_are_three_modified_contacts(farm):
    before = states()
    changed = [row(name, phones=f"06 1{n}") for n, name in enumerate(("Anne", "Bruno", "Chloé"))]
    _, outcome = synchronise(*changed, ALL[3])
    assert (outcome.added, outcome.modified, outcome.removed, outcome.unchanged) == (0, 3, 0, 1)
    after = states()
    assert {name: contact["phones"] for name, contact in after.items()} == {
        "Anne": "06 10",
        "Bruno": "06 11",
        "Chloé": "06 12",
        "Zoé": "",
    }
    for name, contact in after.items():
        assert contact["id"] == before[name]["id"]
        assert contact["note"] == before[name]["note"]
        assert contact["created_at"] == before[name]["created_at"]


def test_the_mark_of_a_refused_address_stays_with_the_address(farm):
    farm.contacts.update(refused_address="a@x.fr")
    synchronise(row("Anne", phones="06"), row("Bruno", "b2@x.fr"), *ALL[2:])
    anne, bruno = farm.contacts.filter(name__in=["Anne", "Bruno"])
    assert (anne.is_address_refused, bruno.is_address_refused) == (True, False)


def test_the_mark_stays_where_only_the_spelling_of_the_address_changes(farm):
    farm.contacts.filter(name="Anne").update(email="a@École.fr", refused_address="a@École.fr")
    before = untouched()
    run, _ = synchronise(row("Anne", "A@xn--cole-9oa.fr"), *ALL[1:])
    anne = farm.contacts.get(name="Anne")
    assert (anne.email, anne.is_address_refused) == ("A@xn--cole-9oa.fr", True)
    undo(run)
    assert untouched() == before


def test_a_notification_stays_linked_to_a_modified_contact(farm):
    told = notify(farm, Topic.ORDERS, "Bon", "Bonjour")
    synchronise(row("Anne", type=2), *ALL[1:])
    assert told.recipients.filter(contact__name="Anne").exists()


def test_who_modified_it_and_when_is_that_of_the_import(farm):
    run, _ = synchronise(row("Anne", type=2), *ALL[1:])
    anne = farm.contacts.get(name="Anne")
    assert (anne.updated_by, anne.updated_at) == (run.created_by, run.applied_at)


def test_contacts_that_swap_their_names_or_their_mails_keep_what_is_theirs(farm):
    before = {contact["email"]: contact["id"] for contact in untouched()}
    synchronise(row("Bruno", "a@x.fr"), row("Anne", "b@x.fr"), *ALL[2:])
    assert {contact["email"]: contact["id"] for contact in untouched()} == before
    assert names(farm) == ["Bruno", "Anne", "Chloé"]


def test_a_contact_may_be_modified_and_moved(farm):
    _, outcome = synchronise(row("Chloé", type=1), row("Anne", type=1), row("Bruno"), ALL[3])
    assert (outcome.modified, outcome.moved, outcome.unchanged) == (2, 1, 2)
    assert names(farm) == ["Chloé", "Anne", "Bruno"]


def test_a_row_that_goes_to_another_member_is_a_new_contact_there(farm):
    _, outcome = synchronise(*ALL[1:], row("Anne", member="C2"))
    assert (outcome.added, outcome.modified, outcome.removed) == (1, 0, 1)


def test_an_update_modifies_and_adds_and_leaves_the_rest_in_its_place(farm):
    run, outcome = update(row("Denis"), row("Bruno", phones="06"), row("Anne", type=1))
    assert (outcome.added, outcome.modified, outcome.removed, outcome.moved) == (1, 2, 0, 0)
    assert names(farm) == ["Anne", "Bruno", "Chloé", "Denis"]
    assert names(Member.objects.get(reference="C2")) == ["Zoé"]
    assert run.get_mode_display() == "Mise à jour"


@pytest.mark.parametrize(
    "rows",
    [
        [row("Anne", phones="06 11", type=1), *ALL[1:]],
        [row("Chloé", type=1), row("Anne", type=1), row("Bruno"), ALL[3]],
        [row("Chloé", type=1), row("Denis"), row("Anne", "neu@x.fr")],
        [row("Bruno", "a@x.fr"), row("Anne", "b@x.fr"), row("Chloé", "z@x.fr")],
        [row("Zoé", member="C2", type=1), row("Bruno", phones="1"), row("Anne", phones="2")],
    ],
)
def test_an_undone_import_leaves_exactly_what_was_before(farm, rows):
    farm.contacts.filter(name="Bruno").update(updated_by=UserFactory())
    before = untouched()
    for act in (synchronise, update):
        run, _ = act(*rows)
        assert untouched() != before
        assert undo(run).state == "undone"
        assert untouched() == before


def test_undoing_says_how_many_contacts_get_their_values_back(administrator, farm):
    run, _ = synchronise(row("Anne", phones="06"), row("Bruno", phones="07"), *ALL[2:])
    asked = administrator.get(f"{run.get_absolute_url()}annuler/")
    assert "2 contacts modifiés reprendront leurs valeurs d'avant" in text(asked)
    output = io.StringIO()
    call_command("undo_import", run.pk, stdout=output)
    assert plain(output.getvalue()).strip() == (
        f"L'import {run.pk} est annulé. Supprimés : 0, revenus : 0, remis à leur place : 0, "
        "valeurs rétablies : 2"
    )


def test_the_mark_that_a_new_address_got_since_is_kept_when_the_import_is_undone(farm):
    run, _ = synchronise(row("Anne", "new@x.fr"), *ALL[1:])
    farm.contacts.filter(name="Anne").update(refused_address="new@x.fr")
    undo(run)
    anne = farm.contacts.get(name="Anne")
    assert (anne.email, anne.refused_address) == ("a@x.fr", "new@x.fr")


@pytest.mark.parametrize(
    "change",
    [
        lambda contact: contact.save(),
        lambda contact: Contact.objects.filter(pk=contact.pk).update(note="x"),
        lambda contact: Contact.objects.filter(pk=contact.pk).update(position=77),
        lambda contact: contact.delete(),
    ],
)
def test_an_import_is_not_undone_once_a_contact_it_modified_was_changed(farm, change):
    run, _ = synchronise(row("Anne", phones="06"), *ALL[1:])
    change(farm.contacts.get(name="Anne"))
    before = untouched()
    with pytest.raises(UndoRefused) as refused:
        check_undo(run)
    (obstacle,) = refused.value.obstacles
    assert (obstacle.contact, obstacle.reason) == (
        "Anne",
        "modifié par l'import, puis modifié ou supprimé",
    )
    assert untouched() == before


def test_an_edit_by_the_form_stops_the_undoing_and_its_contact_is_named(administrator, farm):
    run, _ = synchronise(row("Anne", phones="06"), row("Bruno", phones="07"), *ALL[2:])
    anne = farm.contacts.get(name="Anne")
    form = f"{farm.get_absolute_url()}contacts/{anne.pk}/modifier/"
    typed = form_values(administrator.get(form)) | {"note": "soir"}
    assert administrator.post(form, typed).status_code == 302
    before = untouched()

    address = f"{run.get_absolute_url()}annuler/"
    for ask in (administrator.get, administrator.post):
        response = ask(address)
        assert "1 contact empêche l'annulation" in text(response)
        assert "Anne : modifié par l'import, puis modifié ou supprimé" in text(response)
        assert not page(response).xpath("//main//form")
    with pytest.raises(CommandError) as refused:
        call_command("undo_import", run.pk)
    assert plain(refused.value).splitlines()[1:] == [
        "Anne : modifié par l'import, puis modifié ou supprimé"
    ]
    run.refresh_from_db()
    assert (run.state, untouched()) == ("done", before)


def test_a_later_import_of_the_same_contacts_is_undone_first(farm):
    before = untouched()
    first, _ = synchronise(row("Anne", phones="06"), *ALL[1:])
    between = untouched()
    second, _ = update(row("Anne", phones="07"))
    with pytest.raises(UndoRefused, match="Un import plus récent est en place"):
        check_undo(first)
    undo(second)
    assert untouched() == between
    undo(first)
    assert untouched() == before


def test_a_modified_contact_is_found_by_its_new_values(farm):
    synchronise(row("Anne", phones="06 11 22"), *ALL[1:])
    assert "061122" in farm.contacts.get(name="Anne").search_text


def test_a_plan_that_is_forgotten_leaves_no_values_of_before(farm):
    run, _ = synchronise(row("Anne", phones="06"), *ALL[1:])
    (previous,) = run.previous_values.all()
    assert [getattr(previous, name) for name in CONTACT_FIELDS][:1] == ["Anne"]
    run.delete()
    assert not type(previous).objects.exists()


# --- The cases of tests/cases -------------------------------------------------------------------


@pytest.fixture
def quay(db):
    """The contacts that the cases 02, 02b and 03 were exported from."""
    quay = MemberFactory(reference="C00001", name="Épicerie du Quai")
    ContactFactory(
        member=quay,
        name="Agnès Lorain",
        note="Rappeler le lundi\nsur deux lignes",
        job_title="Gérante",
        email="agnes@exemple.test",
        phones="06 01 02 03 04;01 40 10 20 31",
        fax="01 40 10 20 39",
        type=4,
    )
    ContactFactory(
        member=quay,
        name="Bruno Petit",
        note="Code 1234",
        job_title="Réception",
        email="bruno@exemple.test",
        phones="+33 6 55 44 33 22",
        type=6,
    )
    ContactFactory(
        member__reference="S001",
        member__name="Ferme Saint-Aubin",
        name="Claire Dumas",
        job_title="SAV",
        email="sav@exemple.test",
        type=5,
    )
    return quay


def synchronise_case(name):
    with (CASES / name).open("rb") as file:
        return run_import(file, sync=True)


@pytest.mark.parametrize(
    ("name", "missing"),
    [
        ("02_sync_without_note_and_fax.csv", ["Note", "Fax"]),
        ("02b_sync_tel_renamed.csv", ["Tel"]),
    ],
)
def test_a_synchronisation_empties_no_column_that_the_file_lacks(quay, name, missing):
    before = untouched()
    run, outcome = synchronise_case(name)
    assert untouched() == before
    assert (run.missing_columns, outcome.unchanged) == (missing, 3)


def test_03_sync_other_note_modifies_one_contact(quay):
    before = states()["Agnès Lorain"]
    _, outcome = synchronise_case("03_sync_other_note.csv")
    assert (outcome.added, outcome.modified, outcome.removed) == (0, 1, 0)
    agnes = states()["Agnès Lorain"]
    assert (agnes["id"], agnes["note"]) == (before["id"], "Nouvelle note")
    assert agnes["phones"] == "06 01 02 03 04"
