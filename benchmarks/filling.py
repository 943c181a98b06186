"""Members and contacts like those of the demo, in any number, the same each time."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from random import Random

from django.core.management import call_command
from django.db import connection

from contacts.models import Contact
from contacts_site.demo.contacts import draw_contacts
from contacts_site.demo.members import draw_organisation
from contacts_site.demo.organisations import ORGANISATIONS
from members.models import Member

_SEED = 37
_ROWS_AT_A_TIME = 2_000
# The member whose page is measured has so many contacts.
BUSIEST = 20


def add_members(count: int) -> None:
    """Make the tables, and this many members who may have contacts."""
    call_command("migrate", verbosity=0)
    members = _draw_members(count)
    while some := list(islice(members, _ROWS_AT_A_TIME)):
        Member.objects.bulk_create(some)
    _settle()


def add_contacts(count: int, *, busiest: bool = False) -> None:
    """Share out this many contacts among the members; give `BUSIEST` to the first, if asked."""
    each, _ = divmod(count, Member.objects.count())
    contacts = _draw_contacts(each, busiest=busiest)
    while some := list(islice(contacts, _ROWS_AT_A_TIME)):
        Contact.objects.bulk_create(some)
    _settle()


def _draw_members(count: int) -> Iterator[Member]:
    rng = Random(_SEED)
    for number in range(count):
        member = draw_organisation(rng, ORGANISATIONS[number % len(ORGANISATIONS)], set())
        member.reference = f"M{number + 1:06}"
        yield member


def _draw_contacts(each: int, *, busiest: bool) -> Iterator[Contact]:
    rng = Random(_SEED)
    organisations = [replace(organisation, sizes=(each,)) for organisation in ORGANISATIONS]
    for number, member in enumerate(list(Member.objects.order_by("pk"))):
        organisation = organisations[number % len(organisations)]
        wanted = BUSIEST if busiest and number == 0 else each
        for position in range(1, wanted + 1, each):
            for contact in draw_contacts(rng, member, organisation):
                contact.position += position - 1
                yield contact


def _settle() -> None:
    """Let PostgreSQL know what it holds, as its own upkeep would after a while."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
