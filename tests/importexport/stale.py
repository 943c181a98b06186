"""Exports of an hour ago, as a person changed them since, for tests of merges."""

import io
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F
from django.utils import timezone

from contacts.models import CONTACT_FIELDS, Contact, FormerContact
from importexport.exports.stamp import PROPERTY, ExportMoment, sign
from importexport.rows.columns import COLUMNS
from importexport.rows.sheet import write_rows
from tests.importexport.files_made import named

Row = dict[str, Any]


def make_old() -> None:
    """Let all that happened until now have happened long ago."""
    long = timedelta(hours=5)
    Contact.objects.update(created_at=F("created_at") - long, updated_at=F("updated_at") - long)
    FormerContact.lines.update(at=F("at") - long)


class OldExport:
    """The site's contacts as they were exported an hour ago, to be changed as a person does.

    Whatever happened until now counts as older; make all exports before the site changes.
    """

    def __init__(self) -> None:
        make_old()
        self.moment: datetime = timezone.now() - timedelta(hours=1)
        found = Contact.objects.order_by("member__reference", "position")
        self.rows: list[Row] = [
            {"reference": reference, **dict(zip(CONTACT_FIELDS, values, strict=True))}
            for reference, *values in found.values_list("member__reference", *CONTACT_FIELDS)
        ]

    def change(self, name: str, **values: Any) -> "OldExport":
        """Change cells of the row with this name."""
        self._row(name).update(values)
        return self

    def delete(self, name: str) -> "OldExport":
        self.rows.remove(self._row(name))
        return self

    def add(self, reference: str, name: str, **values: Any) -> "OldExport":
        """Add a row below the others of its member."""
        empty = dict.fromkeys(CONTACT_FIELDS, "") | {"type": 4}
        self.rows.append({"reference": reference, **empty, "name": name, **values})
        return self

    def sort(self, key: Callable[[Row], Any], *, reverse: bool = False) -> "OldExport":
        self.rows.sort(key=key, reverse=reverse)
        return self

    def file(self, rows: Iterable[Row] | None = None) -> io.BytesIO:
        """Return the file as it is now, as ODS with the export's stamp."""
        file = io.BytesIO()
        cells = list(map(_cells, self.rows if rows is None else rows))
        stamp = lambda count: {PROPERTY: sign(ExportMoment(self.moment, count))}  # noqa: E731
        write_rows(file, "ods", iter(cells), stamp)
        return named("contacts.ods", file.getvalue())

    def _row(self, name: str) -> Row:
        (row,) = (one for one in self.rows if one["name"] == name)
        return row


def _cells(row: Row) -> list[Any]:
    return [
        row["reference" if not one.field and one.title == "Référence" else one.field]
        if one.field or one.title == "Référence"
        else ""
        for one in COLUMNS
    ]
