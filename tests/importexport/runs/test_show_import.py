"""The page of an import: member by member, line by line, what it does."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from contacts.models import Contact
from importexport.models import ImportRun
from importexport.runs.preview import MEMBERS_A_PAGE
from tests.factories import ContactFactory, MemberFactory, UserFactory
from tests.importexport.files_made import csv_file, names
from tests.importexport.importing import (
    checked,
    confirmed,
    last_run,
    numbers,
    press,
    run_import,
    send,
    work,
)
from tests.pages import AWKWARD_TEXTS, HTMX, cells, links, page, text


@pytest.fixture
def site(db):
    """Member C1 with Anne, Bruno and Chloé, C2 with Zoé, C3 with Yves, and C4 with nobody."""
    farm = MemberFactory(reference="C1", name="Ferme")
    for name in ("Anne", "Bruno", "Chloé"):
        ContactFactory(member=farm, name=name, email=f"{name.lower()}@x.fr")
    ContactFactory(member__reference="C2", member__name="Cantine", name="Zoé")
    ContactFactory(member__reference="C3", member__name="Gîte", name="Yves")
    MemberFactory(reference="C4", name="Moulin")
    return farm


ROWS = [["C1", "Chloé", 4], ["C1", "Denis", 2], ["C4", "Éric", 5], ["C2", "Zoé", 4]]


TITLES = ("Référence", "Dénomination", "Type")


def preview(client, rows=ROWS, sync=True):
    """Return the page of an import of these rows that waits for its confirmation."""
    return checked(client, csv_file(*rows, titles=TITLES), **({"mode": "sync"} if sync else {}))


def shown(client, choice=""):
    """Return what the page of the newest import shows: each member with its lines."""
    response = client.get(f"{last_run().get_absolute_url()}?voir={choice}")
    return {
        " ".join(article.xpath("string(h3)").split()): [
            tuple(
                " ".join(row.xpath(f"string(*[@data-title='{title}'])").split())
                for title in ("Effet", "Ligne", "Dénomination", "Place")
            )
            for row in article.xpath(".//tbody/tr")
        ]
        for article in page(response).xpath("//article")
    }


def filters(response):
    return [
        link.text_content().strip()
        for link in page(response).xpath("//nav[@aria-label='Lignes par effet']//a")
    ]


def test_each_member_has_its_lines_in_the_order_of_the_file(administrator, site):
    preview(administrator, [["C1", "BRUNO", 2], *ROWS])
    assert shown(administrator) == {
        "Ferme (C1)": [
            ("Suppression", "", "Anne", "1"),
            ("Modification", "2", "BRUNO", "2"),
            ("Ajout", "4", "Denis", "4"),
        ],
        "Moulin (C4)": [("Ajout", "5", "Éric", "1")],
        "Gîte (C3)": [("Suppression", "", "Yves", "1")],
    }


def test_a_modified_contact_is_one_line_with_each_field_before_and_after(administrator, site):
    Contact.objects.filter(name="Anne").update(
        note="Joindre le matin, pas le lundi", fax="01 02", phones="06 11"
    )
    titles = ("Référence", "Dénomination", "Mail", "Tel", "Fax", "Note", "Type")
    row = ["C1", "Anne", "anne@x.fr", "06 12", "", "Joindre le soir, pas le lundi", 2]
    response = checked(administrator, csv_file(row, titles=titles), mode="update")
    (line,) = page(response).xpath("//table//tbody/tr[contains(., 'Modification')]")
    assert {
        " ".join(part.xpath("string(dt)").split()): tuple(
            " ".join(part.xpath(f"string(.//*[@class='{side}'])").split())
            for side in ("before", "after")
        )
        for part in line.xpath(".//dl[@class='differences']/div")
    } == {
        "Note": ("Joindre le matin, pas le lundi", "Joindre le soir, pas le lundi"),
        "Tel": ("06 11", "06 12"),
        "Fax": ("01 02", "vide"),
        "Type": ("4 (Toutes les notifications)", "2 (Notifications des commandes)"),
    }
    assert line.xpath(".//del/text()")[:2] == ["matin,", "11"]
    assert line.xpath(".//ins/text()")[:2] == ["soir,", "12"]


def test_a_move_shows_both_positions(administrator, site):
    Contact.objects.update(email="")
    rows = [["C1", name, 4] for name in ("Bruno", "Anne", "Chloé")]
    preview(administrator, [*rows, ["C2", "Zoé", 4], ["C3", "Yves", 4]])
    assert shown(administrator, "deplacements") == {
        "Ferme (C1)": [
            ("Déplacement", "", "Anne", "1 → 3"),
            ("Déplacement", "", "Chloé", "3 → 4"),
        ]
    }


@pytest.mark.parametrize(
    ("choice", "found"),
    [
        ("ajouts", {"Ferme (C1)": ["Denis"], "Moulin (C4)": ["Éric"]}),
        ("modifications", {"Ferme (C1)": ["CHLOÉ"]}),
        ("suppressions", {"Ferme (C1)": ["Anne", "Bruno"], "Gîte (C3)": ["Yves"]}),
        ("inchanges", {"Cantine (C2)": ["Zoé"]}),
        ("absents", {"Gîte (C3)": ["Yves"]}),
        ("deplacements", {}),
    ],
)
def test_a_filter_shows_the_lines_of_its_kind_only(administrator, site, choice, found):
    response = preview(administrator, [["C1", "CHLOÉ", 4], *ROWS[1:]])
    assert {
        member: [line[2] for line in lines]
        for member, lines in shown(administrator, choice).items()
    } == found
    assert filters(response) == [
        "Tout ce qui change",
        "Ajouts",
        "Modifications",
        "Suppressions",
        "Inchangés",
        "Membres absents du fichier",
    ]


@pytest.mark.parametrize("choice", ["x", "' OR 1", "\x00"])
def test_an_unknown_filter_shows_all_changes(administrator, site, choice):
    preview(administrator)
    assert shown(administrator, choice) == shown(administrator)


def test_an_addition_shows_where_it_goes(administrator, site):
    preview(administrator, [["C2", "Xavier", 1]], sync=False)
    assert shown(administrator) == {"Cantine (C2)": [("Ajout", "2", "Xavier", "2")]}


def test_an_addition_says_which_rows_are_there_already(administrator, site):
    rows = [["C1", "Anne", 4], ["C1", "BRUNO", 4], ["C2", "Zoé", 4], ["C2", "Xavier", 1]]
    response = preview(administrator, rows, sync=False)
    assert (
        "2 lignes existent déjà à l'identique ; 1 ligne ressemble à un contact présent, avec "
        "d'autres valeurs. Cet import les ajouterait encore une fois."
    ) in text(response)
    assert numbers(response)["Contacts ajoutés"] == 4


def test_a_column_that_the_file_lacks_is_named_and_kept(administrator, site):
    response = preview(administrator, [["C1", "Anne", 1]])
    assert "n'a pas de colonne Note, Fonction, Mail, Tel, Fax" in text(response)
    confirmed(administrator, response, removals="4")
    assert list(Contact.objects.values_list("email", "type")) == [("anne@x.fr", 1)]


def test_once_imported_the_page_shows_the_changes(administrator, site, settings):
    settings.IMPORT_CONFIRM_REMOVALS_PERCENT = 100
    response = confirmed(administrator, preview(administrator))
    expected = {
        "Ferme (C1)": [
            ("Suppression Historique", "", "Anne", "1"),
            ("Suppression Historique", "", "Bruno", "2"),
            ("Ajout Historique", "3", "Denis", "4"),
        ],
        "Moulin (C4)": [("Ajout Historique", "4", "Éric", "1")],
        "Gîte (C3)": [("Suppression Historique", "", "Yves", "1")],
    }
    assert {member: sorted(lines) for member, lines in shown(administrator).items()} == {
        member: sorted(lines) for member, lines in expected.items()
    }
    assert "Inchangés" not in filters(response)
    Contact.objects.all().delete()
    assert shown(administrator)["Moulin (C4)"] == expected["Moulin (C4)"]


def test_a_file_that_changes_nothing_offers_no_button_that_imports(administrator, site):
    Contact.objects.exclude(name="Zoé").delete()
    response = preview(administrator, [["C2", "Zoé", 4]])
    assert shown(administrator) == {}
    assert "Rien à importer." in text(response)
    assert not page(response).xpath("//form[contains(@action, '/confirmer/')]")


def test_members_are_linked_and_a_deleted_one_is_no_error(administrator, site, settings):
    settings.IMPORT_CONFIRM_REMOVALS_PERCENT = 100
    response = confirmed(administrator, preview(administrator))
    assert links(response, "/membres/")[site.get_absolute_url()] == "Ferme"
    site.delete()
    assert "Membre supprimé depuis" in text(administrator.get(last_run().get_absolute_url()))


def test_a_member_with_many_lines_has_a_page_of_its_own(administrator, site):
    response = preview(administrator, [["C1", f"N{n}", 1] for n in range(450)], sync=False)
    assert "Et 400 autres lignes de ce membre" in text(response)
    (address,) = (address for address in links(response, "/contacts/") if "/membres/" in address)
    first = administrator.get(address)
    assert len(cells(first, "Effet")) == 200
    assert "Page 1 sur 3" in text(first)
    assert cells(administrator.get(f"{address}&page=3"), "Dénomination")[-1] == "N449"


def test_pages_of_members_are_walked_to_the_end_and_back(administrator, db):
    members = [MemberFactory(reference=f"{n:03}", name=f"M{n:03}") for n in range(45)]
    preview(administrator, [[member.reference, "x", 1] for member in members], sync=False)
    address = last_run().get_absolute_url()
    seen, turns = [], []
    while address:
        response = administrator.get(address)
        seen.append([h.text_content().split()[0] for h in page(response).xpath("//article/h3")])
        turns.append(page(response).xpath("//a[@rel='prev']/@href"))
        following = page(response).xpath("//a[@rel='next']/@href")
        address = last_run().get_absolute_url() + following[0] if following else ""
    assert [len(names) for names in seen] == [MEMBERS_A_PAGE, MEMBERS_A_PAGE, 5]
    assert [name for names in seen for name in names] == [member.name for member in members]
    assert turns[0] == []
    back = administrator.get(last_run().get_absolute_url() + turns[2][0])
    assert [h.text_content().split()[0] for h in page(back).xpath("//article/h3")] == seen[1]


@pytest.mark.parametrize("place", ["apres=x", "avant=-1", "apres=99999999999999", "apres=²"])
def test_a_place_that_no_page_has_is_no_error(administrator, site, place):
    preview(administrator)
    assert administrator.get(f"{last_run().get_absolute_url()}?{place}").status_code == 200


@pytest.mark.parametrize("count", [10, 1_000])
def test_the_queries_of_the_page_do_not_grow(
    administrator, db, django_assert_max_num_queries, count
):
    for n in range(count):
        ContactFactory(member__reference=f"C{n}", name="Anne")
    preview(administrator, [[f"C{n}", "Bruno", 1] for n in range(count // 2)])
    with django_assert_max_num_queries(12):
        administrator.get(f"{last_run().get_absolute_url()}?voir=ajouts")


@pytest.mark.parametrize("awkward", AWKWARD_TEXTS)
def test_awkward_texts_are_shown_as_they_are(administrator, site, awkward):
    quoted = '"' + awkward.replace('"', '""') + '"'
    response = preview(administrator, [["C1", quoted, 1]], sync=False)
    assert awkward in cells(response, "Dénomination")


# --- While the work goes on ---------------------------------------------------------------------


def test_the_page_follows_until_there_is_something_else_to_see(administrator, site):
    response = send(administrator, csv_file(["C1", "x", 1]))
    run = last_run()
    (part,) = page(response).xpath("//*[@hx-get]")
    assert part.get("hx-get") == run.get_absolute_url()
    assert "Le fichier attend d'être vérifié." in text(response)
    ImportRun.objects.update(state="checking", rows_read=500, rows_expected=2_000)
    answer = administrator.get(run.get_absolute_url(), headers=HTMX)
    assert "500 lignes lues sur environ 2000." in text(answer)
    assert page(answer).xpath("//progress/@value") == ["25"]
    assert not page(answer).xpath("//main | //h1")
    for state in ("applying", "undoing"):
        ImportRun.objects.update(state=state)
        assert administrator.get(run.get_absolute_url(), headers=HTMX).status_code == 200
    ImportRun.objects.update(state="ready", claimed_until=None)
    answer = administrator.get(run.get_absolute_url(), headers=HTMX)
    assert (answer["HX-Refresh"], answer.content) == ("true", b"")


def test_the_worker_says_how_far_it_is(site, monkeypatch):
    monkeypatch.setattr("importexport.runs.intake._SECONDS_BETWEEN_HEARTBEATS", -1)
    told = []
    rows = [["C1", f"{n}", 1] for n in range(1_200)]
    run, _ = run_import(csv_file(*rows), heartbeat=lambda *numbers: told.append(numbers))
    assert [read for read, _ in told] == [500, 1_000, 1_200]
    assert told[-1] == (1_200, 1_200)
    assert (run.rows_read, run.rows_expected) == (1_200, 1_200)


# --- Interrupted --------------------------------------------------------------------------------


def test_an_interrupted_import_says_why_and_can_be_resumed(administrator, site):
    send(administrator, csv_file(["C1", "Denis", 1]))
    run = last_run()
    stored = Path(run.file.path)
    content = stored.read_bytes()
    stored.unlink()
    work()
    response = administrator.get(run.get_absolute_url())
    assert "L'import est interrompu" in text(response)
    assert "Le fichier déposé n'est plus sur le serveur." in text(response)
    stored.write_bytes(content)
    response = press(administrator, response, "Reprendre")
    confirmed(administrator, response)
    assert names(site)[-1] == "Denis"
    response = administrator.post(f"{run.get_absolute_url()}reprendre/", follow=True)
    assert "Cet import n'est pas interrompu" in text(response)


def test_an_interrupted_import_can_be_abandoned(administrator, site):
    send(administrator, csv_file(["C1", "Denis", 1]))
    default_storage.delete(last_run().file.name)
    work()
    press(administrator, administrator.get(last_run().get_absolute_url()), "Abandonner")
    assert last_run().state == "abandoned"


# --- All of them --------------------------------------------------------------------------------

HISTORY = "/contacts/importer/historique/"


def test_the_history_has_every_import_the_newest_first(administrator, site):
    run_import(csv_file(["C1", "Denis", 1]))
    preview(administrator)
    response = administrator.get(HISTORY)
    assert cells(response, "Fichier") == ["contacts.csv", "contacts.csv"]
    assert cells(response, "État") == ["À confirmer", "Importé"]
    assert cells(response, "De") == [str(last_run().created_by), "Ligne de commande"]
    assert cells(response, "Mode") == ["Synchronisation", "Ajout"]
    assert cells(response, "Ajoutés") == ["1", "1"]


def test_an_empty_history_says_so(administrator):
    assert "Aucun fichier n'a encore été importé." in text(administrator.get(HISTORY))


@pytest.mark.parametrize("count", [10, 1_000])
def test_the_queries_of_the_history_do_not_grow(
    administrator, django_assert_num_queries, count, db
):
    user = UserFactory()
    ImportRun.objects.bulk_create(
        ImportRun(
            state="done",
            source="browser",
            created_by=user,
            file_name="x",
            file_size=1,
            mode="add",
            applied_at=timezone.now() - timedelta(days=n),
        )
        for n in range(count)
    )
    with django_assert_num_queries(7):
        response = administrator.get(HISTORY)
    assert len(cells(response, "Fichier")) == min(count, 25)


def test_the_original_file_comes_back_as_it_was(administrator, site):
    file = csv_file(["C1", "Denis", 1])
    send(administrator, file)
    response = administrator.get(f"{last_run().get_absolute_url()}fichier/")
    assert b"".join(response) == file.getvalue()
    assert response["Content-Disposition"] == 'attachment; filename="contacts.csv"'
    default_storage.delete(last_run().file.name)
    assert administrator.get(f"{last_run().get_absolute_url()}fichier/").status_code == 404
