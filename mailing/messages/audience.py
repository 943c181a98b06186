"""To whom a message goes: the chosen members with a main address, and who of them has none.

A person confirms these members, not their number: the page that asks carries them, sealed.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, pairwise
from typing import Any, NamedTuple

from django.core import signing
from django.db.models import Count, Q, QuerySet

from members.models import Member

_SALT = "mailing.messages.confirmed"
_HAS_ADDRESS = Q(email__gt="")
# At most that many members are named of each kind of change.
_NAMED = 20


class Audience(NamedTuple):
    """How many of the chosen members a message goes to, and how many have no address."""

    reached: int
    skipped: int


class Choice(NamedTuple):
    """The keys of the chosen members by name: of those with a main address, and without."""

    reached: Sequence[int]
    skipped: Sequence[int]

    @property
    def audience(self) -> Audience:
        return Audience(len(self.reached), len(self.skipped))

    def is_same(self, other: "Choice") -> bool:
        """Whether both are of the same members, in whatever order."""
        return set(self.reached) == set(other.reached) and set(self.skipped) == set(other.skipped)


def reached(members: QuerySet[Member]) -> QuerySet[Member]:
    """Return the members with a main address, by name."""
    return members.filter(_HAS_ADDRESS).order_by("sort_name", "sort_reference", "pk")


def audience(members: QuerySet[Member]) -> Audience:
    """Count these members with a main address, and without."""
    counted = members.order_by().aggregate(
        reached=Count("pk", filter=_HAS_ADDRESS), skipped=Count("pk", filter=~_HAS_ADDRESS)
    )
    return Audience(**counted)


def choice_of(members: QuerySet[Member]) -> Choice:
    """Return the keys of these members, read by one query: a search may take its time."""
    found = Choice([], [])
    for key, email in members.order_by("sort_name", "sort_reference", "pk").values_list(
        "pk", "email"
    ):
        (found.reached if email else found.skipped).append(key)  # type: ignore[attr-defined]
    return found


# --- What was confirmed -----------------------------------------------------------------------


def seal(choice: Choice) -> str:
    """Return a choice as a text that only this site can make; most keys take a byte or less."""
    return signing.dumps([_gaps(keys) for keys in choice], salt=_SALT, compress=True)


def unseal(text: str) -> Choice | None:
    """Return the choice of a sealed text, its keys in their own order; None for another text."""
    try:
        return Choice(*(list(accumulate(gaps)) for gaps in signing.loads(text, salt=_SALT)))
    except signing.BadSignature:
        return None


def _gaps(keys: Iterable[int]) -> list[int]:
    return [later - earlier for earlier, later in pairwise([0, *sorted(keys)])]


class Change(NamedTuple):
    """Members of whom something changed, as the page names them; `others` are not named."""

    title: str
    members: list[Member]
    others: int


def changes(before: Choice, now: Choice) -> list[Change]:
    """Return what changed between two choices, in words and with the members' names."""
    return list(_changes(before, now))


def _changes(before: Choice, now: Choice) -> Iterator[Change]:
    reached_before, skipped_before = set(before.reached), set(before.skipped)
    reached_now, skipped_now = set(now.reached), set(now.skipped)
    kinds: dict[str, set[Any]] = {
        "Reçoivent maintenant le message": reached_now - reached_before,
        "Ne le reçoivent plus": reached_before - reached_now,
        "Choisis maintenant, sans adresse principale": skipped_now
        - skipped_before
        - reached_before,
        "Ne sont plus choisis": skipped_before - skipped_now - reached_now,
    }
    for title, keys in kinds.items():
        if keys:
            named = list(Member.objects.filter(pk__in=sorted(keys)[:_NAMED]))
            yield Change(title, named, len(keys) - len(named))
