"""Draw one member at random."""

from random import Random

from contacts_site.demo.mailboxes import draw_domain, personal_address
from contacts_site.demo.notes import Topic, draw_note
from contacts_site.demo.numbers import draw_landline, draw_list, draw_mobile
from contacts_site.demo.organisations import WORDS, Organisation
from contacts_site.demo.people import MEN, SURNAMES, WOMEN, draw_person
from contacts_site.demo.places import (
    CITIES,
    ESTATES,
    HAMLETS,
    NEARBY,
    STREETS,
    TOWNS,
    of_hamlet,
    of_town,
)
from members.models import Member, MemberKind

_COUNTRY_TOWNS = [town for town in TOWNS if town.name not in CITIES]
_NEARBY_TOWNS = [town for town in TOWNS if town.postal_code.startswith(NEARBY)]


def draw_organisation(
    rng: Random, organisation: Organisation, taken: set[str], name: str = ""
) -> Member:
    """Return an organisation of this sort, with the name given or one that is not in `taken`."""
    towns = _COUNTRY_TOWNS if organisation.is_rural else TOWNS
    town, hamlet = rng.choice(towns), rng.choice(HAMLETS)
    while not name or name in taken:
        town, hamlet = rng.choice(towns), rng.choice(HAMLETS)
        name = rng.choice(organisation.names).format(
            town=town.name,
            of_town=of_town(town.name),
            of_hamlet=of_hamlet(hamlet),
            surname=rng.choice(SURNAMES),
            first_name=rng.choice(WOMEN + MEN),
            person=draw_person(rng).name,
            **{word: rng.choice(words) for word, words in WORDS.items()},
        )
    is_client = organisation.kind == MemberKind.PROFESSIONAL
    return Member(
        name=name,
        kind=organisation.kind,
        email=f"contact@{draw_domain(rng, name)}" if rng.random() < 0.85 else "",
        phone=_phone(rng, town.postal_code),
        address=_rural(rng, hamlet) if organisation.is_rural else _urban(rng),
        postal_code=town.postal_code,
        city=town.name,
        note=_note(rng, Topic.CLIENT if is_client else Topic.SUPPLIER),
    )


def draw_individual(rng: Random, taken: set[str]) -> Member:
    person = draw_person(rng)
    while person.name in taken:
        person = draw_person(rng)
    town = rng.choice(_NEARBY_TOWNS)
    return Member(
        name=person.name,
        kind=MemberKind.INDIVIDUAL,
        email=personal_address(rng, person) if rng.random() < 0.9 else "",
        phone=draw_mobile(rng) if rng.random() < 0.8 else "",
        address=f"{rng.randint(1, 140)} {rng.choice(STREETS)}",
        postal_code=town.postal_code,
        city=town.name,
        note=_note(rng, Topic.INDIVIDUAL),
    )


def _phone(rng: Random, postal_code: str) -> str:
    chance = rng.random()
    if chance < 0.1:
        return ""
    if chance < 0.75:
        return draw_landline(rng, postal_code)
    return draw_list(rng, postal_code, 2)


def _rural(rng: Random, hamlet: str) -> str:
    return f"{rng.randint(20, 2400)} chemin {of_hamlet(hamlet)}" if rng.random() < 0.4 else hamlet


def _urban(rng: Random) -> str:
    number = f"{rng.randint(1, 180)}{' bis' if rng.random() < 0.08 else ''}"
    street = f"{number} {rng.choice(STREETS)}"
    return f"{rng.choice(ESTATES)}\n{street}" if rng.random() < 0.2 else street


def _note(rng: Random, topic: Topic) -> str:
    return draw_note(rng, topic) if rng.random() < 0.3 else ""
