"""Who hears of what before and after a run, from the database.

The preview's page has it for its members as the run's changes and the site's contacts are now.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from base.addresses import address_key
from base.database import STATEMENT
from contacts.models import CONTACT_FIELDS, Contact, Topic
from importexport.models import ChangeKind, ImportChange, ImportRun
from importexport.runs.consequences import (
    Addresses,
    Changes,
    Consequences,
    Effect,
    Rerouting,
    changes_of,
    consequences,
    reroutings,
    subjects_of,
)
from importexport.runs.plan import Stored
from importexport.runs.planned import Plan
from importexport.runs.site_state import stored_contacts
from members.models import Member

_EMAIL = CONTACT_FIELDS.index("email")


@dataclass(frozen=True)
class AddressLine:
    """An address of a member that begins or ceases to hear of topics, or was refused before."""

    effect: Effect
    address: str
    topics: list[str]


def consequences_of(plan: Plan, stored: Stored) -> Consequences:
    """Return the consequences of a plan for the contacts in `stored`."""
    changes = changes_of(plan)
    return consequences(changes, stored, _addresses(changes.members))


def address_lines(
    run: ImportRun, members: Collection[int], effect: Effect
) -> dict[int, list[AddressLine]]:
    """Return the addresses on which a run has this effect, for those of these members with any."""
    stored = stored_contacts(members)
    changes = _changes(run, members, stored)
    return {
        member_id: [
            AddressLine(effect, address, [Topic(name).label for name in subjects_of(topics)])
            for address, topics in _spelt(_affected(one, effect), member_id, changes, stored)
        ]
        for member_id, one in reroutings(changes, stored, _addresses(changes.members))
    }


def _affected(one: Rerouting, effect: Effect) -> Mapping[str, int]:
    if effect == Effect.REFUSED:
        return dict.fromkeys(sorted(one.refused), 0)
    return one.begins if effect == Effect.BEGINS else one.ceases


def _spelt(
    topics: Mapping[str, int], member_id: int, changes: Changes, stored: Stored
) -> Iterator[tuple[str, int]]:
    """Yield the addresses as a contact of the member has them, instead of their keys."""
    contacts = [*changes.new(member_id), *(one.values for one in stored.get(member_id, ()))]
    addresses = [str(values[_EMAIL]) for values in reversed(contacts)]
    spellings = {address_key(address): address for address in addresses}
    return ((spellings[key], each) for key, each in topics.items())


def _changes(run: ImportRun, members: Collection[int], stored: Stored) -> Changes:
    """Return what the changes of a run change for these members."""
    previous = {one.id: one.values for contacts in stored.values() for one in contacts}
    changes = Changes()
    rows = ImportChange.objects.filter(run=run, member__in=members).order_by("pk")
    for member_id, pk, kind, *values in rows.values_list(
        "member_id", "contact_id", "kind", *CONTACT_FIELDS
    ):
        if kind == ChangeKind.ADDED:
            changes.brought[member_id].append(tuple(values))
        elif kind == ChangeKind.MODIFIED and pk in previous:
            changes.modify(member_id, pk, tuple(values), previous[pk])
        elif kind == ChangeKind.REMOVED and pk:
            changes.gone[member_id].add(pk)
    return changes


def _addresses(members: Collection[int]) -> Addresses:
    """Return the main and the refused addresses of these members, perhaps of others too."""
    refused: defaultdict[int, set[str]] = defaultdict(set)
    main = dict(_read(Member.objects.exclude(email=""), "pk", members, "email"))
    for key, rows in (("pk", Member.objects), ("member_id", Contact.objects)):
        marked = rows.exclude(refused_address="")
        for member_id, address in _read(marked, key, members, "refused_address"):
            refused[member_id].add(address_key(address))
    return Addresses(main, refused)


def _read(
    rows: QuerySet[Any], key: str, members: Collection[int], column: str
) -> Iterator[tuple[int, str]]:
    """Yield the keys of members with this column of their rows, perhaps of other members' too."""
    found = rows.order_by().values_list(key, column)
    if len(members) > STATEMENT:
        # Probably nearly all members of the site: reading all takes fewer statements.
        return found.iterator()
    return iter(found.filter(**{f"{key}__in": members}))
