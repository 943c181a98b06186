"""The lines of a run by member, as its page shows them.

Pages are found by the members' numbers in the run, so that the last one is as quick as the first.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q

from contacts.models import Contact, ContactType
from importexport.models import ChangeKind, ImportChange, ImportedMember, ImportRun
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


_stale = ImportChange.objects.filter(
    run=OuterRef("run"), member=OuterRef("member"), site_changed_at__isnull=False
)
FILTERS = {
    "": Filter("Tout", Q()),
    "ajouts": Filter("Ajouts", Q(added__gt=0), (ChangeKind.ADDED.label,)),
    "suppressions": Filter("Suppressions", Q(removed__gt=0), (ChangeKind.REMOVED.label,)),
    "deplacements": Filter("Déplacements", Q(moved__gt=0), (ChangeKind.MOVED.label,)),
    "inchanges": Filter("Inchangés", Q(kept__gt=0), (UNCHANGED,)),
    "absents": Filter("Membres absents du fichier", Q(is_in_file=False)),
    "recents": Filter("Changés depuis l'export", Q(Exists(_stale)), only_stale=True),
}

_CHANGED = Q(added__gt=0) | Q(removed__gt=0) | Q(moved__gt=0)


@dataclass(frozen=True)
class Line:
    """A contact that the run adds, removes, moves or keeps; `line` is that of the file."""

    kind: str
    line: int | None
    name: str
    job_title: str
    email: str
    phones: str
    type: str
    place: str
    site_changed_at: datetime | None


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


def member_lines(run: ImportRun, member_id: int) -> tuple[ImportedMember | None, list[Line]]:
    """Return a member of the run with all its lines, by position; None where it has no such one."""
    imported = ImportedMember.objects.filter(run=run, member=member_id).first()
    if imported is None:
        return None, []
    return imported, _lines(run, [member_id])[member_id]


def _previews(
    run: ImportRun, page: Sequence[ImportedMember], chosen: Filter
) -> list[MemberPreview]:
    keys = [imported.member_id for imported in page]
    members = Member.objects.in_bulk(keys)
    lines = _lines(run, keys)
    previews = []
    for imported in page:
        shown = [line for line in lines[imported.member_id] if _is_shown(line, chosen)]
        more = max(0, len(shown) - LINES_A_MEMBER)
        member = members.get(imported.member_id)
        previews.append(MemberPreview(imported, member, shown[:LINES_A_MEMBER], more))
    return previews


def _is_shown(line: Line, chosen: Filter) -> bool:
    if chosen.only_stale:
        return line.site_changed_at is not None
    return not chosen.kinds or line.kind in chosen.kinds


def _lines(run: ImportRun, keys: Sequence[int]) -> defaultdict[int, list[Line]]:
    """Return the lines of these members, by position; kept contacts only while the run is ready."""
    changes = ImportChange.objects.filter(run=run, member__in=keys).select_related("contact")
    placed: defaultdict[int, list[tuple[int, Line]]] = defaultdict(list)
    for change in changes:
        placed[change.member_id].append(_placed(change))
    if run.state == RunState.READY:
        _add_unchanged(placed, keys, changes)
    lines: defaultdict[int, list[Line]] = defaultdict(list)
    for key, found in placed.items():
        lines[key] = [line for _, line in sorted(found, key=lambda pair: pair[0])]
    return lines


def _add_unchanged(
    placed: defaultdict[int, list[tuple[int, Line]]],
    keys: Sequence[int],
    changes: Iterable[ImportChange],
) -> None:
    touched = {change.contact_id for change in changes}
    for contact in Contact.objects.filter(member__in=keys).order_by("position"):
        if contact.pk not in touched:
            line = _line(UNCHANGED, contact, place=str(contact.position))
            placed[contact.member_id].append((contact.position, line))


def _placed(change: ImportChange) -> tuple[int, Line]:
    """Return the position by which a change is sorted, and its line."""
    kind = ChangeKind(change.kind)
    # Removed contacts' values are copied when the run is applied; moved ones keep their own.
    has_values = change.type is not None
    source = change if has_values or change.contact is None else change.contact
    if kind == ChangeKind.MOVED:
        place = f"{change.previous_position} → {change.position}"
    else:
        place = str(change.position or change.previous_position)
    line = _line(kind.label, source, place, line=change.line, changed_at=change.site_changed_at)
    return change.position or change.previous_position or 0, line


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
        type=ContactType(source.type).label if source.type else "",
        place=place,
        site_changed_at=changed_at,
    )
