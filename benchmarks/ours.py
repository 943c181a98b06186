"""The project's side: contact files out and in, as the site's commands and pages do it."""

from pathlib import Path

from django.core.files import File

from importexport.exports.contacts import export_contacts
from importexport.rows.sheet import Format
from importexport.runs.direct import import_contacts
from importexport.runs.intake import Options


def export_file(path: str, format: Format) -> None:
    """Write all contacts to the file."""
    with Path(path).open("w+b") as file:
        export_contacts(file, format)


def import_file(path: str, format: Format) -> int:  # noqa: ARG001 (the content decides)
    """Add the contacts of the file; return how many."""
    with Path(path).open("rb") as file:
        return import_contacts(File(file), Options())[1].added


def synchronise_file(path: str, format: Format) -> int:  # noqa: ARG001 (the content decides)
    """Make the contacts those of the file; return how many stayed as they were."""
    with Path(path).open("rb") as file:
        return import_contacts(File(file), Options(sync=True))[1].unchanged
