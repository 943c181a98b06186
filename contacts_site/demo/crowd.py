"""A demo of any size: invented members and contacts as they come, the same each time."""

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
from contacts_site.demo.contacts import draw_contacts
from contacts_site.demo.filling import NotEmpty, add_accounts
from contacts_site.demo.members import draw_individual, draw_organisation
from contacts_site.demo.organisations import INDIVIDUALS, ORGANISATIONS, Organisation
from directory.search.index import index_changes
from members.models import MEMBER_FIELDS, Member, MemberKind

_SEED = 37
_MEMBERS_AT_A_TIME = 2_000
_INITIALS = {MemberKind.PROFESSIONAL: "C", MemberKind.SUPPLIER: "F", MemberKind.INDIVIDUAL: "P"}


def fill_with_crowd(members: int, contacts: int, *, adds: bool = False) -> Counter[str]:
    """Store exactly so many members and contacts, in one transaction; return how many of what.

    The kinds and sizes of organisations are in proportion to those of the small demo. The accounts
    of the demo are made where there are none. Raises NotEmpty, and changes nothing, where the
    database has members or accounts, unless it `adds` to them.
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
    for some in slices(entries, _MEMBERS_AT_A_TIME):
        counts.update(str(member.kind) for _, (member, _) in some)
        rows = (
            (key, *(getattr(member, name) for name in MEMBER_FIELDS), now, now)
            for key, (member, _) in some
        )
        insert_rows(Member, ("id", *MEMBER_FIELDS, "created_at", "updated_at"), rows)
        insert_rows(
            Contact,
            ("member_id", "position", *CONTACT_FIELDS, "created_at", "updated_at"),
            (
                (key, place, *(getattr(contact, name) for name in CONTACT_FIELDS), now, now)
                for key, (_, theirs) in some
                for place, contact in enumerate(theirs, start=1)
            ),
        )
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), [Member]):
            cursor.execute(statement)
    return counts


def _draw(count: int, contacts: int, taken: set[str]) -> Iterator[tuple[Member, Iterable[Contact]]]:
    """Yield members, each with its contacts."""
    rng = Random(_SEED)  # noqa: S311  the same each time is the point
    deck: list[Organisation | None] = [None] * INDIVIDUALS
    deck += [organisation for organisation in ORGANISATIONS for _ in range(organisation.count)]
    rng.shuffle(deck)
    sorts = [deck[number % len(deck)] for number in range(count)]
    shares = array("H", (rng.choice(sort.sizes) if sort else 0 for sort in sorts))
    # Never none: the first of the deck has contacts.
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
    """Yield so many contacts, also more than the organisation has posts."""
    while wanted:
        some = min(wanted, len(organisation.posts))
        yield from draw_contacts(rng, member, _of_size(organisation, some))
        wanted -= some


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
    """Do what the database's upkeep and the worker would do after a while."""
    index_changes()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for model in (Member, Contact):
                cursor.execute(f"ANALYZE {model._meta.db_table}")
