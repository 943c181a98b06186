"""A file that is no ODS, or is damaged, is refused with a sentence for people."""

import io
import random
import struct
import zipfile

import pytest

from importexport.files import EMPTY
from importexport.files import package as package_reading
from importexport.files.package import (
    DAMAGED,
    LOCKED,
    NOT_A_SPREADSHEET,
    OLD_EXCEL,
    TOO_LARGE_UNPACKED,
)
from importexport.files.table import FileRefused, HeaderNotFound, Limits, Row
from tests.importexport.files.making import (
    HEAD,
    HEADER,
    TAIL,
    TITLES,
    cell,
    document,
    ods,
    package,
    read,
    row,
    sheet,
)


def refusal(file, limits=None):
    """Return the sentence with which a file is refused; fail on any other exception."""
    with pytest.raises(FileRefused) as refused:
        read(file, limits) if limits else read(file)
    sentence = str(refused.value)
    assert sentence.count("\n") < 3
    assert len(sentence) < 240
    assert sentence.endswith(".")
    return sentence


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", EMPTY),
        (bytes.fromhex("d0cf11e0a1b11ae1") + bytes(500), OLD_EXCEL),
        (b"%PDF-1.7\n", NOT_A_SPREADSHEET),
        (b"{\\rtf1 R\xe9f\xe9rence}", NOT_A_SPREADSHEET),
        (b"\x89PNG\r\n\x1a\n", NOT_A_SPREADSHEET),
        (b"\xff\xd8\xff\xe0", NOT_A_SPREADSHEET),
        (b"\x1f\x8b\x08\x00", NOT_A_SPREADSHEET),
        (b"7z\xbc\xaf\x27\x1c", NOT_A_SPREADSHEET),
        (b"Rar!\x1a\x07", NOT_A_SPREADSHEET),
        (b'<?xml version="1.0"?><office:document/>', NOT_A_SPREADSHEET),
        (b'\xef\xbb\xbf<?xml version="1.0"?><Workbook/>', NOT_A_SPREADSHEET),
        (b"<!DOCTYPE html><table>", NOT_A_SPREADSHEET),
        (b"<HTML><table>", NOT_A_SPREADSHEET),
        (b"R\x00\xe9\x00f\x00", NOT_A_SPREADSHEET),
        (bytes(range(256)), NOT_A_SPREADSHEET),
        (b"PK\x03\x04", DAMAGED),
        (b"PK\x05\x06" + bytes(18), NOT_A_SPREADSHEET),
    ],
)
def test_a_file_of_another_kind_is_refused(data, sentence):
    assert refusal(io.BytesIO(data)) == sentence


def zip_of(**entries):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        for name, data in entries.items():
            made.writestr(name, data)
    return file


@pytest.mark.parametrize(
    ("entries", "sentence"),
    [
        ({"[Content_Types].xml": "", "word/document.xml": ""}, NOT_A_SPREADSHEET),
        ({"photo.png": ""}, NOT_A_SPREADSHEET),
        (
            {"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": ""},
            NOT_A_SPREADSHEET,
        ),
        ({"mimetype": "application/epub+zip"}, NOT_A_SPREADSHEET),
        ({"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}, DAMAGED),
        ({"content.xml": ""}, DAMAGED),
        ({"content.xml": "texte"}, DAMAGED),
    ],
)
def test_a_package_that_is_no_spreadsheet_is_refused(entries, sentence):
    assert refusal(zip_of(**entries)) == sentence


MANIFEST = "META-INF/manifest.xml"
ENCRYPTED_MANIFEST = (
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    '<manifest:file-entry manifest:full-path="content.xml"><manifest:encryption-data>'
    "</manifest:encryption-data></manifest:file-entry></manifest:manifest>"
)


@pytest.mark.parametrize(
    "file",
    [
        package("\x8f\x01", **{MANIFEST: ENCRYPTED_MANIFEST}),
        package("", **{"encrypted-package": b"\x8f\x01"}),
    ],
    ids=["each entry", "the whole package"],
)
def test_a_password_is_named(file):
    assert refusal(file) == LOCKED


def test_a_zip_with_a_password_is_named_too():
    data = bytearray(ods(row(cell("C1"))).getvalue())
    for place in (i for i in range(len(data)) if data[i : i + 4] == b"PK\1\2"):
        data[place + 8] |= 1

    assert refusal(io.BytesIO(bytes(data))) == LOCKED


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_only_what_spreadsheets_write_is_unpacked(method):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as made:
        made.writestr("content.xml", document(sheet(HEADER)))

    assert refusal(file) == DAMAGED


@pytest.mark.parametrize(
    "xml",
    [
        '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
        '<!DOCTYPE a SYSTEM "http://127.0.0.1/a.dtd"><a/>',
        '<!DOCTYPE a [<!ENTITY % b SYSTEM "http://127.0.0.1/b"> %b;]><a/>',
        "<!DOCTYPE office:document-content>" + HEAD.split("?>")[1] + TAIL,
    ],
)
def test_a_document_type_is_refused_before_any_entity_exists(xml):
    assert "DTD" in refusal(package(xml))


@pytest.mark.parametrize(
    "xml",
    [
        "",
        "<a>",
        "<a></b>",
        HEAD,
        document(sheet(HEADER))[:-1],
        document(sheet(HEADER, "&inconnu;")),
        document(sheet(HEADER, "<x:a/>")),
        document(sheet(HEADER, row(cell("a\0b")))),
        document(sheet(HEADER, row(cell("&#1;")))),
        document(sheet(HEADER, row(cell("a", "a='1' a='2'")))),
        document(sheet(HEADER)).replace("UTF-8", "ebcdic-inconnu"),
        document(sheet(HEADER)).encode("utf-16-be"),
        document(sheet(HEADER)).encode() + b"\xff",
    ],
)
def test_xml_that_is_not_well_formed_is_damaged(xml):
    assert refusal(package(xml)) == DAMAGED


@pytest.mark.parametrize(
    "markup",
    [
        row(cell("a"), attributes='table:number-rows-repeated="-1"'),
        row(cell("a"), attributes='table:number-rows-repeated=""'),
        row(cell("a"), attributes='table:number-rows-repeated="1e3"'),
        row(cell("a"), attributes=f'table:number-rows-repeated="{"9" * 5_000}"'),
        row(cell("a", 'table:number-columns-repeated="٣"')),
        row(cell("a", 'table:number-columns-repeated="2.0"')),
        row(cell('<text:s text:c="x"/>')),
        row(cell("<text:span>" * 300 + "</text:span>" * 300)),
        "<a>" * 300 + "</a>" * 300,
        "<table:table-row-group>" * 300 + "</table:table-row-group>" * 300,
    ],
)
def test_what_no_spreadsheet_writes_is_damaged(markup):
    assert refusal(ods(markup)) == DAMAGED


@pytest.mark.parametrize("template", ["<a#/>", "<a b#=''/>", "<a xmlns:b#='c'/>"])
def test_thousands_of_different_names_are_damage_and_hundreds_are_not(template):
    def names(count):
        return "".join(template.replace("#", str(number)) for number in range(count))

    assert read(ods(names(500), row(cell("C1"))))[1:] == [(2, ["C1"])]
    assert refusal(ods(names(25_000))) == DAMAGED


@pytest.mark.parametrize("paragraphs", [f"<text:p>{'a' * 200_000}", "<text:p/>" * 200_000])
def test_a_cell_without_end_is_refused_before_its_end(paragraphs):
    unfinished = f"{HEAD}<table:table>{HEADER}<table:table-row><table:table-cell>{paragraphs}"

    assert "ligne 2" in refusal(package(unfinished))


def test_long_rows_repeated_many_times_are_refused():
    wide = cell("a" * 2_000, 'table:number-columns-repeated="3"')
    repeated = row(wide, attributes='table:number-rows-repeated="100000"')

    assert refusal(ods(repeated)) == TOO_LARGE_UNPACKED


def test_nesting_as_deep_as_people_need_is_read():
    groups = "<table:table-row-group>" * 100, "</table:table-row-group>" * 100
    spans = "<text:span>" * 50 + "C1" + "</text:span>" * 50

    assert read(ods(row(cell(spans)).join(groups)))[1:] == [(2, ["C1"])]


def test_a_sheet_without_the_header_gives_its_first_rows_as_candidates():
    file = package(document(sheet(row(cell("Référence"), cell("Nom"))), sheet(row(cell("x")))))

    with pytest.raises(HeaderNotFound) as refused:
        read(file)

    assert list(refused.value.candidates) == [
        Row(1, ["Référence", "Nom"]),
        Row(1, ["x"]),
    ]


def test_what_was_seen_is_kept_short():
    wide = row(*(cell("é" * 500, 'table:number-columns-repeated="2000"') for _ in "ab"))

    with pytest.raises(HeaderNotFound) as refused:
        read(package(document(sheet(wide))))

    [candidate] = refused.value.candidates
    assert candidate.cells == ["é" * 97 + "..."] * 1_024


@pytest.mark.parametrize(("rows_above", "is_found"), [(24, True), (25, False)])
def test_the_header_is_looked_for_in_the_first_rows_that_hold_something(rows_above, is_found):
    above = row("<table:table-cell/>") + row(cell("note")) * rows_above
    file = ods(header=above + HEADER)

    if is_found:
        assert read(file) == [(rows_above + 2, list(TITLES))]
    else:
        assert refusal(file)


# --- Large packages ----------------------------------------------------------------------------


def zip64(package):
    """Return the package with the end record of a large one; the usual one announces nothing."""
    data = package.getvalue()
    count, size, place = struct.unpack("<HLL", data[-12:-2])
    record = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, count, count, size, place)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, len(data) - 22, 1)
    return io.BytesIO(data[:-22] + record + locator + b"PK\5\6" + bytes(18))


@pytest.mark.parametrize("made", [lambda package: package, zip64])
def test_the_size_of_the_directory_is_known_before_it_is_read(made, monkeypatch):
    file = made(ods(row(cell("C1"))))
    assert read(file)[1:] == [(2, ["C1"])]

    monkeypatch.setattr(package_reading, "_MAX_DIRECTORY_BYTES", 100)

    assert refusal(file) == NOT_A_SPREADSHEET


# --- Limits ---------------------------------------------------------------------------------


def limits(**values):
    return Limits(**{"max_bytes": 10**6, "max_unpacked_bytes": 10**6, "max_rows": 100} | values)


def test_a_file_at_its_limits_is_read():
    file = ods(row(cell("a" * 100)) * 100)
    size = file.getbuffer().nbytes
    unpacked = zipfile.ZipFile(file).getinfo("content.xml").file_size
    exact = limits(max_bytes=size, max_unpacked_bytes=unpacked, max_cell_characters=100)

    assert len(read(file, exact)) == 101


@pytest.mark.parametrize(
    ("markup", "limit", "words"),
    [
        ("", {"max_bytes": 500}, "taille maximale"),
        ("", {"max_unpacked_bytes": 500}, "décompressé"),
        (row(cell("a")) * 101, {}, "plus de 100 lignes"),
        (row(cell("a"), attributes='table:number-rows-repeated="101"'), {}, "plus de 100 lignes"),
        (row(cell("a")) * 10, {"max_markup": 50}, "trop de cellules"),
        (row(cell("a" * 101)), {"max_cell_characters": 100}, "ligne 2"),
        (
            row(cell("a" * 50 + "</text:p><text:p>" + "a" * 50)),
            {"max_cell_characters": 100},
            "ligne 2",
        ),
        (row(cell('<text:s text:c="101"/>')), {"max_cell_characters": 100}, "ligne 2"),
        (row(cell('a<text:s text:c="60"/>' * 2 + "a")), {"max_cell_characters": 100}, "ligne 2"),
        (
            row(
                f'<table:table-cell office:value-type="string" office:string-value="{"a" * 101}"/>'
            ),
            {"max_cell_characters": 100},
            "ligne 2",
        ),
        (
            row(f'<table:table-cell office:value-type="float" office:value="0.{"1" * 100}"/>'),
            {"max_cell_characters": 100},
            "ligne 2",
        ),
    ],
)
def test_a_file_beyond_a_limit_is_refused(markup, limit, words):
    assert words in refusal(ods(markup), limits(**limit)).replace("\u202f", " ")


# --- Damage ---------------------------------------------------------------------------------

SOUND = ods(
    *(row(cell(f"C{n}"), cell(f"Nom {n}"), cell(str(n % 6 + 1))) for n in range(60))
).getvalue()


@pytest.mark.parametrize(
    "length", [1, 2, 3, 4, 8, 29, 30, 60, 200, 400, -400, -100, -23, -22, -2, -1]
)
def test_a_truncated_file_is_refused(length):
    assert refusal(io.BytesIO(SOUND[:length]))


def outcome(data):
    """Return the rows of a file, or its refusal."""
    try:
        return read(io.BytesIO(data), limits(max_rows=1_000))
    except FileRefused as refused:
        return str(refused)


def test_damage_anywhere_is_refused_or_harmless():
    chance = random.Random(1)
    sound = outcome(SOUND)
    refused = 0
    for _ in range(600):
        data = bytearray(SOUND)
        for _ in range(chance.choice((1, 1, 3))):
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        found = outcome(bytes(data))
        refused += isinstance(found, str)
        assert isinstance(found, str) or found == sound

    assert refused > 300


def test_damage_that_the_checksum_does_not_show_is_refused_or_read():
    chance = random.Random(2)
    xml = document(sheet(HEADER, *(row(cell(f"C{n}"), cell("é" * n)) for n in range(20)))).encode()
    kinds = set()
    for _ in range(400):
        data = bytearray(xml)
        data[chance.randrange(len(data))] = chance.randrange(256)
        kinds.add(type(outcome(package(bytes(data)).getvalue())))

    assert kinds == {str, list}


def test_damage_to_a_csv_file_is_refused_or_read():
    chance = random.Random(3)
    text = "Référence;Nom;Type\r\n" + 'C1;"une\r\nnote";2\r\n' * 20
    for encoding in ("utf-8-sig", "utf-16", "cp1252"):
        for _ in range(200):
            data = bytearray(text.encode(encoding))
            data[chance.randrange(len(data))] = chance.randrange(256)
            assert outcome(bytes(data))
