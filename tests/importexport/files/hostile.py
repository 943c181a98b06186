"""Files made to exhaust the reader's time or memory, as large as the site's limits allow.

The tests divide sizes and limits alike by DIVISOR, to be quick; with HOSTILE_DIVISOR=1 in the
environment, nothing is.
"""

import os
import struct
import zlib
from collections.abc import Callable, Iterator

from tests.importexport.files.making import (
    HEAD,
    HEADER,
    MIME_TYPE,
    TAIL,
    TITLES,
    cell,
    row,
    sheet,
)

Part = str | tuple[str, int]
# Name, method, checksum, packed data, announced size.
Entry = tuple[bytes, int, int, bytes, int]
KIB = 1024
MIB = 1024 * 1024
SHEET = f'{HEAD}<table:table table:name="Feuille">{HEADER}'
END_OF_SHEET = f"</table:table>{TAIL}"
DIVISOR = int(os.environ.get("HOSTILE_DIVISOR", "32"))
HOSTILE: dict[str, Callable[[], bytes]] = {}
COSTLY: dict[str, Callable[[], bytes]] = {}


def hostile(make: Callable[[], bytes]) -> Callable[[], bytes]:
    """Register a file that must be refused."""
    HOSTILE[make.__name__] = make
    return make


def costly(make: Callable[[], bytes]) -> Callable[[], bytes]:
    """Register a file that may be read, or refused."""
    COSTLY[make.__name__] = make
    return make


def part_of(count: int) -> int:
    """Return the count, divided by the factor of all sizes."""
    return max(1, count // DIVISOR)


# --- Zip packages of any size, made cheaply -------------------------------------------------


def packed(*parts: Part, announced_size: int | None = None) -> bytes:
    """Return a package whose content.xml is these texts, each repeated as often as asked."""
    mimetype = MIME_TYPE.encode()
    return zipped(
        (b"mimetype", 0, zlib.crc32(mimetype), mimetype, len(mimetype)),
        entry("content.xml", *parts, announced_size=announced_size),
    )


def entry(name: str, *parts: Part, announced_size: int | None = None) -> Entry:
    """Return an entry of these texts, each deflated once, and repeated as often as asked."""
    deflated, crc, size = bytearray(), 0, 0
    for part in parts:
        text, times = (part[0], part_of(part[1])) if isinstance(part, tuple) else (part, 1)
        data = text.encode()
        per_block = max(1, min(times, 256 * KIB // len(data)))
        for block, count in ((data * per_block, times // per_block), (data, times % per_block)):
            deflater = zlib.compressobj(6, zlib.DEFLATED, -15)
            deflated += (deflater.compress(block) + deflater.flush(zlib.Z_FULL_FLUSH)) * count
            size += len(block) * count
            for _ in range(count):
                crc = zlib.crc32(block, crc)
    deflated += zlib.compressobj(6, zlib.DEFLATED, -15).flush()
    announced = size if announced_size is None else announced_size
    return name.encode(), 8, crc, bytes(deflated), announced


def zipped(*entries: Entry) -> bytes:
    file, directory = bytearray(), bytearray()
    for name, method, crc, data, size in entries:
        facts = struct.pack("<5H3L2H", 20, 0, method, 0, 33, crc, len(data), size, len(name), 0)
        place = len(file)
        file += b"PK\3\4" + facts + name + data
        directory += b"PK\1\2\x14\0" + facts + struct.pack("<3H2L", 0, 0, 0, 0, place) + name
    return bytes(file) + bytes(directory) + end_of_directory(directory, len(entries), len(file))


def end_of_directory(directory: bytes, count: int, place: int) -> bytes:
    return b"PK\5\6" + struct.pack("<4H2LH", 0, 0, count, count, len(directory), place, 0)


def numbered(template: str, count: int) -> Iterator[str]:
    """Yield blocks of a text repeated with increasing numbers in the place of #."""
    for start in range(0, part_of(count), 10_000):
        yield "".join(template.replace("#", str(n)) for n in range(start, start + 10_000))


# --- Zip ------------------------------------------------------------------------------------


@hostile
def blanks_without_end() -> bytes:
    return packed(SHEET, (" ", 600 * MIB))


@hostile
def line_ends_without_end() -> bytes:
    return packed(SHEET, ("\n", 600 * MIB))


@hostile
def line_ends_in_skipped() -> bytes:
    return packed(SHEET, "<a>", ("\r", 600 * MIB))


@hostile
def zeros_without_end() -> bytes:
    return packed(("\0", 1024 * MIB))


@hostile
def size_announced_too_small() -> bytes:
    return packed(SHEET, (" ", 600 * MIB), announced_size=5_000)


def _directory(count: int) -> bytes:
    entry = b"PK\1\2" + struct.pack("<6H3L5H2L", 20, 20, 0, 0, 0, 33, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0)
    return (entry + b"a") * count


@hostile
def directory_of_a_million_entries() -> bytes:
    directory = _directory(part_of(1_300_000))
    return b"PK\3\4" + directory + end_of_directory(directory, 0, 4)


@hostile
def directory_of_a_million_entries_in_zip64() -> bytes:
    """The usual end record announces no entry, that of the large package a million."""
    directory = _directory(part_of(1_300_000))
    place = 4 + len(directory)
    record = b"PK\6\6" + struct.pack(
        "<Q2H2L4Q", 44, 45, 45, 0, 0, part_of(1_300_000), part_of(1_300_000), len(directory), 4
    )
    locator = b"PK\6\7" + struct.pack("<LQL", 0, place, 1)
    return b"PK\3\4" + directory + record + locator + end_of_directory(b"", 0, 4)


# --- What is repeated -----------------------------------------------------------------------


@hostile
def row_repeated_a_million_times() -> bytes:
    return packed(
        SHEET,
        row(cell("C1"), attributes='table:number-rows-repeated="1048576"'),
        END_OF_SHEET,
    )


@hostile
def row_repeated_a_billion_times() -> bytes:
    return packed(
        SHEET, row(cell("C1"), attributes='table:number-rows-repeated="999999999"'), END_OF_SHEET
    )


@hostile
def rows_of_many_repeated_columns() -> bytes:
    wide = row(cell("a" * 900, 'table:number-columns-repeated="999999999"'))
    return packed(HEAD, '<table:table table:name="a">', (wide, 100_000), END_OF_SHEET)


@hostile
def wide_header_and_repeated_rows() -> bytes:
    header = row(*map(cell, TITLES), cell("a", 'table:number-columns-repeated="999999999"'))
    wide = row(
        cell("a", 'table:number-columns-repeated="16384"'),
        attributes=f'table:number-rows-repeated="{part_of(240_000)}"',
    )
    return packed(HEAD, '<table:table table:name="a">', header, wide, (HEADER, 20_000), TAIL)


@hostile
def thousands_of_wide_sheets_without_header() -> bytes:
    wide = row(cell("a" * 900, 'table:number-columns-repeated="1024"'))
    return packed(HEAD, (sheet(wide * 25), 50_000), TAIL)


@hostile
def spaces_without_end() -> bytes:
    return packed(SHEET, row(cell('<text:s text:c="999999999"/>')), END_OF_SHEET)


@hostile
def many_spaces() -> bytes:
    return packed(SHEET, row(cell('<text:s text:c="90000"/>' * 100_000)), END_OF_SHEET)


@hostile
def many_cells_of_many_spaces() -> bytes:
    spaces = 'é😀<text:s text:c="99990"/>'
    return packed(
        SHEET.replace(
            ">Nom<",
            ">Nom</text:p></table:table-cell>" + cell("x") * 1_000 + "<table:table-cell><text:p><",
        ),
        (row(cell(spaces) * 1_000), 20),
        END_OF_SHEET,
    )


@hostile
def repeat_count_of_a_million_digits() -> bytes:
    count = "9" * 400_000
    return packed(
        SHEET, row(cell("C1"), attributes=f'table:number-rows-repeated="{count}"'), END_OF_SHEET
    )


# --- Large cells and rows -------------------------------------------------------------------


@hostile
def huge_cell() -> bytes:
    return packed(
        SHEET, "<table:table-row><table:table-cell><text:p>", ("a" * KIB, 500 * KIB), END_OF_SHEET
    )


@hostile
def huge_cell_of_many_lines() -> bytes:
    return packed(
        SHEET, "<table:table-row><table:table-cell>", ("<text:p/>", 20_000_000), END_OF_SHEET
    )


@hostile
def row_of_a_thousand_large_cells() -> bytes:
    large = cell("😀" + "a" * 99_000)
    return packed(
        HEAD, '<table:table table:name="a"><table:table-row>', (large, 5_000), END_OF_SHEET
    )


@hostile
def rows_of_large_cells_without_header() -> bytes:
    large = cell("😀" + "a" * 99_000)
    return packed(HEAD, '<table:table table:name="a">', (row(large * 5), 1_000), END_OF_SHEET)


@costly
def number_of_many_digits() -> bytes:
    number = f'<table:table-cell office:value-type="float" office:value="0.{"1" * 90_000}"/>'
    return packed(SHEET, (row(number), 5_000), END_OF_SHEET)


@hostile
def number_of_a_billion_digits() -> bytes:
    number = '<table:table-cell office:value-type="float" office:value="1E+999999"/>'
    return packed(SHEET, (row(number), 240_000), TAIL)


# --- Deep nesting ---------------------------------------------------------------------------


@hostile
def deep_spans() -> bytes:
    return packed(SHEET, "<table:table-row><table:table-cell><text:p>", ("<text:span>", 10_000_000))


@hostile
def deep_unknown_elements() -> bytes:
    return packed(SHEET, ("<a>", 10_000_000))


@hostile
def deep_containers() -> bytes:
    return packed(SHEET, ("<table:table-row-group>", 10_000_000))


# --- Very many small things -----------------------------------------------------------------


@hostile
def millions_of_unknown_elements() -> bytes:
    return packed(SHEET, ("<a/>", 100_000_000), END_OF_SHEET)


@hostile
def millions_of_skipped_elements() -> bytes:
    return packed(SHEET, "<a>", ("<a/>", 100_000_000), "</a>", END_OF_SHEET)


@hostile
def millions_of_containers() -> bytes:
    return packed(HEAD, ("<table:table-rows/>", 25_000_000), TAIL)


@hostile
def millions_of_blank_rows() -> bytes:
    return packed(SHEET, ("<table:table-row/>", 25_000_000), END_OF_SHEET)


@hostile
def millions_of_blank_cells() -> bytes:
    return packed(SHEET, (row("<table:table-cell/>" * 1_000), 25_000), END_OF_SHEET)


@hostile
def millions_of_spans() -> bytes:
    return packed(SHEET, (row(cell("<text:span/>" * 1_000)), 40_000), END_OF_SHEET)


@hostile
def millions_of_empty_spaces() -> bytes:
    return packed(SHEET, (row(cell('<text:s text:c="1"/>' * 900)), 26_000), END_OF_SHEET)


@hostile
def millions_of_blank_rows_behind_a_hidden_header() -> bytes:
    """No visible sheet has the header: the file is read twice."""
    style = (
        '<office:automatic-styles><style:style style:name="h" style:family="table">'
        '<style:table-properties table:display="false"/></style:style></office:automatic-styles>'
    )
    namespace = "urn:oasis:names:tc:opendocument:xmlns:style:1.0"
    head = HEAD.replace("<office:body>", f"{style}<office:body>").replace(
        " office:version", f' xmlns:style="{namespace}" office:version'
    )
    sheet = f'{head}<table:table table:style-name="h">{HEADER}'
    return packed(sheet, ("<table:table-row/>", 9_990_000), END_OF_SHEET)


@hostile
def millions_of_small_numbers() -> bytes:
    number = '<table:table-cell office:value-type="float" office:value="1"/>'
    return packed(SHEET, (row(number * 1_000), 9_000), END_OF_SHEET)


@hostile
def millions_of_sheets() -> bytes:
    return packed(HEAD, ("<table:table/>", 30_000_000), TAIL)


@costly
def millions_of_character_references() -> bytes:
    return packed(SHEET, ("&#10;", 100_000_000), END_OF_SHEET)


@costly
def brackets_in_cdata() -> bytes:
    return packed(SHEET, "<a><![CDATA[", ("]", 500 * MIB), "x]]></a>", END_OF_SHEET)


@hostile
def millions_of_comments() -> bytes:
    return packed(SHEET, ("<!---->", 70_000_000), END_OF_SHEET)


@hostile
def millions_of_processing_instructions() -> bytes:
    return packed(SHEET, ("<?a?>", 100_000_000), END_OF_SHEET)


@hostile
def millions_of_different_element_names() -> bytes:
    return packed(SHEET, *numbered("<a#/>", 12_000_000))


@hostile
def millions_of_different_attribute_names() -> bytes:
    return packed(SHEET, *numbered("<a b#=''/>", 12_000_000))


@hostile
def millions_of_different_prefixes() -> bytes:
    return packed(SHEET, *numbered("<a xmlns:b#='c'/>", 12_000_000))


@hostile
def millions_of_different_attributes_after_the_sheet() -> bytes:
    return packed(SHEET, "</table:table>", *numbered("<a b#=''/>", 12_000_000))


# --- Large markup ---------------------------------------------------------------------------


@hostile
def giant_attribute() -> bytes:
    return packed(SHEET, '<a b="', ("c" * KIB, 500 * KIB), '"/>', END_OF_SHEET)


@costly
def many_large_attributes() -> bytes:
    return packed(SHEET, (f'<a b="{"c" * 110 * KIB}"/>', 4_500), END_OF_SHEET)


@costly
def many_larger_attributes() -> bytes:
    return packed(SHEET, (f'<a b="{"c" * 500 * KIB}"/>', 1_000), END_OF_SHEET)


@costly
def large_attributes_of_entities() -> bytes:
    return packed(SHEET, (f'<a b="{"&lt;" * 30 * KIB}"/>', 4_200), END_OF_SHEET)


@hostile
def many_attributes_in_a_tag() -> bytes:
    attributes = "".join(f' a{n}=""' for n in range(2_000))
    return packed(SHEET, (f"<a{attributes}/>", 30_000), END_OF_SHEET)


@hostile
def attributes_without_end() -> bytes:
    return packed(SHEET, "<a", (" ", 500 * MIB), "/>", END_OF_SHEET)


@hostile
def giant_comment() -> bytes:
    return packed(SHEET, "<!--", ("c" * KIB, 500 * KIB), "-->", END_OF_SHEET)


@hostile
def giant_processing_instruction() -> bytes:
    return packed(SHEET, "<?a ", ("c" * KIB, 500 * KIB), "?>", END_OF_SHEET)


@costly
def giant_cdata() -> bytes:
    return packed(SHEET, "<![CDATA[", ("c" * KIB, 500 * KIB), "]]>", END_OF_SHEET)


@hostile
def giant_sheet_after_the_sheet() -> bytes:
    return packed(SHEET, "</table:table>", ("<a>b</a>", 60_000_000), TAIL)


@hostile
def billion_laughs() -> bytes:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return packed(f'<!DOCTYPE a [<!ENTITY l0 "lol">{laughs}]><a>&l9;</a>')


# --- CSV ------------------------------------------------------------------------------------

CSV = "Référence;Nom;Type\n".encode()


@hostile
def csv_of_blank_lines() -> bytes:
    return b"\n" * part_of(64 * MIB)


@hostile
def csv_of_blank_lines_below_the_header() -> bytes:
    return CSV + b"\n" * part_of(63 * MIB)


@costly
def csv_of_empty_rows() -> bytes:
    return CSV + b";;\n" * part_of(21 * MIB)


@costly
def csv_of_old_mac_lines() -> bytes:
    return CSV + b"\r" * part_of(63 * MIB)


@hostile
def csv_of_short_rows() -> bytes:
    return CSV + b"a\n" * part_of(31 * MIB)


@hostile
def csv_line_without_end() -> bytes:
    return CSV + b"a" * part_of(63 * MIB)


@hostile
def csv_of_delimiters() -> bytes:
    return b";" * part_of(64 * MIB)


@costly
def csv_of_delimiters_below_the_header() -> bytes:
    return CSV + (b";" * 999_990 + b"\n") * part_of(65)


@hostile
def csv_of_wide_rows() -> bytes:
    return (b"ab;" * 333_000 + b"\n") * part_of(65)


@costly
def csv_of_wide_rows_below_the_header() -> bytes:
    return CSV + (b"'=b;" * 249_900 + b"\n") * part_of(65)


@hostile
def csv_quotation_without_end() -> bytes:
    return CSV + b'"' + b"a" * part_of(63 * MIB)


@hostile
def csv_quotation_of_lines_without_end() -> bytes:
    return CSV + b'"' + b"a\n" * part_of(31 * MIB)


@hostile
def csv_of_quotation_marks() -> bytes:
    return CSV + b'"' * part_of(63 * MIB)


@costly
def csv_in_utf_16() -> bytes:
    return ("\ufeff" + CSV.decode() + "\n" * part_of(31 * MIB)).encode("utf-16-le")
