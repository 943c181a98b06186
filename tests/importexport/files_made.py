"""Makers of contact files for tests, and the site's contacts as plain values."""

import io
from collections.abc import Iterable, Mapping, Sequence

import openpyxl
from odf import table, text
from odf.opendocument import OpenDocumentSpreadsheet

from contacts.models import CONTACT_FIELDS, Contact
from importexport.rows.columns import COLUMNS
from importexport.rows.sheet import write_rows

TITLES = tuple(column.title for column in COLUMNS)
SHORT = ("Référence", "Dénomination", "Type")


def full_row(values: Mapping[str, str | int]) -> list[str | int]:
    """Make a row of every column, from values by their titles; the others are empty."""
    assert values.keys() <= set(TITLES)
    return [values.get(title, "") for title in TITLES]


def csv_file(*rows: Sequence[object], titles: Sequence[str] = SHORT) -> io.BytesIO:
    """Make a CSV file of rows without `;` or quotation marks in their cells."""
    lines = [";".join(map(str, row)) for row in (titles, *rows)]
    return named("contacts.csv", "\n".join(lines).encode())


def ods_file(*rows: Sequence[str | int], titles: Sequence[str] = SHORT) -> io.BytesIO:
    """Make an ODS file in which numbers are number cells, in whatever column."""
    document = OpenDocumentSpreadsheet()
    sheet = table.Table(name="Contacts")
    for row in (titles, *rows):
        made = table.TableRow()
        for value in row:
            made.addElement(_cell(value))
        sheet.addElement(made)
    document.spreadsheet.addElement(sheet)
    file = io.BytesIO()
    document.write(file)
    return named("contacts.ods", file.getvalue())


def xlsx_file(*rows: Sequence[str | int], titles: Sequence[str] = SHORT) -> io.BytesIO:
    """Make an Excel workbook in which numbers are number cells, in whatever column."""
    workbook = openpyxl.Workbook()
    for row in (titles, *rows):
        workbook.active.append(row)
    file = io.BytesIO()
    workbook.save(file)
    return named("contacts.xlsx", file.getvalue())


def _cell(value: str | int) -> table.TableCell:
    kind = {"valuetype": "float", "value": value} if isinstance(value, int) else {}
    cell = table.TableCell(**kind or {"valuetype": "string"})
    cell.addElement(text.P(text=str(value)))
    return cell


def export_like(rows: Iterable[Sequence[str | int]], format: str = "csv") -> io.BytesIO:
    """Make a file with every column, as an export writes it."""
    file = io.BytesIO()
    write_rows(file, format, iter(rows))
    return named(f"contacts.{format}", file.getvalue())


def named(name: str, content: bytes) -> io.BytesIO:
    """Make a file with a name, as an upload needs it."""
    file = io.BytesIO(content)
    file.name = name
    return file


def plain(sentence: object) -> str:
    """Return a sentence with plain spaces in the place of non-breaking ones."""
    return str(sentence).replace("\u00a0", " ")


def names(member=None) -> list[str]:
    """Return the names of the contacts, of one member or of all, from top to bottom."""
    contacts = Contact.objects.order_by("member__reference", "position")
    found = contacts.filter(member=member) if member else contacts
    return list(found.values_list("name", flat=True))


def stored() -> list[tuple[object, ...]]:
    """Return the members' references and the values of all contacts, by member and position."""
    found = Contact.objects.order_by("member__reference", "position")
    return list(found.values_list("member__reference", *CONTACT_FIELDS))


def untouched() -> list[dict[str, object]]:
    """Return all columns of all contacts: equal only where nothing was written."""
    return list(Contact.objects.order_by("pk").values())
