"""The members' screen: which members, in which order, how many contacts each."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Count, F, Func, OrderBy, OuterRef, Q, QuerySet, Subquery

from members.filters import member_filters
from members.models import Member
from members.text import Fold, search_terms

PAGE_SIZE = 50


@dataclass(frozen=True)
class SortableColumn:
    """A column of the screen: its name in the address, its title, what it sorts by."""

    key: str
    title: str
    fields: tuple[str | Func, ...]


SORTABLE_COLUMNS = (
    SortableColumn("reference", "Référence", ("reference",)),
    SortableColumn("name", "Dénomination", ("sort_name", "reference")),
    SortableColumn("kind", "Catégorie", ("kind", "sort_name", "reference")),
    SortableColumn("email", "Mail principal", ("email", "reference")),
    SortableColumn("city", "Ville", (Fold("city"), "reference")),
    SortableColumn("contacts", "Contacts", ("contact_count", "sort_name", "reference")),
)
DEFAULT_SORT = "name"


def find_members(query: str = "", kind: str = "", check: str = "") -> QuerySet[Member]:
    """Return the members in which, or in whose contacts, each word of the query is found.

    `kind` is a MemberKind, `check` the key of a filter that another app brought along; empty,
    they keep all.
    """
    members = Member.objects.all()
    for spellings in search_terms(query):
        by_itself, by_contact = Q(), Q()
        for spelling in spellings:
            by_itself |= Q(search_text__contains=spelling)
            by_contact |= Q(contacts__search_text__contains=spelling)
        found = Member.objects.filter(by_contact)
        members = members.filter(by_itself | Q(pk__in=found.values("pk")))
    if kind:
        members = members.filter(kind=kind)
    return member_filters()[check].apply(members) if check else members


def sort_members(members: QuerySet[Member], sort: str) -> QuerySet[Member]:
    """Return the members in the order of a column's key, `-` before it for the reverse.

    An unknown key sorts by name: an address typed by hand is no reason for an error.
    """
    descending, key = sort.startswith("-"), sort.removeprefix("-")
    columns = {column.key: column for column in SORTABLE_COLUMNS}
    column = columns.get(key) or columns[DEFAULT_SORT]
    if column.key == "contacts":
        # Counted member by member: grouping them would carry all their columns along.
        itself = Member.objects.filter(pk=OuterRef("pk")).order_by().values("pk")
        counted = itself.annotate(number=Count("contacts")).values("number")
        members = members.annotate(contact_count=Subquery(counted))
    fields = (F(field) if isinstance(field, str) else field for field in column.fields)
    return members.order_by(*(OrderBy(field, descending=descending) for field in fields))


def count_contacts(members: list[Member]) -> dict[int, int]:
    """Return the number of contacts of each of these members, by their key, in one query."""
    found = Member.objects.filter(pk__in=[member.pk for member in members])
    return dict(found.order_by().values_list("pk").annotate(Count("contacts")))


@dataclass(frozen=True)
class Heading:
    """The title of a sortable column, as a link that sorts by it or turns its order round."""

    title: str
    address: str
    direction: str  # as aria-sort says it: ascending, descending, none

    @property
    def arrow(self) -> str:
        """The sign beside the title."""
        return {"ascending": "▲", "descending": "▼"}.get(self.direction, "")


def headings(sort: str, parameters: dict[str, str]) -> list[Heading]:
    """Return the headings for a screen sorted by `sort`, keeping its other parameters."""
    descending, current = sort.startswith("-"), sort.removeprefix("-")
    if current not in {column.key for column in SORTABLE_COLUMNS}:
        current = DEFAULT_SORT
    result = []
    for column in SORTABLE_COLUMNS:
        is_current = column.key == current
        direction = ("descending" if descending else "ascending") if is_current else "none"
        key = f"-{column.key}" if is_current and not descending else column.key
        address = "?" + urlencode({**parameters, "sort": key})
        result.append(Heading(column.title, address, direction))
    return result
