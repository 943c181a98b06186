"""The part « Qui reçoit quoi » of a member's page."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from django import template
from django.conf import settings

from base.addresses import address_key
from contacts.models import Contact, Topic
from contacts.pages import CONTACTS_A_PAGE
from contacts.problems import describe_problems
from contacts.routing import SIGNING_TYPES, active_topics, route, types_hearing
from members.models import Member

register = template.Library()
# Of a member whose contacts take several pages, at most that many are named in each list.
NAMED = 50


class Named(NamedTuple):
    """A list's first entries, and how many more it has (None: more, but not counted)."""

    shown: Sequence[Any]
    more: int | None = 0


class _Row(NamedTuple):
    """The values of a contact that decide in which lists it stands."""

    pk: int
    type: int
    email: str
    refused_address: str


@register.inclusion_tag("contacts/_routing.html")
def routing(member: Member) -> dict[str, Any]:
    rows = [_Row(*row) for row in member.contacts.values_list(*_Row._fields)]
    limit = NAMED if len(rows) > CONTACTS_A_PAGE else None
    hearing = {topic: _hearing(rows, topic) for topic in active_topics()}
    signing = [row for row in rows if row.type in SIGNING_TYPES]
    contacts = _first_of_each([*hearing.values(), signing, *_doubtful(rows)], limit)
    receivers = [contact for contact in contacts if contact.type in SIGNING_TYPES]
    problems = describe_problems(member, contacts)[: limit and limit + 1]
    return {
        "member": member,
        "topics": [
            (topic.label, _named(route(member, topic, contacts), limit, _addresses(member, found)))
            for topic, found in hearing.items()
        ],
        "has_deliveries": settings.MODULE_DELIVERY_TRACKING and member.has_contacts,
        "receivers": _named(receivers, limit, len(signing)),
        "problems": Named(problems[:limit], None if problems[limit:] and limit else 0),
    }


def _hearing(rows: Sequence[_Row], topic: Topic) -> list[_Row]:
    types = types_hearing([topic])
    return [row for row in rows if row.type in types and row.email]


def _doubtful(rows: Sequence[_Row]) -> Iterator[list[_Row]]:
    """Yield the contacts that may be a problem: without an address, then with a refused one."""
    types = types_hearing(active_topics())
    yield [row for row in rows if row.type in types and not row.email]
    yield [row for row in rows if row.refused_address and row.email]


def _first_of_each(lists: Sequence[Sequence[_Row]], limit: int | None) -> list[Contact]:
    """Return the first contacts of each list, together and in their order; without limit, all."""
    keys = {row.pk for found in lists for row in found[: limit and limit + 1]}
    return list(Contact.objects.filter(pk__in=keys))


def _addresses(member: Member, rows: Sequence[_Row]) -> int:
    """Return how many addresses hear of a topic: the member's, and those of these contacts."""
    found = {address_key(row.email) for row in rows}
    return len(found | ({address_key(member.email)} - {""}))


def _named(entries: Sequence[Any], limit: int | None, total: int) -> Named:
    shown = entries[:limit]
    return Named(shown, max(0, total - len(shown)) if limit else 0)
