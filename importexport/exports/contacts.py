"""All contacts as the rows of a contact file, and the files themselves."""

from collections.abc import Generator, Sequence
from contextlib import closing
from itertools import count
from operator import itemgetter
from typing import IO

from django.db.models import QuerySet

from contacts.models import Contact
from importexport.exports.stamp import PROPERTY, ExportMoment, moment_before_reading, sign
from importexport.rows.columns import COLUMNS, Value
from importexport.rows.sheet import Format, write_rows

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

    An ODS carries the moment of the export (exports/stamp.py).
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


def contact_rows(contacts: QuerySet[Contact]) -> Generator[Sequence[Value], None, None]:
    """Yield each contact as a row of values, one for each column; only a few at a time are held."""
    found = contacts.values_list(*(column.lookup for column in COLUMNS))
    written = [(place, column.write) for place, column in enumerate(COLUMNS) if column.write]
    for values in found.iterator(chunk_size=_ROWS_AT_A_TIME):
        row = list(values)
        for place, write in written:
            row[place] = write(row[place])
        yield row
