"""The stamp of an exported file: when it was exported, so that its import knows how old it is.

It is signed: a stamp that was altered, or that is of another site, is ignored.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from django.core import signing
from django.utils import timezone

# The property of the file's metadata that holds the stamp.
PROPERTY = "Export du site"
_SALT = "contact-export"
# A change that was being committed while the export began is not in it, and must count as later.
_MARGIN = timedelta(minutes=1)


class ExportMoment(NamedTuple):
    """When an export was made: the file has every change from before `at`."""

    at: datetime
    contact_count: int


def moment_before_reading() -> datetime:
    """Return the moment of an export that reads its first contact after this call."""
    return timezone.now() - _MARGIN


def sign(moment: ExportMoment) -> str:
    """Return the stamp: a moment as a short text, signed with the site's key."""
    return signing.dumps([moment.at.isoformat(), moment.contact_count], salt=_SALT)


def read_moment(properties: Mapping[str, str]) -> ExportMoment | None:
    """Return the moment in a file's properties; None without a valid stamp of this site."""
    try:
        at, contact_count = signing.loads(properties.get(PROPERTY, ""), salt=_SALT)
    except signing.BadSignature:
        return None
    return ExportMoment(datetime.fromisoformat(at), contact_count)
