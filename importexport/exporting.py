"""All contacts as the rows of a contact file, and the files themselves."""

from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from itertools import count
from operator import itemgetter
from typing import IO, Literal

from django.db.models import QuerySet

from contacts.models import Contact, ContactType
from importexport.columns import COLUMNS, Column, Value
from importexport.files.csv_writer import write_csv
from importexport.files.ods_frame import Guide, SheetColumn
from importexport.files.ods_writer import Properties, write_ods
from importexport.moments import PROPERTY, ExportMoment, moment_before_reading, sign

Format = Literal["ods", "csv"]
CONTENT_TYPES: dict[Format, str] = {
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "csv": "text/csv; charset=utf-8",
}
SHEET_NAME = "Contacts"
GUIDE_NAME = "Mode d'emploi"
GUIDE_TITLES = (
    "Intitulé de la colonne dans le tableau",
    "Obligatoire ?",
    "Comment remplir le champ ?",
)
_ROWS_AT_A_TIME = 2_000


def export_contacts(file: IO[bytes], format: Format) -> int:
    """Write all contacts to the file, by their member's reference, then position; return how many.

    An ODS carries the moment of the export (moments.py).
    """
    at = moment_before_reading()

    def properties(row_count: int) -> dict[str, str]:
        return {PROPERTY: sign(ExportMoment(at, row_count))}

    contacts = Contact.objects.order_by("member__reference", "position")
    # Closed at once also where the file cannot be written: its cursor is the database's.
    with closing(contact_rows(contacts)) as rows:
        numbers = count()
        # Counted by what costs next to nothing a row.
        counted = map(itemgetter(0), zip(rows, numbers, strict=False))
        write_rows(file, format, counted, properties)
    return next(numbers)


def write_rows(
    file: IO[bytes],
    format: Format,
    rows: Iterator[Sequence[Value]],
    properties: Properties | None = None,
) -> None:
    """Write a contact file with these rows; with none, it is the empty template.

    Only an ODS can carry `properties`.
    """
    if format == "ods":
        columns = [sheet_column(column) for column in COLUMNS]
        write_ods(file, SHEET_NAME, columns, rows, _guide(), properties)
    else:
        write_csv(file, [column.title for column in COLUMNS], rows)


def contact_rows(contacts: QuerySet[Contact]) -> Generator[Sequence[Value], None, None]:
    """Yield each contact as a row of values, one for each column; only a few at a time are held."""
    found = contacts.values_list(*(column.lookup for column in COLUMNS))
    written = [(place, column.write) for place, column in enumerate(COLUMNS) if column.write]
    for values in found.iterator(chunk_size=_ROWS_AT_A_TIME):
        row = list(values)
        for place, write in written:
            row[place] = write(row[place])
        yield row


def guide_rows() -> list[tuple[str, str, str]]:
    """Return how to fill each column: its title, whether it is required, the manual's words."""
    return [
        (column.title, "Oui" if column.is_required else "Non", column.explanation)
        for column in COLUMNS
    ]


def sheet_column(column: Column) -> SheetColumn:
    """Return how a column of contacts looks in a spreadsheet."""
    return SheetColumn(
        title=column.title,
        width_in_cm=column.width_in_cm,
        is_number=column.is_number,
        is_muted=column.is_comfort,
        choices=tuple(ContactType.values) if column.is_number else (),
    )


def _guide() -> Guide:
    return Guide(GUIDE_NAME, GUIDE_TITLES, (6.0, 3.0, 16.0), tuple(guide_rows()))
