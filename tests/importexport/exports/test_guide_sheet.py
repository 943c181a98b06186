"""An exported ODS explains itself on a last sheet, which an import never reads."""

import io
import zipfile

import pytest
from lxml import etree

from contacts.models import ContactType
from importexport.exports.contacts import export_contacts
from importexport.files.ods_writer import write_ods
from importexport.rows.checking import is_header
from importexport.rows.columns import COLUMNS
from importexport.rows.guide import ADDITION, SYNCHRONISATION, UPDATE, guide
from importexport.rows.sheet import sheet_column
from tests.factories import ContactFactory, MemberFactory
from tests.importexport.files_made import named, plain, untouched
from tests.importexport.importing import checked, run_import
from tests.pages import text

TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"


@pytest.fixture
def farm(db):
    farm = MemberFactory(reference="C1")
    for name in ("Anne", "Bruno"):
        ContactFactory(member=farm, name=name, phones="06 01;06 02")
    return farm


def exported():
    file = io.BytesIO()
    export_contacts(file, "ods")
    return named("contacts.ods", file.getvalue())


def sheets(file):
    """Return the sheets of an ODS by their names, each as its rows of texts."""
    content = etree.fromstring(zipfile.ZipFile(file).read("content.xml"))
    return {
        sheet.get(f"{TABLE}name"): [
            ["".join(cell.itertext()) for cell in row.iter(f"{TABLE}table-cell")]
            for row in sheet.iter(f"{TABLE}table-row")
        ]
        for sheet in content.iter(f"{TABLE}table")
    }


def test_the_last_sheet_explains_columns_types_choices_pairs_and_merging(farm):
    found = sheets(exported())
    assert list(found) == ["Contacts", "Mode d'emploi"]
    title, *rows = found["Mode d'emploi"]
    assert title == ["Modifier les contacts dans ce fichier, puis l'importer"]
    first = {row[0]: plain(row[-1]) for row in reversed(rows) if row[0]}
    assert {column.title for column in COLUMNS} <= set(first)
    for kind in ContactType:
        assert f"{kind.value} : {kind.label}" in first["Type"]
    assert "point-virgule" in first["Tel"]
    assert {ADDITION, UPDATE, SYNCHRONISATION} <= set(first)
    assert "un contact sans ligne est supprimé" in first[SYNCHRONISATION]
    assert "le même mail" in first["Quel contact est une ligne\u00a0?"]
    merge = first["Si le site a changé depuis l'export"]
    assert "fusionné avec ce qui a changé sur le site" in merge
    assert ["Référence", "Ne pas changer"] in [row[:2] for row in rows]


def test_an_export_imports_to_nothing_new_and_without_a_warning(administrator, farm):
    before = untouched()
    run, outcome = run_import(exported(), sync=True)
    assert (outcome.rows, outcome.unchanged, outcome.warnings.count) == (2, 2, 0)
    assert run.left_out_sheets == []
    assert untouched() == before
    assert "Mode d'emploi" not in text(checked(administrator, exported(), mode="sync"))


def test_no_row_of_the_guide_looks_like_the_titles_of_contacts():
    whole = guide()
    rows = [row for part in whole.parts for row in (part.titles, *part.rows)]
    assert [row for row in ((whole.title,), *rows) if is_header(list(row))] == []


def test_an_export_in_several_sheets_has_the_guide_behind_them(farm):
    file = io.BytesIO()
    columns = [sheet_column(column) for column in COLUMNS]
    row = ["C1", "", "Anne", "", "", "", "", "", 4, ""]
    write_ods(file, "Contacts", columns, [row] * 5, guide(), rows_of_a_sheet=2)
    assert list(sheets(file)) == ["Contacts", "Contacts 2", "Contacts 3", "Mode d'emploi"]


def test_an_export_without_the_guide_imports_likewise(farm):
    source = zipfile.ZipFile(exported())
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as package:
        for entry in source.namelist():
            content = source.read(entry)
            if entry == "content.xml":
                xml = etree.fromstring(content)
                guide_sheet = list(xml.iter(f"{TABLE}table"))[1]
                guide_sheet.getparent().remove(guide_sheet)
                content = etree.tostring(xml)
            package.writestr(entry, content)
    assert list(sheets(file)) == ["Contacts"]
    _, outcome = run_import(named("contacts.ods", file.getvalue()), sync=True)
    assert (outcome.unchanged, outcome.warnings.count) == (2, 0)


def test_the_import_page_explains_the_same(administrator):
    shown = text(administrator.get("/contacts/importer/"))
    for words in (
        "Chez un membre, une ligne est le contact qui a les mêmes valeurs",
        "un contact sans ligne est supprimé",
        "Et si le site a changé depuis l'export",
        "La valeur du site est gardée.",
        "Remplacer tout par le fichier",
    ):
        assert words in plain(shown)
