"""Makers of small files, and functions that read them."""

import io
import zipfile
from pathlib import Path
from typing import NamedTuple

from importexport.files import open_table
from importexport.files.table import Limits

LIMITS = Limits(max_bytes=64 * 1024**2, max_unpacked_bytes=512 * 1024**2, max_rows=250_000)
SAMPLES = Path(__file__).parent / "samples"
TITLES = ("Référence", "Nom", "Type")

MIME_TYPE = "application/vnd.oasis.opendocument.spreadsheet"
NAMESPACES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in (
        ("office", "office"),
        ("table", "table"),
        ("text", "text"),
        ("draw", "drawing"),
    )
)
START = f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {NAMESPACES} '
HEAD = START + (
    'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xlink="http://www.w3.org/1999/xlink" '
    'office:version="1.3"><office:body><office:spreadsheet>'
)
TAIL = "</office:spreadsheet></office:body></office:document-content>"


def is_header(cells):
    return {"référence", "type"} <= {str(cell).strip().casefold() for cell in cells}


def package(content, **other_entries):
    """Return an ODS package; other entries go by name, None leaves the mimetype out."""
    entries = {"mimetype": MIME_TYPE} | other_entries | {"content.xml": content}
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in entries.items():
            if data is not None:
                made.writestr(name, data)
    return file


def document(*sheets):
    return f"{HEAD}{''.join(sheets)}{TAIL}"


def sheet(*rows):
    return f'<table:table table:name="Feuille">{"".join(rows)}</table:table>'


def row(*cells, attributes=""):
    return f"<table:table-row {attributes}>{''.join(cells)}</table:table-row>"


def cell(text, attributes=""):
    return text_cell(paragraph(text), attributes)


def text_cell(paragraphs, attributes=""):
    attributes = f'office:value-type="string" {attributes}'
    return f"<table:table-cell {attributes}>{paragraphs}</table:table-cell>"


def paragraph(markup):
    return f"<text:p>{markup}</text:p>"


HEADER = row(*map(cell, TITLES))


def ods(*rows, header=HEADER):
    """Return an ODS file of one sheet with these rows of XML below the titles."""
    return package(document(sheet(header, *rows)))


class Line(NamedTuple):
    """A row of the sheet that has the header."""

    line: int
    cells: list[str | int]


def read(file, limits=LIMITS):
    """Return the header and the rows of a file, or raise FileRefused."""
    table = open_table(file, is_header, limits)
    return [Line(row.line, row.cells) for row in (table.header, *table.rows)]


def read_rows(file):
    """Return the rows below the header, as (line, cells)."""
    return [(line, list(cells)) for line, cells in read(file)[1:]]


def read_cell(markup):
    """Return the value of a cell, given as XML, in the column « Nom »."""
    [(_, cells)] = read_rows(ods(row(cell("C1"), markup, cell("2"))))
    assert len(cells) == 3
    assert (cells[0], cells[2]) == ("C1", "2")
    return cells[1]


def csv_rows(text, encoding="utf-8-sig"):
    """Return the rows below the header of a CSV file, as (line, cells)."""
    return read_rows(io.BytesIO(text.encode(encoding)))
