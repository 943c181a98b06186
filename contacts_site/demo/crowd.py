"""A demo of any size: members and contacts drawn at random, the same each time."""

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache
from random import Random

from django.core.management.color import no_style
from django.db import connection, models, transaction
from django.utils import timezone

from accounts.models import User
from base.database import insert_rows, moment, slices
from contacts.models import CONTACT_FIELDS, Contact
from contacts_site.demo.contact_lists import draw_contacts
from contacts_site.demo.loader import NotEmpty, add_accounts
from contacts_site.demo.members import draw_individual, draw_organisation
from contacts_site.demo.organisations import INDIVIDUALS, ORGANISATIONS, Organisation
from directory.search.index import index_changes
from members.models import MEMBER_FIELDS, Member, MemberKind

_SEED = 37
_MEMBERS_AT_A_TIME = 2_000
_INITIALS = {MemberKind.PROFESSIONAL: "C", MemberKind.SUPPLIER: "F", MemberKind.INDIVIDUAL: "P"}


def fill_with_crowd(members: int, contacts: int, *, adds: bool = False) -> Counter[str]:
    """Store these numbers of members and contacts in one transaction; return how many of each kind.

    Kinds and sizes of organisations are in the proportions of the small demo. If there are no
    accounts, create the demo's. Raise NotEmpty, and change nothing, if the database has members or
    accounts and `adds` is false.
    """
    with transaction.atomic():
        has_accounts = User.objects.exists()
        if not adds and (has_accounts or Member.objects.exists()):
            raise NotEmpty
        counts = _store(members, contacts)
        if not has_accounts:
            add_accounts()
    _settle()
    return counts


def _store(members: int, contacts: int) -> Counter[str]:
    counts: Counter[str] = Counter(contacts=contacts)
    taken = set(Member.objects.values_list("reference", flat=True))
    now = moment(timezone.now())
    first = 1 + (Member.objects.aggregate(last=models.Max("pk"))["last"] or 0)
    entries = enumerate(_draw(members, contacts, taken), start=first)
    for part in slices(entries, _MEMBERS_AT_A_TIME):
        counts.update(str(member.kind) for _, (member, _) in part)
        rows = (
            (key, *(getattr(member, name) for name in MEMBER_FIELDS), now, now)
            for key, (member, _) in part
        )
        insert_rows(Member, ("id", *MEMBER_FIELDS, "created_at", "updated_at"), rows)
        insert_rows(
            Contact,
            ("member_id", "position", *CONTACT_FIELDS, "created_at", "updated_at"),
            (
                (key, place, *(getattr(contact, name) for name in CONTACT_FIELDS), now, now)
                for key, (_, member_contacts) in part
                for place, contact in enumerate(member_contacts, start=1)
            ),
        )
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), [Member]):
            cursor.execute(statement)
    return counts


def _draw(count: int, contacts: int, taken: set[str]) -> Iterator[tuple[Member, Iterable[Contact]]]:
    rng = Random(_SEED)  # noqa: S311  the demo must be the same each time
    deck: list[Organisation | None] = [None] * INDIVIDUALS
    deck += [organisation for organisation in ORGANISATIONS for _ in range(organisation.count)]
    rng.shuffle(deck)
    sorts = [deck[number % len(deck)] for number in range(count)]
    shares = array("H", (rng.choice(sort.sizes) if sort else 0 for sort in sorts))
    # Not zero: the first sort of the deck has contacts.
    total = sum(shares)
    given = upto = 0
    numbers: Counter[str] = Counter()
    width = max(4, len(str(count)))
    for sort, share in zip(sorts, shares, strict=True):
        member = draw_organisation(rng, sort, set()) if sort else draw_individual(rng, set())
        member.reference = _free_reference(
            _INITIALS[MemberKind(member.kind)], numbers, width, taken
        )
        upto += share
        wanted = contacts * upto // total - given
        given += wanted
        yield member, list(_draw_contacts(rng, member, sort, wanted)) if sort else ()


def _draw_contacts(
    rng: Random, member: Member, organisation: Organisation, wanted: int
) -> Iterator[Contact]:
    """Yield `wanted` contacts, which may be more than the organisation has posts."""
    while wanted:
        size = min(wanted, len(organisation.posts))
        yield from draw_contacts(rng, member, _of_size(organisation, size))
        wanted -= size


@cache
def _of_size(organisation: Organisation, size: int) -> Organisation:
    return replace(organisation, sizes=(size,))


def _free_reference(initial: str, numbers: Counter[str], width: int, taken: set[str]) -> str:
    while True:
        numbers[initial] += 1
        reference = f"{initial}{numbers[initial]:0{width}}"
        if reference not in taken:
            return reference


def _settle() -> None:
    """Do now what the worker and PostgreSQL's autovacuum would do later."""
    index_changes()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for model in (Member, Contact):
                cursor.execute(f"ANALYZE {model._meta.db_table}")
