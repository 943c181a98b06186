"""Who begins and who ceases to hear of what through a run: from plain values, without the database.

contacts/routing.py has the rules. Here they are bits, one for each topic in use and one for those
who sign for deliveries: a file may change the contacts of the whole site at once.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, NamedTuple

from django.conf import settings

from base.addresses import address_key
from contacts.models import CONTACT_FIELDS, Topic
from contacts.routing import MAIN_ADDRESS_TOPICS, SIGNING_TYPES, TOPICS_BY_TYPE, active_topics
from importexport.runs.pairs import Values
from importexport.runs.plan import Stored
from importexport.runs.planned import Plan

RECEPTION = "reception"
# What a member may have nobody for: its place here is its bit.
SUBJECTS: tuple[str, ...] = (*Topic.values, RECEPTION)
_BITS = {subject: 1 << place for place, subject in enumerate(SUBJECTS)}

_EMAIL, _TYPE = map(CONTACT_FIELDS.index, ("email", "type"))
_Contacts = Sequence[tuple[Any, ...]]
"""Contacts as plain values, in the order of CONTACT_FIELDS."""


class Effect(IntEnum):
    """What a run does to a member; the first bits are the SUBJECTS that it has nobody for now."""

    BEGINS = 1 << len(SUBJECTS)
    CEASES = BEGINS << 1
    REFUSED = BEGINS << 2


class Addresses(NamedTuple):
    """The main address of each member, and the keys of the addresses that were refused there."""

    main: Mapping[int, str]
    refused: Mapping[int, set[str]]


class Rerouting(NamedTuple):
    """What changes for one member.

    `unheard` are the bits of the subjects that it had somebody for, and has nobody for now.
    `begins` and `ceases` have the bits of topics by the key of an address, `refused` the keys of
    the refused addresses that come back.
    """

    unheard: int
    begins: Mapping[str, int]
    ceases: Mapping[str, int]
    refused: Collection[str] = ()

    @property
    def effects(self) -> int:
        return (
            self.unheard
            | (Effect.BEGINS if self.begins else 0)
            | (Effect.CEASES if self.ceases else 0)
            | (Effect.REFUSED if self.refused else 0)
        )


@dataclass
class Consequences:
    """What a run changes: the effects by member, where there are any; and numbers.

    `unheard` counts members by subject, `begins` and `ceases` addresses of a member by topic,
    `refused` the refused addresses that come back.
    """

    effects: dict[int, int] = field(default_factory=dict)
    unheard: dict[str, int] = field(default_factory=dict)
    begins: dict[str, int] = field(default_factory=dict)
    ceases: dict[str, int] = field(default_factory=dict)
    refused: int = 0

    def numbers(self) -> dict[str, object]:
        return {
            "unheard": self.unheard,
            "begins": self.begins,
            "ceases": self.ceases,
            "refused": self.refused,
        }


class Rules:
    """The rules of routing, as the site's modules have them now."""

    def __init__(self) -> None:
        topics = frozenset(active_topics())
        self._by_type = {int(k): bits(heard & topics) for k, heard in TOPICS_BY_TYPE.items()}
        self._main = bits(MAIN_ADDRESS_TOPICS & topics)
        self._signing = {*map(int, SIGNING_TYPES)} if settings.MODULE_DELIVERY_TRACKING else set()

    def reroute(
        self, main_address: str, kept: _Contacts, gone: _Contacts, new: _Contacts
    ) -> Rerouting:
        """Return what changes for a member who keeps, loses and gets these contacts."""
        throughout = self._hearing(kept)
        if main_address and self._main:
            throughout[address_key(main_address)] = self._main
        after = self._hearing(new)
        if not gone:
            return Rerouting(0, _beyond(after, throughout), {})
        before = self._hearing(gone)
        unheard = self._subjects(gone, before) & ~self._subjects(new, after)
        return Rerouting(
            unheard & ~self._subjects(kept, throughout) if unheard else 0,
            begins=_beyond(_beyond(after, throughout), before),
            ceases=_beyond(_beyond(before, throughout), after),
        )

    def _hearing(self, contacts: _Contacts) -> dict[str, int]:
        """Return the bits of the topics that each address hears of, by the address's key."""
        found: dict[str, int] = {}
        for values in contacts:
            topics = self._by_type[values[_TYPE]]
            if topics and (email := values[_EMAIL]):
                key = address_key(email)
                found[key] = found.get(key, 0) | topics
        return found

    def _subjects(self, contacts: _Contacts, hearing: Mapping[str, int]) -> int:
        """Return the bits of the subjects that there is somebody for."""
        found = 0
        for topics in hearing.values():
            found |= topics
        if any(values[_TYPE] in self._signing for values in contacts):
            found |= _BITS[RECEPTION]
        return found


def _beyond(one: dict[str, int], other: dict[str, int]) -> dict[str, int]:
    """Return what the addresses of one hear of, and do not in the other."""
    if not other:
        return one
    return {key: more for key, topics in one.items() if (more := topics & ~other.get(key, 0))}


def bits(subjects: Iterable[str]) -> int:
    return sum(_BITS[subject] for subject in subjects)


def subjects_of(some_bits: int) -> list[str]:
    """Return the subjects whose bits are set, in the order of SUBJECTS."""
    return [subject for subject, bit in _BITS.items() if some_bits & bit]


# --- Of a plan ----------------------------------------------------------------------------------


class Changes:
    """What a run changes for routing, by member.

    `brought` has the values of contacts with an address that the file brings, `retyped` those of
    contacts that only change their type, `gone` the keys of contacts that are removed or modified.
    """

    def __init__(self) -> None:
        self.brought: defaultdict[int, list[Values]] = defaultdict(list)
        self.retyped: defaultdict[int, list[Values]] = defaultdict(list)
        self.gone: defaultdict[int, set[int]] = defaultdict(set)

    @property
    def members(self) -> set[int]:
        return {*self.brought, *self.gone}  # Who is retyped is gone, too.

    def new(self, member_id: int) -> Sequence[Values]:
        brought: Sequence[Values] = self.brought.get(member_id, ())
        retyped = self.retyped.get(member_id)
        return [*brought, *retyped] if retyped else brought

    def modify(self, member_id: int, contact_id: int, values: Values, previous: Values) -> None:
        """Note a contact whose address or type changes; the others hear of the same."""
        has_address = _key(values) == _key(previous)
        if has_address and values[_TYPE] == previous[_TYPE]:
            return
        self.gone[member_id].add(contact_id)
        (self.retyped if has_address else self.brought)[member_id].append(values)


def changes_of(plan: Plan) -> Changes:
    changes = Changes()
    for member_id, _, values, _ in plan.added:
        changes.brought[member_id].append(values)
    for one in plan.modified:
        changes.modify(one.member_id, one.id, one.values, one.previous)
    for member_id, pk, _ in plan.removed:
        changes.gone[member_id].add(pk)
    return changes


def reroutings(
    changes: Changes, stored: Stored, addresses: Addresses
) -> Iterator[tuple[int, Rerouting]]:
    """Yield what changes for each member for whom anything does.

    `stored` has all contacts of the members that change, `addresses` at least theirs.
    """
    rules = Rules()
    for member_id in changes.members:
        kept = [one.values for one in stored.get(member_id, ())]
        gone: list[Values] = []
        if keys := changes.gone.get(member_id):
            contacts = stored.get(member_id, ())
            kept = [one.values for one in contacts if one.id not in keys]
            gone = [one.values for one in contacts if one.id in keys]
        one = rules.reroute(addresses.main.get(member_id, ""), kept, gone, changes.new(member_id))
        if refused := addresses.refused.get(member_id):
            again = refused.intersection(map(_key, changes.brought.get(member_id, ())))
            one = one._replace(refused=again)
        if any(one):
            yield member_id, one


def consequences(changes: Changes, stored: Stored, addresses: Addresses) -> Consequences:
    """Return the consequences of changes, from what `reroutings` needs."""
    found = Consequences()
    unheard: Counter[int] = Counter()
    begins: Counter[int] = Counter()
    ceases: Counter[int] = Counter()
    for member_id, one in reroutings(changes, stored, addresses):
        found.effects[member_id] = one.effects
        unheard[one.unheard] += 1
        for topics in one.begins.values():
            begins[topics] += 1
        for topics in one.ceases.values():
            ceases[topics] += 1
        found.refused += len(one.refused)
    found.unheard, found.begins, found.ceases = map(_by_subject, (unheard, begins, ceases))
    return found


def _key(values: Values) -> str:
    return address_key(str(values[_EMAIL]))


def _by_subject(counts: Mapping[int, int]) -> dict[str, int]:
    """Return how often each subject is counted, in the order of SUBJECTS."""
    found: Counter[str] = Counter()
    for some_bits, count in counts.items():
        for subject in subjects_of(some_bits):
            found[subject] += count
    return {subject: found[subject] for subject in SUBJECTS if found[subject]}
