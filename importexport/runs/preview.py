"""The lines of a run by member, as its page shows them.

Pages are found by the members' numbers in the run, so that the last one is as quick as the first.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Exists, OuterRef, Q

from base.database import slices
from base.differences import Difference, differences
from contacts.models import Contact, ContactType, ContactValues
from importexport.models import (
    ChangeKind,
    ImportChange,
    ImportedMember,
    ImportRun,
    PreviousValues,
)
from importexport.rows.columns import COLUMNS
from importexport.runs.changed_contacts import history_addresses
from importexport.runs.line_places import (
    MemberPlaces,
    Place,
    Wanted,
    first_places,
)
from importexport.states import RunState
from members.models import Member

MEMBERS_A_PAGE = 20
# At most this many lines of a member are shown among the others; the member's own page has all.
LINES_A_MEMBER = 50
UNCHANGED = "Inchangé"


@dataclass(frozen=True)
class Filter:
    """Which members are shown, and which of their lines: without `kinds`, all."""

    label: str
    members: Q
    kinds: tuple[str, ...] = ()
    only_stale: bool = False


_CHANGED = Q(added__gt=0) | Q(modified__gt=0) | Q(removed__gt=0) | Q(moved__gt=0)
_stale = ImportChange.objects.filter(
    run=OuterRef("run"), member=OuterRef("member"), site_changed_at__isnull=False
)
FILTERS = {
    "": Filter("Tout ce qui change", _CHANGED, tuple(kind.label for kind in ChangeKind)),
    "ajouts": Filter("Ajouts", Q(added__gt=0), (ChangeKind.ADDED.label,)),
    "modifications": Filter("Modifications", Q(modified__gt=0), (ChangeKind.MODIFIED.label,)),
    "suppressions": Filter("Suppressions", Q(removed__gt=0), (ChangeKind.REMOVED.label,)),
    "deplacements": Filter("Déplacements", Q(moved__gt=0), (ChangeKind.MOVED.label,)),
    "inchanges": Filter("Inchangés", Q(kept__gt=0), (UNCHANGED,)),
    "absents": Filter("Membres absents du fichier", Q(is_in_file=False)),
    "recents": Filter("Changés depuis l'export", Q(Exists(_stale)), only_stale=True),
}


@dataclass(frozen=True)
class Line:
    """A contact that the run adds, modifies, removes, moves or keeps; `line` is that of the file.

    `differences` are those of a modified contact; the other values are the new ones.
    """

    kind: str
    line: int | None
    name: str
    job_title: str
    email: str
    phones: str
    fax: str
    note: str
    type: str
    place: str
    site_changed_at: datetime | None
    differences: Sequence[Difference] = ()
    # The address of the contact's history, once the run is applied.
    history: str = ""


@dataclass(frozen=True)
class MemberPreview:
    """A member of the run, its first lines, and the number of further ones."""

    imported: ImportedMember
    member: Member | None
    lines: Sequence[Line]
    more: int


@dataclass(frozen=True)
class PreviewPage:
    """A page of members; `previous` and `next` are the numbers from which to go on, or None."""

    members: Sequence[MemberPreview]
    count: int
    previous: int | None
    next: int | None


def offered_filters(run: ImportRun) -> dict[str, str]:
    """Return the key and label of each filter that may find something in this run."""
    found = {
        "ajouts": run.added_count,
        "modifications": run.modified_count,
        "suppressions": run.removed_count,
        "deplacements": run.moved_count,
        "inchanges": run.unchanged_count - run.moved_count if run.state == RunState.READY else 0,
        "absents": run.emptied_member_count,
        "recents": run.stale_count,
    }
    return {key: one.label for key, one in FILTERS.items() if not key or found[key]}


def preview_page(run: ImportRun, key: str, after: int = 0, before: int = 0) -> PreviewPage:
    """Return a page of the members that a filter finds, after or before a member's number."""
    chosen = FILTERS.get(key, FILTERS[""])
    found = ImportedMember.objects.filter(chosen.members, run=run)
    if run.state != RunState.READY:
        # The contacts that the run kept may have changed since: they are shown no more.
        found = found.filter(_CHANGED)
    if before:
        page = list(found.filter(number__lt=before).order_by("-number")[: MEMBERS_A_PAGE + 1])
        has_previous, has_next = len(page) > MEMBERS_A_PAGE, True
        page = page[:MEMBERS_A_PAGE][::-1]
    else:
        page = list(found.filter(number__gt=after).order_by("number")[: MEMBERS_A_PAGE + 1])
        has_previous, has_next = after > 0, len(page) > MEMBERS_A_PAGE
        page = page[:MEMBERS_A_PAGE]
    return PreviewPage(
        members=_previews(run, page, chosen),
        count=found.count(),
        previous=page[0].number if page and has_previous else None,
        next=page[-1].number if page and has_next else None,
    )


def member_lines(
    run: ImportRun, member_id: int, number: str | None, per_page: int
) -> tuple[ImportedMember, "Page[Any]"] | None:
    """Return a member of the run with a page of its lines; None where the run has no such one."""
    imported = ImportedMember.objects.filter(run=run, member=member_id).first()
    if imported is None:
        return None
    page = Paginator(MemberPlaces(Wanted(run), member_id), per_page).get_page(number)
    places: list[Place] = list(page.object_list)
    page.object_list = _lines(run, {member_id: places})[member_id]
    return imported, page


def _previews(
    run: ImportRun, page: Sequence[ImportedMember], chosen: Filter
) -> list[MemberPreview]:
    keys = [imported.member_id for imported in page]
    members = Member.objects.in_bulk(keys)
    first = first_places(_wanted(run, chosen), keys, LINES_A_MEMBER)
    lines = _lines(run, {key: found.places for key, found in first.items()})
    previews = []
    for imported in page:
        shown = lines[imported.member_id]
        more = first[imported.member_id].total - len(shown) if shown else 0
        member = members.get(imported.member_id)
        previews.append(MemberPreview(imported, member, shown, more))
    return previews


def _wanted(run: ImportRun, chosen: Filter) -> Wanted:
    if chosen.only_stale or not chosen.kinds:
        return Wanted(run, only_stale=chosen.only_stale)
    kinds = [kind for kind in ChangeKind if kind.label in chosen.kinds]
    return Wanted(run, kinds, has_kept=UNCHANGED in chosen.kinds)


def _lines(run: ImportRun, places: Mapping[int, Sequence[Place]]) -> defaultdict[int, list[Line]]:
    """Return the lines at these places, by the member's key."""
    found = [place for of_member in places.values() for place in of_member]
    changes = ImportChange.objects.select_related("contact").in_bulk(
        [place.pk for place in found if not place.is_kept]
    )
    previous = _previous_values(run, changes.values())
    histories = history_addresses(run, changes.values())
    kept = Contact.objects.in_bulk([place.pk for place in found if place.is_kept])
    lines: defaultdict[int, list[Line]] = defaultdict(list)
    for member, of_member in places.items():
        for place in of_member:
            if place.is_kept and (contact := kept.get(place.pk)):
                lines[member].append(_line(UNCHANGED, contact, place=str(contact.position)))
            elif not place.is_kept and (change := changes.get(place.pk)):
                line = _change_line(change, previous.get(change.contact_id))
                lines[member].append(replace(line, history=histories.get(change.pk, "")))
    return lines


def _previous_values(
    run: ImportRun, changes: Iterable[ImportChange]
) -> dict[int | None, PreviousValues]:
    """Return what the modified contacts were before, by their keys."""
    modified = [one.contact_id for one in changes if one.kind == ChangeKind.MODIFIED]
    return {
        values.contact_id: values
        for part in slices(modified)
        for values in PreviousValues.objects.filter(run=run, contact__in=part)
    }


def _change_line(change: ImportChange, before: PreviousValues | None) -> Line:
    kind = ChangeKind(change.kind)
    # Removed contacts' values are copied when the run is applied; moved ones keep their own.
    has_values = change.type is not None
    source = change if has_values or change.contact is None else change.contact
    if change.position and change.previous_position not in (None, change.position):
        place = f"{change.previous_position} → {change.position}"
    else:
        place = str(change.position or change.previous_position)
    line = _line(kind.label, source, place, line=change.line, changed_at=change.site_changed_at)
    if before is None:
        return line
    return replace(line, differences=differences(_texts(before), _texts(change)))


def _texts(values: ContactValues) -> dict[str, str]:
    """Return the values as a file has them, by the titles of its columns."""
    texts = {column.title: str(getattr(values, column.field)) for column in COLUMNS if column.field}
    return texts | {"Type": f"{values.type} ({ContactType(values.type).label})"}


def _line(
    kind: str,
    source: Any,
    place: str,
    *,
    line: int | None = None,
    changed_at: datetime | None = None,
) -> Line:
    return Line(
        kind=kind,
        line=line,
        name=source.name,
        job_title=source.job_title,
        email=source.email,
        phones=source.phones,
        fax=source.fax,
        note=source.note,
        type=ContactType(source.type).label if source.type else "",
        place=place,
        site_changed_at=changed_at,
    )
