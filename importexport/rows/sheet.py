"""A contact file in a spreadsheet: its sheet, its columns, its guide."""

from collections.abc import Iterator, Sequence
from typing import IO, Literal

from contacts.models import ContactType
from importexport.files.csv_writer import write_csv
from importexport.files.ods_frame import SheetColumn
from importexport.files.ods_writer import Properties, write_ods
from importexport.rows.columns import COLUMNS, Column
from importexport.rows.guide import guide
from importexport.rows.values import Value

Format = Literal["ods", "csv"]
CONTENT_TYPES: dict[Format, str] = {
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "csv": "text/csv; charset=utf-8",
}
SHEET_NAME = "Contacts"
_PHONE_COLUMNS = frozenset(
    place for place, column in enumerate(COLUMNS) if column.field in ("phones", "fax")
)


def write_rows(
    file: IO[bytes],
    format: Format,
    rows: Iterator[Sequence[Value]],
    properties: Properties | None = None,
) -> None:
    """Write a contact file with these rows, none for the template; a CSV has no properties."""
    if format == "ods":
        columns = [sheet_column(column) for column in COLUMNS]
        write_ods(file, SHEET_NAME, columns, rows, guide(), properties)
    else:
        write_csv(file, [column.title for column in COLUMNS], rows, _PHONE_COLUMNS)


def sheet_column(column: Column) -> SheetColumn:
    return SheetColumn(
        title=column.title,
        width_in_cm=column.width_in_cm,
        is_number=column.is_number,
        is_muted=column.is_comfort,
        choices=tuple(ContactType.values) if column.is_number else (),
    )
