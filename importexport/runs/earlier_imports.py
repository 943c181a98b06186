"""What earlier imports of the same export changed: the file's own changes, not the site's.

People go on with the file that they have imported already. It is then compared with what it was at
that import, not with the export alone.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import QuerySet

from contacts.models import CONTACT_FIELDS
from contacts.past import PastContact
from importexport.models import ChangeKind, ImportChange, ImportRun, PreviousValues
from importexport.runs.pairs import Values
from importexport.states import RunState

_VALUES = ("contact_id", *CONTACT_FIELDS)


def earlier_imports(exported_at: datetime) -> QuerySet[ImportRun]:
    """Return the imports of files made from an export that are in place, the oldest first."""
    return ImportRun.objects.filter(exported_at=exported_at, state=RunState.DONE).order_by("pk")


def with_changes_of(run: ImportRun, contacts: Sequence[PastContact]) -> list[PastContact]:
    """Return contacts of before a run with what it changed itself: removals, values, positions.

    A value that it left as it was stays that of `contacts`.
    """
    changes = ImportChange.objects.filter(run=run)
    removed = set(_keys(changes.filter(kind=ChangeKind.REMOVED)))
    positions = dict(
        changes.filter(kind__in=(ChangeKind.MOVED, ChangeKind.MODIFIED)).values_list(
            "contact_id", "position"
        )
    )
    modified = changes.filter(kind=ChangeKind.MODIFIED)
    after = {pk: tuple(values) for pk, *values in modified.values_list(*_VALUES)}
    previous = PreviousValues.objects.filter(run=run)
    before = {pk: tuple(values) for pk, *values in previous.values_list(*_VALUES)}
    return [
        one._replace(
            position=positions.get(one.id) or one.position,
            values=_changed(one.values, before[one.id], after[one.id])
            if one.id in before and one.id in after
            else one.values,
        )
        for one in contacts
        if one.id not in removed
    ]


def _keys(changes: QuerySet[ImportChange]) -> QuerySet[ImportChange, int | None]:
    return changes.values_list("contact_id", flat=True)


def _changed(values: Values, before: Values, after: Values) -> Values:
    """Return values with those of `after` where it differs from `before`."""
    return tuple(
        new if new != old else value for value, old, new in zip(values, before, after, strict=True)
    )
