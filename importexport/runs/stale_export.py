"""An export that comes back after the site has changed: its members are merged, not replaced."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from contacts.models import CONTACT_FIELDS
from contacts.past import Past, past_of
from importexport.models import ComparedContact, ImportRun, Side
from importexport.rows.columns import ContactRow
from importexport.runs.merge import Choose, Comparison, Merge, merge_member
from importexport.runs.pairs import FileColumns, StoredContact, Values, by_field
from importexport.states import RunState


def merge_export(
    rows: Sequence[ContactRow],
    stored: Mapping[int, Sequence[StoredContact]],
    columns: FileColumns,
    exported_at: datetime,
    choose: Choose,
    *,
    among: Collection[int] | None,
    removes: bool,
) -> dict[int, Merge]:
    """Return the merge of each member whose contacts changed after the export.

    `stored` has the contacts of now by member; only members in `among` are merged (None: all).
    """
    past = _base(exported_at)
    then: defaultdict[int, list[StoredContact]] = defaultdict(list)
    for member_id, pk, position, values in past.contacts:
        then[member_id].append(StoredContact(pk, position, values))
    concerned = {*past.members} if among is None else {*past.members} & {*among}
    rows_of: defaultdict[int, list[ContactRow]] = defaultdict(list)
    for row in rows:
        if row.member_id in concerned:
            rows_of[row.member_id].append(row)
    merges = {}
    for member_id in concerned:
        site = stored.get(member_id, ())
        base = [*then[member_id], *(one for one in site if one.id not in past.changed)]
        base.sort(key=lambda contact: contact.position)
        merges[member_id] = merge_member(
            rows_of[member_id], base, site, columns, choose, removes=removes
        )
    return merges


def _base(exported_at: datetime) -> Past:
    """Return the contacts that the file was made from, as far as they differ from those of now.

    People go on with a file that they have imported already: what its earlier imports changed is
    the file's own change, not the site's.
    """
    earlier = ImportRun.objects.filter(exported_at=exported_at, state=RunState.DONE)
    return past_of(exported_at, runs=set(earlier.values_list("pk", flat=True)))


# --- Choices ------------------------------------------------------------------------------------


def choices_of(run: ImportRun, otherwise: Side | None = None) -> Choose:
    """Return what was chosen for the conflicts of the run's last preview.

    A choice counts as long as the site and the file have what was shown; `otherwise` is taken for
    the other conflicts.
    """
    chosen: dict[tuple[int | None, Values | None, Values | None], Side] = {}
    conflicts = ComparedContact.objects.filter(run=run, is_conflict=True).exclude(choice="")
    for one in conflicts.iterator():
        chosen[one.contact_id, _values(one.site), _values(one.file)] = Side(one.choice)
    return lambda conflict: chosen.get(
        (conflict.contact_id, conflict.site, conflict.file), otherwise
    )


def compared_contact(run: ImportRun, member_id: int, compared: Comparison) -> ComparedContact:
    """Return the row that stores a comparison."""
    return ComparedContact(
        run=run,
        member_id=member_id,
        contact_id=compared.contact_id,
        line=compared.line,
        is_conflict=compared.is_conflict,
        choice=compared.choice or "",
        base=by_field(compared.base),
        site=by_field(compared.site),
        file=by_field(compared.file),
    )


def _values(by_field: dict[str, Any] | None) -> Values | None:
    return None if by_field is None else tuple(by_field.get(name, "") for name in CONTACT_FIELDS)
