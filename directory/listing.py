"""The pages of the members' screen, and the columns to sort them by."""

from dataclasses import dataclass
from functools import partial
from urllib.parse import urlencode

from django.core.paginator import Page
from django.db.models import Count, OuterRef, QuerySet, Subquery

from base.paging import FlatPaginator, FoundPaginator
from directory.filters import WORDS, Wanted, filter_members
from directory.search.ranking import find_first
from directory.search.terms import search_terms
from members.models import Member

PAGE_SIZE = 50


@dataclass(frozen=True)
class SortableColumn:
    """A column of the screen: `key` in the address, title, and the fields to sort by."""

    key: str
    title: str
    fields: tuple[str, ...]


_BY_REFERENCE = ("sort_reference", "pk")
_BY_NAME = ("sort_name", *_BY_REFERENCE)
SORTABLE_COLUMNS = (
    SortableColumn("reference", "Référence", _BY_REFERENCE),
    SortableColumn("name", "Dénomination", _BY_NAME),
    SortableColumn("kind", "Catégorie", ("kind", *_BY_NAME)),
    SortableColumn("email", "Mail principal", ("sort_email", *_BY_REFERENCE)),
    SortableColumn("city", "Ville", ("sort_city", *_BY_REFERENCE)),
    SortableColumn("contacts", "Contacts", ("contact_count", *_BY_NAME)),
)
DEFAULT_SORT = "name"


def members_page(wanted: Wanted, sort: str, number: str | None) -> "Page[Member]":
    """Return a page of the screen; without a sort, the best matches come first.

    `page.paginator.has_more` is true if the search finds more members than the pages show.
    """
    members, words = filter_members(wanted), wanted.get(WORDS, "")
    if not search_terms(words):
        return FlatPaginator(sort_members(members, sort), PAGE_SIZE).get_page(number)
    found = find_first(members, words, partial(sort_members, sort=sort) if sort else None)
    paginator = FoundPaginator(Member.objects.all(), found.keys, PAGE_SIZE, found.has_more)
    return paginator.get_page(number)


def sort_members(members: QuerySet[Member], sort: str) -> QuerySet[Member]:
    """Sort by the key of a column, in reverse with `-` before it.

    An unknown key sorts by name, since an address typed by hand must not fail.
    """
    descending, key = sort.startswith("-"), sort.removeprefix("-")
    columns = {column.key: column for column in SORTABLE_COLUMNS}
    column = columns.get(key) or columns[DEFAULT_SORT]
    if column.key == "contacts":
        # One subquery for each member: GROUP BY would have to group by all columns of members.
        member = Member.objects.filter(pk=OuterRef("pk")).order_by().values("pk")
        counted = member.annotate(number=Count("contacts")).values("number")
        members = members.annotate(contact_count=Subquery(counted))
    sign = "-" if descending else ""
    return members.order_by(*(f"{sign}{field}" for field in column.fields))


@dataclass(frozen=True)
class Heading:
    """The title of a sortable column, as a link that sorts by it or reverses its order."""

    title: str
    address: str
    direction: str  # a value of aria-sort: ascending, descending, none

    @property
    def arrow(self) -> str:
        return {"ascending": "▲", "descending": "▼"}.get(self.direction, "")


def headings(sort: str, parameters: dict[str, str]) -> list[Heading]:
    """Return the headings of a screen sorted by `sort`; their links keep `parameters`.

    A search without a sort has the best matches first, so no heading shows a direction.
    """
    descending, current = sort.startswith("-"), sort.removeprefix("-")
    if current not in {column.key for column in SORTABLE_COLUMNS}:
        current = "" if not sort and search_terms(parameters.get(WORDS, "")) else DEFAULT_SORT
    result = []
    for column in SORTABLE_COLUMNS:
        is_current = column.key == current
        direction = ("descending" if descending else "ascending") if is_current else "none"
        key = f"-{column.key}" if is_current and not descending else column.key
        address = "?" + urlencode({**parameters, "sort": key})
        result.append(Heading(column.title, address, direction))
    return result
