"""Read and check the fuzzer's bytes as a contact file.

Most of them must be refused; any exception but FileRefused is a finding.
"""

import io
import re
import zipfile
from collections.abc import Callable

from importexport.files import ods_parser, open_table
from importexport.files.table import FileRefused, Limits
from importexport.rows.checking import check_table, is_header
from importexport.rows.known_members import KnownMember
from importexport.rows.marking import mark_file
from importexport.rows.remarks import Remarks

LIMITS = Limits(max_bytes=2**20, max_unpacked_bytes=2**23, max_rows=10_000, max_markup=200_000)
MEMBERS = {
    "C1": KnownMember(1, "Ferme", has_contacts=True),
    "00042": KnownMember(2, "Crèche « L'Été »", has_contacts=True),
    "P1": KnownMember(3, "Jean", has_contacts=False),
}


_NOTHING = re.compile(b"(?!)")


class WrongAnswer(Exception):
    """The reader or the check ended, but broke a promise."""


def take_file(data: bytes) -> None:
    """Read and check the bytes; where they have errors, mark these, and read the marked file."""
    source = io.BytesIO(data)
    compare_ways(source)
    try:
        table = open_table(source, is_header, LIMITS)
        errors = check_table(table, MEMBERS).errors
    except FileRefused:
        return
    if not 0 <= table.progress() <= 1:
        raise WrongAnswer(table.progress())
    if errors.count:
        check_marked(source, errors)


def compare_ways(source: io.BytesIO) -> None:
    """Raise WrongAnswer where the quick way reads a file otherwise than the parser alone."""
    quick = _outcome(source)
    usual = ods_parser._DECLARATION
    # Without a declaration, all rows go to the parser.
    ods_parser._DECLARATION = _NOTHING
    try:
        slow = _outcome(source)
    finally:
        ods_parser._DECLARATION = usual
    if quick != slow:
        raise WrongAnswer(quick, slow)


def _outcome(source: io.BytesIO) -> object:
    """Return the rows of a file, with the types of their cells, or the sentence of refusal."""
    try:
        table = open_table(source, is_header, LIMITS)
        rows = [*table.above, table.header, *table.rows]
    except FileRefused as refusal:
        return str(refusal)
    cells = [(row.sheet, row.line, [(type(cell), cell) for cell in row.cells]) for row in rows]
    return cells, table.left_out


def take_workbook(data: bytes) -> None:
    """Read bytes as the sheet, the texts and the styles of a workbook, with zeros between them."""
    parts = [*data.split(b"\0\0", 2), b"", b""]
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as package:
        for name, content in WORKBOOK.items():
            package.writestr(name, content)
        for name, part in zip(WORKBOOK_PARTS, parts, strict=False):
            if part:
                package.writestr(f"xl/{name}.xml", part)
    take_file(file.getvalue())


def check_marked(source: io.BytesIO, errors: Remarks) -> None:
    """Raise WrongAnswer where a marked file has errors that its source does not have.

    It may have fewer: characters that an ODS cannot hold are errors only in a CSV.
    """
    target = io.BytesIO()
    try:
        mark_file(source, target, errors, LIMITS)
        again = check_table(open_table(target, is_header, LIMITS), MEMBERS).errors
    except FileRefused:
        # Marks may make it larger than a file may be.
        return
    new = _places(again) - _places(errors)
    if new:
        raise WrongAnswer(new)


def _places(errors: Remarks) -> set[tuple[int, str]]:
    """Return the places of errors; beyond the last column the check reports only the first."""
    return {
        (error.line, "surplus" if error.column.isdecimal() else error.column)
        for error in errors.kept
    }


def take_content(data: bytes) -> None:
    """Read bytes as the content.xml of a valid package."""
    take_file(packed("content.xml", data))


def take_metadata(data: bytes) -> None:
    """Read bytes as the meta.xml of a valid package."""
    take_file(packed("meta.xml", data, ("content.xml", USUAL_CONTENT)))


def packed(name: str, data: bytes, *others: tuple[str, str]) -> bytes:
    """Return a package with the mimetype, this entry and others."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        package.writestr(name, data)
        for entry, content in others:
            package.writestr(entry, content)
    return file.getvalue()


_NAMESPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for name in ("office", "table", "text")
)
_USUAL_CELLS = "".join(
    f'<table:table-cell office:value-type="string"><text:p>{title}</text:p></table:table-cell>'
    for title in ("Référence", "Type")
)
USUAL_CONTENT = (
    f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {_NAMESPACES}><office:body>'
    f"<office:spreadsheet><table:table><table:table-row>{_USUAL_CELLS}</table:table-row>"
    "</table:table></office:spreadsheet></office:body></office:document-content>"
)
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
WORKBOOK_PARTS = {"sheet": "worksheet", "strings": "sharedStrings", "styles": "styles"}
_RELATIONS = "<Relationships>%s</Relationships>"
WORKBOOK = {
    "_rels/.rels": _RELATIONS
    % f'<Relationship Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/>',
    "xl/_rels/workbook.xml.rels": _RELATIONS
    % "".join(
        f'<Relationship Id="{name}" Type="{_OFFICE}/{kind}" Target="{name}.xml"/>'
        for name, kind in WORKBOOK_PARTS.items()
    ),
    "xl/workbook.xml": f'<workbook xmlns:r="{_OFFICE}"><sheets><sheet name="a" r:id="sheet"/>'
    "</sheets></workbook>",
}
TARGETS: dict[str, Callable[[bytes], None]] = {
    "content": take_content,
    "package": take_file,
    "csv": take_file,
    "workbook": take_workbook,
    "metadata": take_metadata,
}
