"""The progress of reading a file, and the user-defined metadata of an ODS."""

import io
import zipfile

import pytest

from importexport.files import open_table
from importexport.files.ods_frame import Guide, SheetColumn
from importexport.files.ods_writer import write_ods
from tests.importexport.files.hostile import packed
from tests.importexport.files.making import (
    HEADER,
    LIMITS,
    cell,
    document,
    is_header,
    ods,
    package,
    row,
    sheet,
)

NAMESPACES = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:meta="urn:oasis:names:tc:opendocument:xmlns:meta:1.0"'
)
CONTENT = document(sheet(HEADER, row(cell("C1"), cell("Anne"), cell("2"))))


def meta_xml(*items, before=""):
    return (
        f"{before}<office:document-meta {NAMESPACES}><office:meta>{''.join(items)}</office:meta>"
        "</office:document-meta>"
    )


def properties(meta):
    return open_table(package(CONTENT, **{"meta.xml": meta}), is_header, LIMITS).properties


def property_xml(name, value, kind="string"):
    attributes = f'meta:name="{name}" meta:value-type="{kind}"'
    return f"<meta:user-defined {attributes}>{value}</meta:user-defined>"


# --- Properties -----------------------------------------------------------------------------


def test_user_defined_texts_are_read_by_their_names():
    meta = meta_xml(
        "<meta:generator>x</meta:generator>",
        property_xml("Export du site", "a:b &amp; é"),
        '<meta:user-defined meta:name="sans type">oui</meta:user-defined>',
        property_xml("Nombre", "2", "float"),
        property_xml("vide", ""),
        "<meta:user-defined>sans nom</meta:user-defined>",
    )
    expected = {"Export du site": "a:b & é", "sans type": "oui", "vide": ""}
    assert properties(meta) == expected


def test_a_file_without_metadata_has_no_properties():
    assert open_table(package(CONTENT), is_header, LIMITS).properties == {}
    csv = io.BytesIO(b"R\xc3\xa9f\xc3\xa9rence;Type\n")
    assert open_table(csv, is_header, LIMITS).properties == {}


ENTITY = '<!DOCTYPE a [<!ENTITY b "c">]>'


@pytest.mark.parametrize(
    "meta",
    [
        "",
        "<",
        "\0",
        meta_xml(property_xml("a", "b"))[:-5],
        meta_xml(property_xml("a", "&b;"), before=ENTITY),
        meta_xml(property_xml("a", "b"), before="<!DOCTYPE a>"),
        meta_xml(property_xml("a", "b"), before='<?xml version="1.0" encoding="klingon"?>'),
        meta_xml(property_xml("a", "b" * 10_000_000)),
        meta_xml(property_xml("a", "b"), "<a>" * 100_000),
    ],
    ids=["empty", "no_xml", "zero", "cut", "entity", "doctype", "encoding", "huge", "deep"],
)
def test_damaged_metadata_is_no_reason_to_refuse_a_file(meta):
    file = package(CONTENT, **{"meta.xml": meta})
    table = open_table(file, is_header, LIMITS)
    assert table.properties == {}
    assert [list(found.cells) for found in table.rows] == [["C1", "Anne", "2"]]


def test_a_damaged_entry_of_metadata_is_no_reason_to_refuse_a_file():
    file = package(CONTENT, **{"meta.xml": meta_xml(property_xml("a", "b"))})
    data = file.getvalue()
    with zipfile.ZipFile(file) as made:
        place = made.getinfo("meta.xml").header_offset + 60
    broken = data[:place] + b"\xff\xff\xff" + data[place + 3 :]
    table = open_table(io.BytesIO(broken), is_header, LIMITS)
    assert table.properties == {}
    assert len(list(table.rows)) == 1


def written(rows, properties):
    file = io.BytesIO()
    columns = [SheetColumn("Référence", 3.0), SheetColumn("Type", 2.0, is_number=True)]
    write_ods(file, "Contacts", columns, rows, Guide("Guide", "", (), ()), properties)
    return file


def test_what_the_writer_notes_is_read_again_and_knows_the_number_of_rows():
    file = written(
        (("C1", 1) for _ in range(1_234)), lambda count: {"Export du site": f'{count} <&">'}
    )
    found = open_table(file, is_header, LIMITS).properties
    assert found["Export du site"] == '1234 <&">'


def test_the_metadata_are_the_last_entry_and_need_no_property():
    file = written([("C1", 1)], None)
    assert zipfile.ZipFile(file).namelist()[-1] == "meta.xml"
    assert open_table(file, is_header, LIMITS).properties == {}


# --- Progress -------------------------------------------------------------------------------


def many_rows(count):
    return ods(*(row(cell(f"C{n}"), cell("Anne"), cell("2")) for n in range(count)))


def csv_of_many_rows(count):
    lines = "".join(f"C{n};Anne;2\n" for n in range(count))
    return io.BytesIO(f"Référence;Nom;Type\n{lines}".encode())


@pytest.mark.parametrize("make", [many_rows, csv_of_many_rows])
def test_progress_grows_evenly_from_none_to_all(make):
    table = open_table(make(20_000), is_header, LIMITS)
    assert table.progress() < 0.1
    shares = [table.progress() for _ in table.rows]
    assert shares == sorted(shares)
    assert all(abs(share - n / 20_000) < 0.1 for n, share in enumerate(shares))
    assert table.progress() == 1


def test_progress_stays_low_where_the_package_announces_more_than_it_has():
    table = open_table(io.BytesIO(packed(CONTENT, announced_size=100_000)), is_header, LIMITS)
    list(table.rows)
    assert 0 < table.progress() < 0.1


def test_progress_may_be_asked_when_the_file_is_closed():
    file = csv_of_many_rows(1)
    table = open_table(file, is_header, LIMITS)
    file.close()
    assert table.progress() == 1
