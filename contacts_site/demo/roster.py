"""Build the members of the small demo with their contacts, not stored yet."""

from collections import Counter
from dataclasses import dataclass, field
from random import Random

from contacts.models import Contact
from contacts_site.demo.contact_lists import draw_contacts
from contacts_site.demo.members import draw_individual, draw_organisation
from contacts_site.demo.organisations import (
    INDIVIDUALS,
    LONG_NAMES,
    ODD_REFERENCES,
    ORGANISATIONS,
)
from members.models import Member, MemberKind

# Chosen so that each rare entry of the word lists occurs in the demo.
_SEED = 37
_INITIALS = {
    MemberKind.PROFESSIONAL: "C",
    MemberKind.SUPPLIER: "F",
    MemberKind.INDIVIDUAL: "P",
}


@dataclass(frozen=True)
class Entry:
    """A member and its contacts."""

    member: Member
    contacts: list[Contact] = field(default_factory=list)


def build() -> list[Entry]:
    """Return the demo's members in the order of their references, the same each time."""
    rng = Random(_SEED)  # noqa: S311  the demo must be the same each time
    entries: list[Entry] = []
    taken: set[str] = set()
    for organisation in ORGANISATIONS:
        long_names = [name for sort, name in LONG_NAMES if sort is organisation]
        for place in range(organisation.count):
            name = long_names[place] if place < len(long_names) else ""
            member = draw_organisation(rng, organisation, taken, name)
            taken.add(member.name)
            entries.append(Entry(member, draw_contacts(rng, member, organisation)))
    for _ in range(INDIVIDUALS):
        member = draw_individual(rng, taken)
        taken.add(member.name)
        entries.append(Entry(member))
    rng.shuffle(entries)
    _give_references([entry.member for entry in entries])
    return entries


def _give_references(members: list[Member]) -> None:
    numbers: Counter[str] = Counter()
    for place, member in enumerate(members):
        initial = _INITIALS[MemberKind(member.kind)]
        numbers[initial] += 1
        member.reference = ODD_REFERENCES.get(place, f"{initial}{numbers[initial]:04}")
