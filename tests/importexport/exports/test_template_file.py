from odf import opendocument, table

from tests.factories import ContactFactory
from tests.importexport.exports.test_export import rows
from tests.importexport.files_made import TITLES, named

ADDRESS = "/contacts/importer/modele/"


def test_the_template_has_the_titles_and_no_contact(administrator):
    ContactFactory()
    response = administrator.get(ADDRESS)
    assert response["Content-Disposition"] == 'attachment; filename="modele-contacts.ods"'
    assert response["Content-Type"] == "application/vnd.oasis.opendocument.spreadsheet"
    assert rows(b"".join(response.streaming_content)) == [list(TITLES)]


def test_the_template_offers_the_types_and_explains_the_columns(administrator):
    content = b"".join(administrator.get(ADDRESS).streaming_content)
    document = opendocument.load(named("x", content))
    contacts, guide = document.getElementsByType(table.Table)
    (choices,) = document.getElementsByType(table.ContentValidation)
    condition = choices.getAttribute("condition")
    assert condition.replace('"', "") == "of:cell-content-is-in-list(1;2;3;4;5;6)"
    assert contacts.getAttribute("name") == "Contacts"
    assert "Saisir un nombre entier unique" in str(guide)
