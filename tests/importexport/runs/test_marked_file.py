"""The faulty file comes back marked; mended by a program, it imports."""

import io

import pytest
from odf import opendocument, table, text

from tests.factories import ContactFactory
from tests.importexport.files_made import csv_file, named, names, ods_file
from tests.importexport.importing import checked, imported, last_run
from tests.pages import links


@pytest.fixture
def member(db):
    return ContactFactory(member__reference="C1", name="Anne").member


def marked(client, file):
    """Send a faulty file, and return the marked one that its page offers."""
    found = links(checked(client, file), "/contacts/importer/")
    address = f"{last_run().get_absolute_url()}fichier-marque/"
    assert found[address] == "Télécharger le fichier avec les erreurs marquées (ODS)"
    response = client.get(address)
    assert response["Content-Disposition"] == 'attachment; filename="contacts-erreurs.ods"'
    return io.BytesIO(b"".join(response))


def mended(file, **mends):
    """Replace texts of cells, as a program does that knows nothing of this site."""
    document = opendocument.load(file)
    for paragraph in document.getElementsByType(text.P):
        said = str(paragraph)
        if said in mends and paragraph.parentNode.qname == table.TableCell().qname:
            paragraph.childNodes.clear()
            paragraph.addText(mends[said])
    target = io.BytesIO()
    document.write(target)
    return named("corrigé.ods", target.getvalue())


@pytest.mark.parametrize("make", [csv_file, ods_file])
def test_a_marked_file_that_was_mended_imports_as_it_is(administrator, member, make):
    file = make(["C1", "Bruno", "deux"], ["C9", "Chloé", 1], ["C1", "Denis", 3])
    again = mended(marked(administrator, file), deux="2", C9="C1")
    response = imported(administrator, again)
    assert names(member) == ["Anne", "Bruno", "Chloé", "Denis"]
    assert last_run().warnings["count"] == 0
    assert "L'import est terminé" in response.content.decode()


def test_a_file_that_is_refused_as_a_whole_has_none(administrator, member):
    checked(administrator, named("x.csv", b"%PDF-1.7"))
    assert not last_run().marked_file
    response = administrator.get(f"{last_run().get_absolute_url()}fichier-marque/")
    assert response.status_code == 404


def test_where_the_marked_file_would_be_too_large_the_errors_are_told_all_the_same(
    administrator, member, settings
):
    settings.CONTACT_FILE_MAX_UNPACKED_BYTES = 1
    response = checked(administrator, csv_file(["C1", "Bruno", "deux"]))
    assert "1 erreur dans le fichier" in response.content.decode()
    assert not last_run().marked_file
