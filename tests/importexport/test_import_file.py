import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import TemporaryUploadedFile

from contacts.models import Contact
from tests.factories import ContactFactory, MemberFactory
from tests.importexport.files_made import csv_file, named, names, ods_file
from tests.pages import AWKWARD_TEXTS, cells, errors, links, page, text

ADDRESS = "/contacts/importer/"
RESULT = "/contacts/importer/resultat/"


@pytest.fixture
def member(db):
    return MemberFactory(reference="C1", name="Ferme")


def send(client, file, **values):
    return client.post(ADDRESS, {"file": file, **values}, follow=True)


def numbers(response):
    """Return the numbers of the page by their labels."""
    return {
        "".join(pair.xpath("dt/text()")).strip(): int("".join(pair.xpath("dd/text()")))
        for pair in page(response).xpath("//dl/div")
    }


def kept_files():
    return default_storage.listdir("imports")[1] if default_storage.exists("imports") else []


@pytest.mark.parametrize("make", [csv_file, ods_file])
def test_a_file_is_imported_and_the_numbers_are_shown(administrator, member, make):
    ContactFactory(member=member, name="Anne")
    response = send(administrator, make(["C1", "Bruno", 2], ["C1", "Anne", 4]))
    assert response.redirect_chain == [(RESULT, 302)]
    assert numbers(response) == {
        "Lignes du fichier": 2,
        "Membres du fichier": 1,
        "Contacts ajoutés": 2,
        "Contacts supprimés": 0,
        "Contacts inchangés": 0,
    }
    assert names(member) == ["Anne", "Bruno", "Anne"]
    assert kept_files() == []


def test_the_page_says_what_the_manual_says(administrator):
    response = administrator.get(ADDRESS)
    (label,) = page(response).xpath('//label[@for="id_sync"]')
    assert " ".join(label.text_content().split()) == (
        "Synchronisation des contacts (supprime les contacts du membre non présents "
        "dans le fichier)"
    )
    (hint,) = page(response).xpath('//*[@id="id_sync_helptext"]')
    assert "un membre absent du fichier perd tous ses contacts" in hint.text_content()
    assert cells(response, "Obligatoire\u00a0?").count("Oui") == 2
    assert links(response, ADDRESS + "modele/") == {ADDRESS + "modele/": "modèle vide (ODS)"}
    assert "en ouvrant un CSV, un tableur peut enlever le zéro" in text(response)


def test_the_screen_of_members_leads_to_it(administrator, back_office):
    found = links(administrator.get("/membres/"), "/contacts/")
    assert found == {
        "/contacts/importer/": "Importer des contacts",
        "/contacts/exporter/ods/": "Exporter les contacts (ODS, conseillé)",
        "/contacts/exporter/csv/": "Exporter les contacts (CSV)",
    }
    assert links(back_office.get("/membres/"), "/contacts/") == {}


def test_loading_the_result_again_imports_nothing_again(administrator, member):
    send(administrator, csv_file(["C1", "Bruno", 2]))
    assert "L'import est terminé" in text(administrator.get(RESULT))
    assert names() == ["Bruno"]


def test_without_an_import_there_is_no_result(administrator):
    assert administrator.get(RESULT, follow=True).redirect_chain == [(ADDRESS, 302)]


@pytest.mark.parametrize("sync", [{}, {"sync": "on"}])
def test_without_a_file_the_page_asks_for_one(administrator, member, sync):
    response = administrator.post(ADDRESS, sync)
    assert errors(response, "file") == "Choisissez un fichier ODS (conseillé) ou CSV."


@pytest.mark.parametrize("sync", [{}, {"sync": "on"}])
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "Le fichier est vide."),
        (b"%PDF-1.7", "Ce fichier n'est pas un tableau."),
        (b"PK\x03\x04broken", "Le fichier est endommagé ou incomplet."),
        (bytes.fromhex("d0cf11e0a1b11ae1"), "C'est un fichier Excel."),
        ("Référence;Nom\nC1;Anne\n".encode(), "Il manque la colonne « Type »"),
        ("Référence;Type;Type\nC1;1;1\n".encode(), "Le fichier a deux colonnes « Type »."),
    ],
)
def test_a_refused_file_is_told_in_a_sentence_at_the_field(
    administrator, member, content, said, sync
):
    ContactFactory(member=member, name="Anne")
    response = send(administrator, named("x.ods", content), **sync)
    assert said in errors(response, "file")
    assert names() == ["Anne"]
    assert kept_files() == []


def test_a_synchronisation_that_would_empty_the_site_is_refused(administrator, member):
    ContactFactory(member=member, name="Anne")
    response = send(administrator, csv_file(), sync="on")
    assert "Une synchronisation viderait tout le site" in errors(response, "file")
    assert numbers(send(administrator, csv_file()))["Contacts ajoutés"] == 0
    assert names() == ["Anne"]


@pytest.mark.parametrize("sync", [{}, {"sync": "on"}])
def test_every_faulty_row_is_told_and_nothing_is_imported(administrator, member, sync):
    file = csv_file(["C1", "Anne", 1], ["C9", "Bruno", 9], ["C1", "Chloé", ""])
    response = send(administrator, file, **sync)
    assert "Rien n'a été importé : 3 erreurs dans le fichier" in text(response)
    assert cells(response, "Ligne") == ["3", "3", "4"]
    assert cells(response, "Colonne")[:3] == ["Référence", "Type", "Type"]
    assert "« C9 » n'est la référence d'aucun membre." in cells(response, "Erreur")
    assert names() == []
    assert kept_files() == []


def test_a_long_list_of_errors_says_how_many_more_there_are(administrator, member):
    response = send(administrator, csv_file(*[["C9", "x", 1]] * 1_000))
    assert "1000 erreurs dans le fichier" in text(response)
    assert cells(response, "Ligne") == [str(line) for line in range(2, 202)]
    assert "Et 800 autres erreurs." in text(response)


def test_warnings_are_told_with_the_result(administrator, member):
    titles = ("Référence", "Libellé membre", "Type")
    response = send(administrator, csv_file(*[["C1", "Autre", 1]] * 201, titles=titles))
    assert "201 avertissements" in text(response)
    assert len(cells(response, "Avertissement")) == 200
    assert "« Autre » diffère du nom du membre, « Ferme »." in cells(response, "Avertissement")
    assert "Et 1 autre avertissement." in text(response)
    assert len(names()) == 201


@pytest.mark.parametrize("awkward", AWKWARD_TEXTS)
def test_awkward_texts_of_a_file_are_shown_as_they_are(administrator, member, awkward):
    quoted = '"' + awkward.replace('"', '""') + '"'
    file = csv_file([quoted, "x", 1], titles=("Référence", quoted, "Type"))
    response = send(administrator, file)
    assert f"« {awkward} » n'est la référence d'aucun membre." in text(response)
    response = send(administrator, csv_file(["C1", 1], titles=("Référence", "Type", quoted)))
    assert awkward in text(response)


def test_an_upload_over_the_limit_is_refused_and_hardly_kept(administrator, member, settings):
    settings.CONTACT_FILE_MAX_BYTES = 1024**2
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 0
    rows = csv_file(["C1", "x", 1]).getvalue()
    fitting = rows + b"\n" * (1024**2 - len(rows))
    assert numbers(send(administrator, named("x.csv", fitting)))["Contacts ajoutés"] == 1

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
    before = Contact.objects.count()
    with django_assert_num_queries(13):
        administrator.post(ADDRESS, {"file": file})
    assert Contact.objects.count() == before + count


def test_a_file_under_another_name_is_read_by_its_content(administrator, member):
    send(administrator, named("contacts.ods", csv_file(["C1", "Anne", 1]).getvalue()))
    send(administrator, named("photo.png", ods_file(["C1", "Bruno", 1]).getvalue()))
    assert names() == ["Anne", "Bruno"]


@pytest.mark.parametrize("value", ["contacts.csv", ""])
def test_a_text_in_the_place_of_the_file_is_no_file(administrator, member, value):
    response = administrator.post(ADDRESS, {"file": value})
    assert errors(response, "file") == "Choisissez un fichier ODS (conseillé) ou CSV."


def test_a_file_too_large_for_memory_comes_from_the_disk(administrator, member):
    sent = administrator.post(ADDRESS, {"file": csv_file(*[["C1", "x" * 190, 1]] * 6_000)})
    assert isinstance(sent.wsgi_request.FILES["file"], TemporaryUploadedFile)
    assert len(names()) == 6_000
