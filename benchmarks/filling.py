"""Fill a database: members, contacts like the demo's, accounts; the same each time."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import islice
from random import Random

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import connection
from django.db.models import F

from accounts.models import User
from contacts.models import Contact, FormerContact
from contacts_site.demo.contact_lists import draw_contacts
from contacts_site.demo.members import draw_organisation
from contacts_site.demo.organisations import ORGANISATIONS
from members.models import Member

_SEED = 37
_ROWS_AT_A_TIME = 2_000
# How many contacts the member has whose page is measured.
BUSIEST = 20


def add_members(count: int) -> None:
    """Make the tables, and members who may have contacts."""
    call_command("migrate", verbosity=0)
    members = _draw_members(count)
    while batch := list(islice(members, _ROWS_AT_A_TIME)):
        Member.objects.bulk_create(batch)
    _settle()


def add_contacts(count: int, *, busiest: bool = False) -> None:
    """Share the contacts out among the members; where busiest, the first gets `BUSIEST`."""
    each = count // Member.objects.count()
    contacts = _draw_contacts(each, busiest=busiest)
    while batch := list(islice(contacts, _ROWS_AT_A_TIME)):
        Contact.objects.bulk_create(batch)
    # An export counts what happened in the minute before it as later.
    FormerContact.lines.update(at=F("at") - timedelta(days=1))
    _settle()


def add_accounts(count: int, password: str) -> None:
    """Make person1, person2…, all of whom may do everything."""
    # One hash for all saves time here; each sign-in still checks it.
    encoded = make_password(password)
    role = Group.objects.get(name="Administrateurs")
    for number in range(1, count + 1):
        User.objects.create(username=f"person{number}", password=encoded).groups.add(role)


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
    """Have PostgreSQL gather its statistics now, instead of at some moment of a case."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
