"""Mail addresses, all in the domains that RFC 2606 reserves for examples."""

from random import Random

from django.utils.text import slugify

from base.text import fold
from contacts_site.demo.people import Person

_LEFT_OUT = {
    "a", "au", "aux", "d", "de", "des", "du", "en", "et", "l", "la", "le", "les", "pour", "sur",
    "artisanale", "artisans", "biologique", "boulangers", "groupe", "local", "maraichage",
    "municipale", "participative", "restaurant", "restauration", "scolaire", "service",
}  # fmt: skip
_LONGEST = 36


def draw_domain(rng: Random, member_name: str) -> str:
    words = slugify(fold(member_name).replace("'", "-")).split("-")
    label = ""
    for word in words:
        longer = f"{label}-{word}" if label else word
        if word not in _LEFT_OUT and len(longer) <= _LONGEST:
            label = longer
    return f"{label}.example.{rng.choice(('net', 'net', 'org', 'com'))}"


def personal_address(rng: Random, person: Person) -> str:
    return f"{local_part(person)}@example.{rng.choice(('org', 'com'))}"


def local_part(person: Person) -> str:
    """Return the part of an address before the @: `helene.duboeuf` for Hélène Dubœuf."""
    return ".".join(
        slugify(fold(part).replace("'", "")) for part in (person.first_name, person.surname)
    )
