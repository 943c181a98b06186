"""What a run does, member by member and line by line, as its page shows it.

A page has a few members, found by their number in the run: the last page is as quick as the first.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q

from contacts.models import Contact, ContactType
from importexport.models import ChangeKind, ImportChange, ImportedMember, ImportRun, RunState
from members.models import Member

MEMBERS_A_PAGE = 20
# So many lines of a member are shown among the others; the member's own page has them all.
LINES_A_MEMBER = 50
UNCHANGED = "Inchangé"


@dataclass(frozen=True)
class Filter:
    """A choice of members, and of the kinds of their lines: empty for all of them."""

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
    """A contact as the run adds, removes, moves or leaves it; `line` is that of the file."""

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
    """A member of the run, with its first lines and how many more there are."""

    imported: ImportedMember
    member: Member | None
    lines: Sequence[Line]
    more: int


@dataclass(frozen=True)
class PreviewPage:
    """Some members of a run; `previous` and `next` are the numbers to go on from, or None."""

    members: Sequence[MemberPreview]
    count: int
    previous: int | None
    next: int | None


def offered_filters(run: ImportRun) -> dict[str, str]:
    """Return the filters that may find something in this run: their key and label."""
    has_some = {
        "ajouts": run.added_count,
        "suppressions": run.removed_count,
        "deplacements": run.moved_count,
        "inchanges": run.unchanged_count - run.moved_count if run.state == RunState.READY else 0,
        "absents": run.emptied_member_count,
        "recents": run.stale_count,
    }
    return {key: one.label for key, one in FILTERS.items() if not key or has_some[key]}


def preview_page(run: ImportRun, key: str, after: int = 0, before: int = 0) -> PreviewPage:
    """Return the members that a filter finds, behind or in front of those numbers."""
    chosen = FILTERS.get(key, FILTERS[""])
    found = ImportedMember.objects.filter(chosen.members, run=run)
    if run.state != RunState.READY:
        # Of the others there is nothing to show any more.
        found = found.filter(_CHANGED)
    if before:
        some = list(found.filter(number__lt=before).order_by("-number")[: MEMBERS_A_PAGE + 1])
        has_previous, has_next = len(some) > MEMBERS_A_PAGE, True
        some = some[:MEMBERS_A_PAGE][::-1]
    else:
        some = list(found.filter(number__gt=after).order_by("number")[: MEMBERS_A_PAGE + 1])
        has_previous, has_next = after > 0, len(some) > MEMBERS_A_PAGE
        some = some[:MEMBERS_A_PAGE]
    return PreviewPage(
        members=_previews(run, some, chosen),
        count=found.count(),
        previous=some[0].number if some and has_previous else None,
        next=some[-1].number if some and has_next else None,
    )


def member_lines(run: ImportRun, member_id: int) -> tuple[ImportedMember | None, list[Line]]:
    """Return all lines of one member, in the order of their places."""
    imported = ImportedMember.objects.filter(run=run, member=member_id).first()
    if imported is None:
        return None, []
    return imported, _lines(run, [member_id])[member_id]


def _previews(
    run: ImportRun, some: Sequence[ImportedMember], chosen: Filter
) -> list[MemberPreview]:
    keys = [imported.member_id for imported in some]
    members = Member.objects.in_bulk(keys)
    lines = _lines(run, keys)
    previews = []
    for imported in some:
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
    """Return the lines of these members; what a run leaves is only known until it is applied."""
    changes = ImportChange.objects.filter(run=run, member__in=keys).select_related("contact")
    placed: defaultdict[int, list[tuple[int, Line]]] = defaultdict(list)
    for change in changes:
        placed[change.member_id].append(_placed(change))
    if run.state == RunState.READY:
        _add_unchanged(placed, keys, changes)
    lines: defaultdict[int, list[Line]] = defaultdict(list)
    for key, some in placed.items():
        lines[key] = [line for _, line in sorted(some, key=lambda pair: pair[0])]
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
    """Return the line of a change, and the place by which it stands among the others."""
    kind = ChangeKind(change.kind)
    # What a contact that goes said is noted once it goes, and one that moves says it itself.
    is_noted = change.type is not None
    said = change if is_noted or change.contact is None else change.contact
    if kind == ChangeKind.MOVED:
        place = f"{change.previous_position} → {change.position}"
    else:
        place = str(change.position or change.previous_position)
    line = _line(kind.label, said, place, line=change.line, changed_at=change.site_changed_at)
    return change.position or change.previous_position or 0, line


def _line(
    kind: str,
    said: Any,
    place: str,
    *,
    line: int | None = None,
    changed_at: datetime | None = None,
) -> Line:
    return Line(
        kind=kind,
        line=line,
        name=said.name,
        job_title=said.job_title,
        email=said.email,
        phones=said.phones,
        type=ContactType(said.type).label if said.type else "",
        place=place,
        site_changed_at=changed_at,
    )
