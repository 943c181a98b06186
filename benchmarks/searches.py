"""What a keystroke in the search costs: a page of members and how many there are."""

import time
from collections.abc import Callable, Sequence
from statistics import median
from typing import Any

from django.core.management import call_command
from django.core.paginator import Paginator
from django.db.models import Q

from directory.listing import PAGE_SIZE, members_page
from members.models import Member

_REPEATS = 5
_PEER_REPEATS = 3
# What the search looks into, without its own columns.
_COLUMNS = (
    "reference", "name", "email", "phone", "contacts__name", "contacts__email", "contacts__phones",
)  # fmt: skip


def fill(members: int, contacts: int) -> None:
    """Make the tables, and a crowd."""
    call_command("migrate", verbosity=0)
    call_command("demo", members=members, contacts=contacts, verbosity=0)


def measure(words: Sequence[str]) -> list[dict[str, Any]]:
    """Return, for each prefix of each word, the milliseconds of both and how many were found."""
    return [
        {
            "text": text,
            "found": ours(text),
            "ours": _milliseconds(ours, text, _REPEATS),
            "peer": _milliseconds(peer, text, _PEER_REPEATS),
        }
        for word in words
        for text in (word[:length] for length in range(1, len(word) + 1))
    ]


def ours(text: str) -> str:
    """Ask for what the screen shows first; return how many it says there are."""
    page = members_page({"q": text}, "", "1")
    list(page.object_list)
    return f"> {page.paginator.count}" if page.paginator.has_more else str(page.paginator.count)


def peer(text: str) -> int:
    """Ask for the same with `icontains` over the same columns; return how many there are."""
    anywhere = Q()
    for column in _COLUMNS:
        anywhere |= Q(**{f"{column}__icontains": text})
    page = Paginator(Member.objects.filter(anywhere).distinct(), PAGE_SIZE).get_page(1)
    list(page.object_list)
    return page.paginator.count


def _milliseconds(search: Callable[[str], Any], text: str, repeats: int) -> float:
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        search(text)
        times.append((time.perf_counter() - start) * 1000)
    return median(times)
