"""What a merge compared, for people: each contact at the export, on the site, in the file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.core.paginator import Page, Paginator

from contacts.models import Contact
from importexport.models import ComparedContact, ImportRun
from importexport.rows.columns import texts_by_title
from importexport.rows.values import Value, quoted
from importexport.runs.merge import Comparison
from importexport.runs.pairs import by_field
from members.models import Member

COMPARED_A_PAGE = 20
_State = Mapping[str, Value] | None


@dataclass(frozen=True)
class ComparedField:
    """A field that is not the same everywhere; a state is None without a contact or a row."""

    title: str
    base: str | None
    site: str | None
    file: str | None


@dataclass(frozen=True)
class ComparedLine:
    """A contact that a merge compared, with what became of it and what each choice would do."""

    stored: ComparedContact
    member: Member | None
    name: str
    what_happened: str
    site_means: str
    file_means: str
    fields: Sequence[ComparedField]


def compared_page(run: ImportRun, number: str | None, *, is_conflict: bool) -> "Page[Any]":
    """Return a page of the run's conflicts, or of the site's changes that the merge keeps."""
    found = ComparedContact.objects.filter(run=run, is_conflict=is_conflict)
    page: Page[Any] = Paginator(found, COMPARED_A_PAGE).get_page(number)
    compared = list(page.object_list)
    members = Member.objects.in_bulk([one.member_id for one in compared])
    page.object_list = [_line(one, members.get(one.member_id)) for one in compared]
    return page


def conflict_sentence(reference: str, conflict: Comparison) -> str:
    """Return a conflict in a line: `C1, Anne Dupont : Tel « 01 », site « 02 », fichier « 03 »`."""
    base, site, file = (by_field(one) for one in (conflict.base, conflict.site, conflict.file))
    place = f"ligne {conflict.line}, " if conflict.line else ""
    start = f"{place}{reference}, {_title(base, site, file)}"
    if site is None or file is None:
        return f"{start} : {_happened(base, site, file).lower()}"
    fields = (
        f"{one.title} {_named(one.base)}, site {_named(one.site)}, fichier {_named(one.file)}"
        for one in _fields(base, site, file)
        if one.site != one.file and one.base not in (one.site, one.file)
    )
    return f"{start} : {' ; '.join(fields)}"


def _named(value: str | None) -> str:
    return quoted(value) if value else "vide"


def _line(stored: ComparedContact, member: Member | None) -> ComparedLine:
    states = (stored.base, stored.site, stored.file)
    return ComparedLine(
        stored=stored,
        member=member,
        name=_title(*states),
        what_happened=_happened(*states, is_conflict=stored.is_conflict),
        site_means="il reste supprimé" if stored.site is None else "il reste comme il est",
        file_means=_file_means(stored),
        fields=_fields(*states),
    )


def _file_means(stored: ComparedContact) -> str:
    if stored.file is None:
        return "il est supprimé"
    return "il revient, comme sa ligne" if stored.site is None else "il devient comme sa ligne"


def _title(*states: _State) -> str:
    """Return what the contact is called: on the site, else in the file, else at the export."""
    base, site, file = states
    return Contact(**(site or file or base or {})).title


def _happened(base: _State, site: _State, file: _State, *, is_conflict: bool = True) -> str:
    """Return what the site, and in a conflict the file, did since the export."""
    if base is None:
        on_site = "Ajouté sur le site"
        in_file = "ajouté dans le fichier avec d'autres valeurs"
    else:
        on_site = "Supprimé sur le site" if site is None else "Modifié sur le site"
        in_file = "sans ligne dans le fichier" if file is None else "modifié dans le fichier"
    return f"{on_site}, {in_file}" if is_conflict else on_site


def _fields(base: _State, site: _State, file: _State) -> list[ComparedField]:
    """Return the fields that are not the same in all states that there are."""
    texts = [
        texts_by_title(partial(_value, state)) if state else {} for state in (base, site, file)
    ]
    there = [each for each in texts if each]
    return [
        ComparedField(title, *(each.get(title) for each in texts))
        for title in there[0]
        if len(there) == 1 or len({each[title] for each in there}) > 1
        if any(each[title] for each in there)
    ]


def _value(state: Mapping[str, Value], field: str) -> Value:
    # A run that is older than the field lacks it.
    return state.get(field, "")
