"""An import is confirmed as its preview shows it, or abandoned."""

from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.db import connection

from contacts.models import CONTACT_FIELDS, Contact
from importexport.runs.steps import confirm
from tests.factories import ContactFactory, MemberFactory
from tests.importexport.files_made import csv_file, named, names, untouched
from tests.importexport.importing import checked, confirmed, last_run, numbers, press, work
from tests.pages import errors, page, text

IMPORT = "/contacts/importer/"
CASES = Path(__file__).parents[2] / "cases"
ANEW = "L'aperçu a été refait depuis, et rien n'a été importé."


@pytest.fixture
def member(db):
    """Member C1, with Anne and Bruno; beside it member C2, with Zoé."""
    member = MemberFactory(reference="C1")
    for name in ("Anne", "Bruno"):
        ContactFactory(member=member, name=name)
    ContactFactory(member__reference="C2", name="Zoé")
    return member


@pytest.fixture
def asked(administrator, member, settings):
    """The page that asks whether C1 is to have Bruno and Chloé, and C2 nobody."""
    settings.IMPORT_CONFIRM_REMOVALS_PERCENT = 100
    return checked(administrator, csv_file(["C1", "Bruno", 4], ["C1", "Chloé", 1]), mode="sync")


def test_the_page_asks_first_and_then_the_site_becomes_the_file(administrator, member, asked):
    assert numbers(asked) == {
        "Lignes du fichier": 2,
        "Membres du fichier": 1,
        "Contacts ajoutés": 1,
        "Contacts modifiés": 0,
        "Contacts supprimés": 2,
        "Contacts inchangés": 1,
        "Dont déplacés": 0,
        "Avertissements": 0,
    }
    assert "2 contacts seront supprimés du site, qui en a 3." in text(asked)
    assert "1 membre absent du fichier perdra tous ses contacts" in text(asked)
    assert names() == ["Anne", "Bruno", "Zoé"]
    response = confirmed(administrator, asked)
    assert "L'import est terminé" in text(response)
    assert numbers(response) == numbers(asked)
    assert names() == ["Bruno", "Chloé"]


def test_opening_the_page_changes_nothing(administrator, asked):
    before = untouched()
    for method in (administrator.get, administrator.head):
        assert method(last_run().get_absolute_url()).status_code == 200
    work()
    assert untouched() == before


ALL = [["C1", "Anne", 4], ["C1", "Bruno", 4], ["C2", "Zoé", 4]]


@pytest.mark.parametrize(
    ("rows", "label", "is_red"),
    [
        ([*ALL, ["C2", "Yves", 4]], "Ajouter 1 contact", False),
        ([["C1", "Anne", 1], ["C1", "Bruno", 1], ALL[2]], "Modifier 2 contacts", False),
        ([ALL[1], ALL[0], ALL[2]], "Déplacer 1 contact", False),
        (ALL[1:], "Supprimer 1 contact", True),
        ([["C1", "Anne", 1], ALL[1], ["C2", "Y", 1]], "Ajouter 1, modifier 1 et supprimer 1", True),
        ([["C1", "Bruno", 1], ALL[0], ALL[2]], "Modifier 1 contact", False),
    ],
)
def test_the_button_says_what_it_does_and_is_red_where_a_contact_goes(
    administrator, member, rows, label, is_red
):
    asked = checked(administrator, csv_file(*rows), mode="sync")
    button, abandon = page(asked).xpath("//main//button")
    assert " ".join(button.text_content().split()).startswith(label)
    assert ("btn-danger" in button.get("class")) is is_red
    assert abandon.text_content().strip() == "Abandonner"
    done = confirmed(administrator, asked, removals=str(last_run().removed_count))
    assert "L'import est terminé" in text(done)
    assert sorted(names()) == sorted(row[1] for row in rows)


def test_confirming_twice_imports_once(administrator, asked):
    confirmed(administrator, asked)
    before = untouched()
    response = confirmed(administrator, asked)
    assert "Cet import n'attend plus de confirmation : voici où il en est." in text(response)
    assert untouched() == before


@pytest.mark.parametrize(("count", "named"), [(50, 50), (51, 50)])
def test_at_most_fifty_changes_since_the_preview_are_named(
    administrator, member, asked, count, named
):
    for _ in range(count):
        ContactFactory(member=member)
    response = confirmed(administrator, asked)
    items = page(response).xpath("//section[@aria-labelledby='outdated-title']//li")
    assert len(items) == named
    assert ("Et d'autres changements encore." in text(response)) is (count > named)


def test_a_change_of_the_site_makes_the_preview_anew(administrator, member, asked):
    ContactFactory(member=member, name="Denis")
    before = untouched()
    response = confirmed(administrator, asked)
    assert "Le site a changé depuis l'aperçu précédent" in text(response)
    announced = "annonçait 1 ajout, 0 modification, 2 suppressions et 1 contact inchangé"
    assert announced in text(response)
    assert "Denis : ajouté le" in text(response)
    assert numbers(response)["Contacts supprimés"] == 3
    assert untouched() == before

    # The old page in another window says nothing about the new preview.
    stale = confirmed(administrator, asked)
    assert ANEW in text(stale)
    assert untouched() == before
    confirmed(administrator, stale)
    assert names() == ["Bruno", "Chloé"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"note": "x"}, "Bruno : modifié le"),
        ({"position": 9}, "Bruno : déplacé le"),
        (None, "Bruno : supprimé le"),
    ],
)
def test_whatever_changed_is_told(administrator, member, asked, change, told):
    bruno = Contact.objects.filter(name="Bruno")
    bruno.update(**change) if change else bruno.delete()
    before = untouched()
    assert told in text(confirmed(administrator, asked))
    assert untouched() == before


_COPIED = f"""
contacts_contact (id, member_id, position, {", ".join(CONTACT_FIELDS)}, created_at, updated_at)
SELECT {{}}, member_id, {{}}, {", ".join(CONTACT_FIELDS)}, created_at, updated_at
FROM contacts_contact WHERE name = 'Bruno'
"""  # noqa: S608 (names of our own)
_REPLACED = pytest.mark.only_on("sqlite")


@pytest.mark.parametrize(
    "statements",
    [
        ["UPDATE contacts_contact SET fax = '1' WHERE name = 'Bruno'"],
        ["UPDATE contacts_contact SET id = id + 99 WHERE name = 'Bruno'"],
        ["DELETE FROM contacts_contact WHERE name = 'Bruno'"],
        [f"INSERT INTO {_COPIED.format('id + 99', 'position + 1')}"],
        [
            f"INSERT INTO {_COPIED.format('id + 99', 'position + 1')}",
            "DELETE FROM contacts_contact WHERE name = 'Anne'",
        ],
        pytest.param([f"INSERT OR REPLACE INTO {_COPIED.format('id', '7')}"], marks=_REPLACED),
        pytest.param([f"REPLACE INTO {_COPIED.format('id - 1', '1')}"], marks=_REPLACED),
        pytest.param(
            [
                "DROP TRIGGER contacts_contact_changed",
                "UPDATE contacts_contact SET fax = '1'",
            ],
            marks=_REPLACED,
        ),
    ],
)
def test_whatever_plain_sql_changed_makes_the_preview_anew(administrator, asked, statements):
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    before = untouched()
    assert "Le site a changé depuis l'aperçu précédent" in text(confirmed(administrator, asked))
    assert untouched() == before


def test_changes_of_members_whom_the_import_leaves_alone_are_not_named(administrator, member):
    limited = {"mode": "sync", "only_members_in_file": "on"}
    rows = [["C1", "Bruno", 4], ["C1", "Anne", 4]]
    asked = checked(administrator, csv_file(*rows), **limited)
    Contact.objects.filter(name__in=["Bruno", "Zoé"]).update(note="x")
    response = text(confirmed(administrator, asked))
    assert "annonçait 0 ajout, 0 modification, 0 suppression et 2 contacts inchangés" in response
    assert "Bruno : modifié le" in response
    assert "Zoé" not in response


def test_an_addition_goes_below_what_was_added_meanwhile(administrator, member):
    asked = checked(administrator, csv_file(["C1", "Chloé", 1], ["C1", "Denis", 1]))
    ContactFactory(member=member, name="Éric")
    Contact.objects.get(name="Zoé").delete()
    assert "L'import est terminé" in text(confirmed(administrator, asked))
    assert names(member) == ["Anne", "Bruno", "Éric", "Chloé", "Denis"]


@pytest.mark.parametrize("sync", [{}, {"mode": "sync"}])
def test_a_member_deleted_meanwhile_makes_the_file_faulty(administrator, member, settings, sync):
    settings.IMPORT_CONFIRM_REMOVALS_PERCENT = 100
    asked = checked(administrator, csv_file(["C1", "Bruno", 4]), **sync)
    member.delete()
    response = confirmed(administrator, asked)
    assert "Rien n'a été importé : 1 erreur dans le fichier" in text(response)
    assert names() == ["Zoé"]


def test_a_key_of_no_preview_confirms_nothing(administrator, asked):
    run = last_run()
    for key in ("", "x", "5f0f5c4e-9b0a-4d5c-8b1e-0a1b2c3d4e5f"):
        response = administrator.post(f"{run.get_absolute_url()}confirmer/", {"preview": key})
        assert response.status_code == 302
        work()
        assert names() == ["Anne", "Bruno", "Zoé"]
    assert not confirm(run, run.pk)


# --- A great share of the site ------------------------------------------------------------------


@pytest.fixture
def great(administrator, member):
    """The page of an import that would remove two of three contacts."""
    return checked(administrator, csv_file(["C1", "Bruno", 4]), mode="sync")


@pytest.mark.parametrize("typed", ["", "1", "3", "deux", "-2", "2,0"])
def test_a_great_removal_asks_for_its_number(administrator, great, typed):
    response = confirmed(administrator, great, removals=typed)
    assert "contacts" in errors(response, "removals")
    assert page(response).xpath("//input[@name='removals']/@value") == ([typed] if typed else [])
    work()
    assert names() == ["Anne", "Bruno", "Zoé"]


@pytest.mark.parametrize("typed", ["2", " 2 ", "2\u202f"])
def test_the_typed_number_confirms_it(administrator, great, typed):
    confirmed(administrator, great, removals=typed)
    assert names() == ["Bruno"]


def test_up_to_the_share_of_the_settings_nothing_is_typed(administrator, member, settings):
    settings.IMPORT_CONFIRM_REMOVALS_PERCENT = 67
    asked = checked(administrator, csv_file(["C1", "Bruno", 4]), mode="sync")
    assert not page(asked).xpath("//input[@name='removals']")


def test_members_who_are_not_in_the_file_can_be_left_alone(administrator, member):
    asked = checked(
        administrator, csv_file(["C1", "Chloé", 1]), mode="sync", only_members_in_file="on"
    )
    assert "absent" not in text(asked)
    assert numbers(asked)["Contacts supprimés"] == 2
    Contact.objects.filter(name="Zoé").update(note="elsewhere")
    confirmed(administrator, asked, removals="2")
    assert names() == ["Chloé", "Zoé"]


# --- Abandoned ----------------------------------------------------------------------------------


def test_an_import_can_be_abandoned(administrator, asked):
    before = untouched()
    response = press(administrator, asked, "Abandonner")
    assert response.redirect_chain == [(IMPORT, 302)]
    assert "L'import est abandonné : rien n'a changé." in text(response)
    assert untouched() == before
    assert default_storage.listdir("imports") == ([], [])
    run = last_run()
    assert (run.state, run.changes.count(), run.members.count()) == ("abandoned", 0, 0)
    assert "Le fichier est effacé." in text(administrator.get(run.get_absolute_url()))


def test_abandoning_twice_is_no_error(administrator, asked):
    press(administrator, asked, "Abandonner")
    assert "ne peut plus être abandonné" in text(press(administrator, asked, "Abandonner"))


def test_what_is_imported_cannot_be_abandoned(administrator, asked):
    confirmed(administrator, asked)
    assert "ne peut plus être abandonné" in text(press(administrator, asked, "Abandonner"))
    assert last_run().file


def test_an_import_can_be_abandoned_while_it_is_checked(administrator, member):
    response = administrator.post(IMPORT, {"file": csv_file(["C1", "x", 1])}, follow=True)
    press(administrator, response, "Abandonner")
    assert last_run().state == "abandoned"
    work()
    assert last_run().state == "abandoned"


def test_sheets_that_are_not_read_want_a_tick_with_synchronisation(administrator, member, settings):
    settings.IMPORT_CONFIRM_REMOVALS_PERCENT = 100
    content = (CASES / "14_sheet_named_contacts_2.ods").read_bytes()
    MemberFactory(reference="C00001")
    before = names()
    asked = checked(administrator, named("c.ods", content), mode="sync")
    assert "Contacts 2" in " ".join(page(asked).xpath("//*[@class='warning-box']/strong/text()"))
    refused = confirmed(administrator, asked)
    assert "Cochez cette case" in errors(refused, "accepts_left_out")
    assert names() == before
    confirmed(administrator, asked, accepts_left_out="on")
    assert names() == ["Nora"]


def test_sheets_that_are_not_read_want_no_tick_where_nothing_is_removed(administrator, member):
    content = (CASES / "14_sheet_named_contacts_2.ods").read_bytes()
    MemberFactory(reference="C00001")
    asked = checked(administrator, named("c.ods", content))
    assert "a feuille « Contacts 2 » a aussi" in text(asked).replace("\u00a0", " ")
    confirmed(administrator, asked)
    assert "Nora" in names()
