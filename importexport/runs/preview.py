"""The lines of a run by member, as its page shows them.

Pages are found by the members' numbers in the run, so that the last one is as quick as the first.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from django.core.paginator import Page, Paginator

from base.database import slices
from base.differences import Difference, differences
from contacts.models import Contact, ContactType
from importexport.models import (
    ChangeKind,
    ImportChange,
    ImportedMember,
    ImportRun,
    PreviousValues,
)
from importexport.rows.columns import texts_by_title
from importexport.runs.changed_contacts import history_addresses
from importexport.runs.consequences import Effect
from importexport.runs.line_places import (
    MemberPlaces,
    Place,
    first_places,
)
from importexport.runs.preview_filters import CHANGED, UNCHANGED, Filter, chosen_filter
from importexport.runs.routing_state import AddressLine, address_lines
from importexport.states import RunState
from members.models import Member

MEMBERS_A_PAGE = 20
# At most this many lines of a member are shown among the others; the member's own page has all.
LINES_A_MEMBER = 50


@dataclass(frozen=True)
class Line:
    """A contact that the run adds, modifies, removes, moves or keeps; `line` is that of the file.

    `differences` are those of a modified contact; the other values are the new ones. Each phone
    number stands on a line.
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
    """A member of the run, its first lines or addresses, and the number of further ones."""

    imported: ImportedMember
    member: Member | None
    lines: Sequence[Line] = ()
    addresses: Sequence[AddressLine] = ()
    more: int = 0


@dataclass(frozen=True)
class PreviewPage:
    """A page of members; `previous` and `next` are the numbers from which to go on, or None.

    `effect` is set where it shows addresses instead of lines.
    """

    members: Sequence[MemberPreview]
    count: int
    effect: Effect | None
    previous: int | None
    next: int | None


def preview_page(run: ImportRun, key: str, after: int = 0, before: int = 0) -> PreviewPage:
    """Return a page of the members that a filter finds, after or before a member's number."""
    chosen = chosen_filter(run, key)
    found = ImportedMember.objects.filter(chosen.members, run=run)
    if run.state != RunState.READY:
        # The contacts that the run kept may have changed since: they are shown no more.
        found = found.filter(CHANGED)
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
        effect=chosen.effect,
        previous=page[0].number if page and has_previous else None,
        next=page[-1].number if page and has_next else None,
    )


@dataclass(frozen=True)
class MemberPage:
    """A member of the run with a page of its lines, or of its addresses with an `effect`.

    `folded` is the number of unchanged contacts that all lines would show besides.
    """

    imported: ImportedMember
    title: str
    effect: Effect | None
    page: "Page[Any]"
    folded: int


def member_page(
    run: ImportRun, member_id: int, key: str | None, number: str | None, per_page: int
) -> MemberPage | None:
    """Return what a filter shows of a member, without a key all lines.

    Returns None where the run has no such member.
    """
    imported = ImportedMember.objects.filter(run=run, member=member_id).first()
    if imported is None:
        return None
    chosen = chosen_filter(run, key)
    found: Sequence[Any] = MemberPlaces(chosen.wanted(run), member_id)
    if chosen.effect:
        found = address_lines(run, [member_id], chosen.effect).get(member_id, [])
    page = Paginator(found, per_page).get_page(number)
    if not chosen.effect:
        page.object_list = _lines(run, {member_id: list(page.object_list)})[member_id]
    folded = 0 if key is None or run.state != RunState.READY else imported.kept
    return MemberPage(imported, chosen.label, chosen.effect, page, folded)


def _previews(
    run: ImportRun, page: Sequence[ImportedMember], chosen: Filter
) -> list[MemberPreview]:
    keys = [imported.member_id for imported in page]
    members = Member.objects.in_bulk(keys)
    if chosen.effect:
        addresses = address_lines(run, keys, chosen.effect)
        return [
            MemberPreview(
                imported,
                members.get(imported.member_id),
                addresses=addresses.get(imported.member_id, [])[:LINES_A_MEMBER],
                more=max(0, len(addresses.get(imported.member_id, [])) - LINES_A_MEMBER),
            )
            for imported in page
        ]
    first = first_places(chosen.wanted(run), keys, LINES_A_MEMBER)
    lines = _lines(run, {key: found.places for key, found in first.items()})
    previews = []
    for imported in page:
        shown = lines[imported.member_id]
        more = first[imported.member_id].total - len(shown) if shown else 0
        member = members.get(imported.member_id)
        previews.append(MemberPreview(imported, member, lines=shown, more=more))
    return previews


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
    then, now = (texts_by_title(partial(getattr, state)) for state in (before, change))
    return replace(line, differences=differences(then, now))


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
        phones=source.phones.replace(";", "\n"),
        fax=source.fax,
        note=source.note,
        type=ContactType(source.type).label if source.type else "",
        place=place,
        site_changed_at=changed_at,
    )
