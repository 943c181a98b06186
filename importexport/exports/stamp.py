"""The moment of an export, noted in its file, so that the site knows how old it is when it is back.

It is signed: nobody else can make a file pass for newer than it is, and the files of another site
say nothing here.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from django.core import signing
from django.utils import timezone

# The name of the property in the metadata of the file.
PROPERTY = "Export du site"
_SALT = "contact-export"
# A change that was being committed while the export began is not in it: it must count as later.
_MARGIN = timedelta(minutes=1)


class ExportMoment(NamedTuple):
    """When an export was made, and how many contacts it has.

    The file holds every change that was made before `at`.
    """

    at: datetime
    contact_count: int


def moment_before_reading() -> datetime:
    """Return what the moment of an export is that has not read anything yet."""
    return timezone.now() - _MARGIN


def sign(moment: ExportMoment) -> str:
    """Return a moment as one short text, with a signature of this site."""
    return signing.dumps([moment.at.isoformat(), moment.contact_count], salt=_SALT)


def read_moment(properties: Mapping[str, str]) -> ExportMoment | None:
    """Return the moment that a file's properties tell; None where this site did not sign it."""
    try:
        at, contact_count = signing.loads(properties.get(PROPERTY, ""), salt=_SALT)
    except signing.BadSignature:
        return None
    return ExportMoment(datetime.fromisoformat(at), contact_count)
