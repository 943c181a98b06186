"""All contacts are written to a file, and each export is noted in the journal."""

from collections.abc import Generator, Sequence
from contextlib import closing
from datetime import datetime
from itertools import count
from operator import itemgetter
from typing import IO, Any

from django.db.models import QuerySet

from contacts.models import Contact
from importexport.exports.stamp import PROPERTY, ExportMoment, moment_before_reading, sign
from importexport.models import ContactExport, RunSource
from importexport.rows.columns import COLUMNS
from importexport.rows.sheet import Format, write_rows
from importexport.rows.values import Value

_ROWS_AT_A_TIME = 2_000


def export_and_note(
    file: IO[bytes],
    format: Format,
    *,
    source: RunSource,
    user: Any = None,
    address: str | None = None,
) -> int:
    """Write all contacts to the file, note the export in the journal; return their number.

    Noted before anyone gets the file, so that none leaves the site without a line in the journal.
    """
    contact_count = export_contacts(file, format)
    ContactExport.objects.create(
        source=source,
        created_by=user,
        address=address or None,
        format=format,
        contact_count=contact_count,
    )
    return contact_count


def forget_exports(older_than: datetime) -> int:
    """Delete the journal's lines of exports before that moment; return their number."""
    return ContactExport.objects.filter(created_at__lt=older_than).delete()[0]


def export_contacts(file: IO[bytes], format: Format) -> int:
    """Write all contacts to the file, by member's reference and position; return their number.

    An ODS carries a stamp (exports/stamp.py).
    """
    at = moment_before_reading()

    def properties(row_count: int) -> dict[str, str]:
        return {PROPERTY: sign(ExportMoment(at, row_count))}

    contacts = Contact.objects.order_by("member__sort_reference", "member_id", "position")
    # Close the cursor at once, also where the file cannot be written.
    with closing(contact_rows(contacts)) as rows:
        numbers = count()
        # Count in C: a generator of our own would cost a call for each row.
        counted = map(itemgetter(0), zip(rows, numbers, strict=False))
        write_rows(file, format, counted, properties)
    return next(numbers)


def contact_rows(contacts: QuerySet[Contact]) -> Generator[Sequence[Value], None, None]:
    """Yield each contact as a row of values, one for each column; at most 2,000 are in memory."""
    found = contacts.values_list(*(column.lookup for column in COLUMNS))
    written = [(place, column.write) for place, column in enumerate(COLUMNS) if column.write]
    for values in found.iterator(chunk_size=_ROWS_AT_A_TIME):
        row = list(values)
        for place, write in written:
            row[place] = write(row[place])
        yield row
