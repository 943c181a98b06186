import hashlib
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import InMemoryUploadedFile

from base.characters import reference_key
from tests.factories import ContactFactory, MemberFactory
from tests.importexport.files_made import csv_file, named, names, ods_file, xlsx_file
from tests.importexport.importing import (
    checked,
    confirmed,
    imported,
    last_run,
    numbers,
    send,
)
from tests.pages import AWKWARD_TEXTS, cells, errors, links, page, text

ADDRESS = "/contacts/importer/"


@pytest.fixture
def member(db):
    return MemberFactory(reference="C1", name="Ferme")


def kept_files():
    return default_storage.listdir("imports")[1] if default_storage.exists("imports") else []


@pytest.mark.parametrize("make", [csv_file, ods_file])
def test_a_file_is_imported_once_its_preview_is_confirmed(administrator, member, make):
    ContactFactory(member=member, name="Anne")
    page = checked(administrator, make(["C1", "Bruno", 2], ["C1", "Anne", 4]))
    assert "Rien n'a encore changé sur le site." in text(page)
    assert names(member) == ["Anne"]
    response = confirmed(administrator, page)
    assert "L'import est terminé" in text(response)
    assert numbers(response) == {
        "Lignes du fichier": 2,
        "Membres du fichier": 1,
        "Contacts ajoutés": 2,
        "Contacts modifiés": 0,
        "Contacts supprimés": 0,
        "Contacts inchangés": 0,
        "Dont déplacés": 0,
        "Avertissements": 0,
    }
    assert names(member) == ["Anne", "Bruno", "Anne"]


def test_the_run_says_who_sent_what_and_when(administrator, member):
    file = csv_file(["C1", "Bruno", 2])
    send(administrator, file)
    run = last_run()
    assert (run.state, run.source) == ("received", "browser")
    assert run.created_by == administrator.get("/membres/").wsgi_request.user
    assert (run.file_name, run.file_size) == ("contacts.csv", len(file.getvalue()))
    assert run.sha256 == hashlib.sha256(file.getvalue()).hexdigest()
    assert Path(run.file.path).read_bytes() == file.getvalue()
    assert (run.mode, run.only_members_in_file) == ("add", False)


SYNCHRONISATION = (
    "Synchronisation des contacts (supprime les contacts du membre non présents dans le fichier)"
)


def test_the_page_says_what_the_manual_says(administrator):
    response = administrator.get(ADDRESS)
    labels = page(response).xpath('//label[input[@name="mode"] or ../input[@name="mode"]]')
    assert [label.text.strip() for label in labels] == [
        "Ajouter tous les contacts du fichier",
        "Mettre à jour les contacts déjà présents",
        SYNCHRONISATION,
    ]
    assert page(response).xpath('//input[@name="mode"][@checked]/@value') == ["add"]
    assert "un membre absent du fichier perd tous ses contacts" in labels[2].text_content()
    assert cells(response, "Obligatoire\u00a0?").count("Oui") == 2
    assert links(response, ADDRESS + "modele/") == {ADDRESS + "modele/": "modèle vide (ODS)"}
    assert "en ouvrant un CSV, un tableur peut enlever le zéro" in text(response)


def test_the_screen_of_members_leads_to_it(administrator, back_office):
    found = links(administrator.get("/membres/"), "/contacts/")
    assert found == {
        "/contacts/importer/": "Importer des contacts",
        "/contacts/importer/historique/": "Historique des imports",
        "/contacts/exporter/journal/": "Journal des exports",
    }
    forms = page(administrator.get("/membres/")).xpath("//form[contains(@action, '/exporter/')]")
    assert {form.get("action"): form.text_content().strip() for form in forms} == {
        "/contacts/exporter/ods/": "Exporter les contacts (ODS, conseillé)",
        "/contacts/exporter/csv/": "Exporter les contacts (CSV)",
    }
    assert links(back_office.get("/membres/"), "/contacts/") == {}
    assert not page(back_office.get("/membres/")).xpath("//form[contains(@action, '/exporter/')]")


def test_loading_the_result_again_imports_nothing_again(administrator, member):
    response = imported(administrator, csv_file(["C1", "Bruno", 2]))
    assert "L'import est terminé" in text(administrator.get(response.request["PATH_INFO"]))
    assert names() == ["Bruno"]


def test_limiting_without_synchronising_is_refused(administrator, member):
    response = send(administrator, csv_file(["C1", "x", 1]), only_members_in_file="on")
    assert "Cette option va avec la synchronisation" in errors(response, "only_members_in_file")
    assert last_run() is None


@pytest.mark.parametrize("sync", [{}, {"mode": "sync"}])
def test_without_a_file_the_page_asks_for_one(administrator, member, sync):
    response = administrator.post(ADDRESS, sync)
    assert errors(response, "file") == "Choisissez un fichier ODS (conseillé), XLSX ou CSV."


@pytest.mark.parametrize("sync", [{}, {"mode": "sync"}])
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "Le fichier est vide."),
        (b"%PDF-1.7", "Ce fichier n'est pas un tableau."),
        (b"PK\x03\x04broken", "Le fichier est endommagé ou incomplet."),
        (
            bytes.fromhex("d0cf11e0a1b11ae1"),
            "C'est un fichier Excel ancien (.xls) ou binaire (.xlsb).",
        ),
        ("Référence;Nom\nC1;Anne\n".encode(), "Il manque la colonne « Type »"),
        ("Référence;Type;Type\nC1;1;1\n".encode(), "Le fichier a deux colonnes « Type »."),
    ],
)
def test_a_refused_file_is_answered_with_a_sentence(administrator, member, content, said, sync):
    ContactFactory(member=member, name="Anne")
    if not content:
        assert said in errors(send(administrator, named("x.ods", content), **sync), "file")
        assert kept_files() == []
        return
    response = checked(administrator, named("x.ods", content), **sync)
    assert "Le fichier est refusé" in text(response)
    assert said in text(response)
    assert names() == ["Anne"]


def test_a_synchronisation_that_would_empty_the_site_is_refused(administrator, member):
    ContactFactory(member=member, name="Anne")
    response = checked(administrator, csv_file(), mode="sync")
    assert "Une synchronisation viderait tout le site" in text(response)
    assert "Rien à importer." in text(checked(administrator, csv_file()))
    assert names() == ["Anne"]


@pytest.mark.parametrize("sync", [{}, {"mode": "sync"}])
def test_every_faulty_row_is_reported_and_nothing_is_imported(administrator, member, sync):
    file = csv_file(["C1", "Anne", 1], ["C9", "Bruno", 9], ["C1", "Chloé", ""])
    response = checked(administrator, file, **sync)
    assert "Rien n'a été importé : 3 erreurs dans le fichier" in text(response)
    assert cells(response, "Ligne") == ["3", "4", "3"]
    titles = [title.text_content() for title in page(response).xpath("//h3")]
    assert titles == ["Type\u00a0: 2 erreurs", "Référence\u00a0: 1 erreur"]
    assert "« C9 » n'est la référence d'aucun membre." in cells(response, "Erreur")
    assert names() == []


def test_of_each_column_the_first_errors_are_seen_and_the_others_folded(administrator, member):
    rows = [*[["C1", "x", "deux"]] * 167, ["C9", "x", 1], ["C8", "x", 1]]
    found = page(checked(administrator, csv_file(*rows)))
    titles = [title.text_content() for title in found.xpath("//h3")]
    assert titles == ["Type\u00a0: 167 erreurs", "Référence\u00a0: 2 erreurs"]
    (folded,) = found.xpath("//details[contains(@class, 'folded')]")
    assert folded.xpath("normalize-space(summary)") == "162 autres erreurs de cette colonne"
    lines = [cell.text_content() for cell in folded.xpath(".//td[@data-title='Ligne']")]
    assert lines == [str(line) for line in range(7, 169)]
    seen = found.xpath("//td[@data-title='Ligne'][not(ancestor::details)]")
    assert [cell.text_content() for cell in seen] == ["2", "3", "4", "5", "6", "169", "170"]


def test_columns_with_few_errors_are_shown_whole_beside_those_with_many(administrator, member):
    rows = [*[["C1", "x", "deux"]] * 500, *[["C9", "x", 1]] * 60]
    response = checked(administrator, csv_file(*rows))
    assert len(cells(response, "Ligne")) == 200
    assert "Et 360 autres erreurs." in text(response)
    assert cells(response, "Ligne")[140:] == [str(line) for line in range(502, 562)]


def test_the_main_button_of_a_refused_file_is_the_marked_file(administrator, member):
    response = checked(administrator, csv_file(["C1", "x", "deux"]))
    (button,) = page(response).xpath("//main//a[contains(@class, 'btn-primary')]")
    assert button.get("href") == f"{last_run().get_absolute_url()}fichier-marque/"


def test_a_long_list_of_errors_says_how_many_more_there_are(administrator, member):
    response = checked(administrator, csv_file(*[["C9", "x", 1]] * 1_000))
    assert "1000 erreurs dans le fichier" in text(response)
    assert cells(response, "Ligne") == [str(line) for line in range(2, 202)]
    assert "Et 800 autres erreurs." in text(response)


def test_warnings_are_told_with_the_result(administrator, member):
    titles = ("Référence", "Libellé membre", "Dénomination", "Type")
    rows = [["C1", "Autre", "Contact", 1]] * 201
    response = imported(administrator, csv_file(*rows, titles=titles))
    assert "201 avertissements" in text(response)
    assert len(cells(response, "Avertissement")) == 200
    assert "« Autre » diffère du nom du membre, « Ferme »." in cells(response, "Avertissement")
    assert "Et 1 autre avertissement." in text(response)
    assert len(names()) == 201


@pytest.mark.parametrize("awkward", AWKWARD_TEXTS)
def test_awkward_texts_of_a_file_are_shown_as_they_are(administrator, member, awkward):
    quoted = '"' + awkward.replace('"', '""') + '"'
    file = csv_file([quoted, "x", 1], titles=("Référence", quoted, "Type"))
    response = checked(administrator, file)
    assert f"« {reference_key(awkward)} » n'est la référence d'aucun membre." in text(response)
    response = checked(administrator, csv_file(["C1", 1], titles=("Référence", "Type", quoted)))
    assert awkward in text(response)


def test_an_upload_over_the_limit_is_refused_and_hardly_kept(administrator, member, settings):
    settings.CONTACT_FILE_MAX_BYTES = 1024**2
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 0
    rows = csv_file(["C1", "x", 1]).getvalue()
    fitting = rows + b"\n" * (1024**2 - len(rows))
    assert numbers(imported(administrator, named("x.csv", fitting)))["Contacts ajoutés"] == 1

    sent = administrator.post(ADDRESS, {"file": named("x.csv", fitting + b"\n" * 5_000_000)})
    assert "Le fichier dépasse la taille maximale de 1 Mio." in errors(sent, "file")
    kept = sent.wsgi_request.FILES["file"].size
    assert 1024**2 < kept <= 1024**2 + 64 * 1024
    assert len(names()) == 1


def test_several_uploads_in_one_request_share_the_limit(administrator, member, settings):
    settings.CONTACT_FILE_MAX_BYTES = 1024**2
    files = {name: named("x.csv", b"\n" * 1024**2) for name in ("a", "b", "c", "file")}
    sent = administrator.post(ADDRESS, files)
    assert sum(file.size for file in sent.wsgi_request.FILES.values()) <= 1024**2 + 64 * 1024


@pytest.mark.parametrize("count", [10, 1_000])
def test_the_number_of_queries_does_not_grow_with_the_file(
    administrator, member, django_assert_num_queries, count
):
    file = csv_file(*[["C1", f"{n}", 1] for n in range(count)])
    administrator.get("/membres/")
    with django_assert_num_queries(9):
        administrator.post(ADDRESS, {"file": file})
    assert last_run().state == "received"


def test_a_file_under_another_name_is_read_by_its_content(administrator, member):
    imported(administrator, named("contacts.ods", csv_file(["C1", "Anne", 1]).getvalue()))
    imported(administrator, named("photo.png", ods_file(["C1", "Bruno", 1]).getvalue()))
    imported(administrator, named("contacts.csv", xlsx_file(["C1", "Chloé", 1]).getvalue()))
    assert names() == ["Anne", "Bruno", "Chloé"]


def test_the_form_offers_each_kind_of_file_that_is_read(administrator):
    page = administrator.get(ADDRESS).content.decode()
    assert 'accept=".ods,.xlsx,.csv"' in page


def test_the_errors_of_a_workbook_are_marked_in_an_ods(administrator, member):
    checked(administrator, xlsx_file(["C1", "Anne", 1], ["C1", "Bruno", 9]))
    with last_run().marked_file.open("rb") as marked:
        assert b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet" in marked.read(200)


@pytest.mark.parametrize("value", ["contacts.csv", ""])
def test_a_text_in_the_place_of_the_file_is_no_file(administrator, member, value):
    response = administrator.post(ADDRESS, {"file": value})
    assert errors(response, "file") == "Choisissez un fichier ODS (conseillé), XLSX ou CSV."


def test_a_file_too_large_for_memory_comes_from_the_disk(administrator, member):
    sent = administrator.post(ADDRESS, {"file": csv_file(*[["C1", "x" * 190, 1]] * 6_000)})
    assert not isinstance(sent.wsgi_request.FILES["file"], InMemoryUploadedFile)
    assert last_run().file.size == last_run().file_size > 1_000_000


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        *((awkward, awkward.rpartition("/")[2]) for awkward in AWKWARD_TEXTS[:-1]),
        (AWKWARD_TEXTS[-1], "ecnarF"),
        ("../../etc/passwd.csv", "passwd.csv"),
        ("C:\\Documents\\contacts.csv", "contacts.csv"),
        ("\u00e9" * 300 + ".csv", "\u00e9" * 250),
    ],
)
def test_the_name_of_a_file_is_only_shown(administrator, member, name, shown):
    rows = csv_file(["C1", "Bruno", 4]).getvalue()
    page = checked(administrator, named(name, rows))
    assert shown in text(page)
    assert default_storage.listdir("") == (["imports"], [])
    assert len(kept_files()[0]) == 32
    assert "L'import est terminé" in text(confirmed(administrator, page))


def test_a_kept_file_is_for_the_site_alone(administrator, member):
    send(administrator, csv_file(["C1", "Bruno", 4]))
    assert Path(last_run().file.path).stat().st_mode & 0o777 == 0o600
