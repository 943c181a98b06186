"""Every export is noted: who, when, how many contacts, in which format, from where."""

from datetime import datetime
from typing import IO, Any

from importexport.exports.contacts import export_contacts
from importexport.models import ContactExport, RunSource
from importexport.rows.sheet import Format


def export_and_note(
    file: IO[bytes],
    format: Format,
    *,
    source: RunSource,
    user: Any = None,
    address: str | None = None,
) -> int:
    """Write all contacts to the file, note it in the journal, and return how many there are.

    Noted before anyone gets the file: none leaves that is not in the journal.
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
    """Delete what the journal says of exports before that moment; return of how many."""
    return ContactExport.objects.filter(created_at__lt=older_than).delete()[0]
