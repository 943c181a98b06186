"""What the screens cost that staff open all day, and a keystroke in their search."""

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from functools import partial
from statistics import median
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.core.paginator import Paginator
from django.db import connection
from django.db.models import Q
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from benchmarks.filling import BUSIEST
from contacts.models import SEARCHED_PHONES as CONTACT_PHONES
from contacts.models import SEARCHED_TEXTS as CONTACT_TEXTS
from contacts.models import Contact
from directory.listing import PAGE_SIZE, members_page
from members.models import SEARCHED_PHONES, SEARCHED_TEXTS, Member

_WARM_UPS = 3
_PAGE_REPEATS = 15
_SEARCH_REPEATS = 5
_PEER_REPEATS = 3
# The columns that the search covers.
_COLUMNS = (
    *SEARCHED_TEXTS, *SEARCHED_PHONES,
    *(f"contacts__{field}" for field in (*CONTACT_TEXTS, *CONTACT_PHONES)),
)  # fmt: skip


def measure_pages() -> list[dict[str, Any]]:
    """Open each page several times; return its title, number of queries and milliseconds."""
    member = Member.objects.order_by("pk")[0]
    phone = Contact.objects.filter(member=member).exclude(phones="").values_list("phones")[0][0]
    last = Paginator(Member.objects.all(), PAGE_SIZE).num_pages
    members = reverse("directory:members")
    addresses = (
        ("members, first page", members, {}),
        ("members, last page", members, {"page": last}),
        ("members, by number of contacts", members, {"sort": "-contacts"}),
        ("members, search of a phone", members, {"q": phone.partition(";")[0]}),
        ("members, search that finds all", members, {"q": "m0"}),
        (f"a member with {BUSIEST} contacts", member.get_absolute_url(), {}),
    )
    with plain_static_files():
        client = signed_in()
        return [_measure_page(client, *address) for address in addresses]


def plain_static_files() -> AbstractContextManager[None]:
    """Have pages name static files without a hash: only collected files have one."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    return override_settings(STORAGES={**settings.STORAGES, "staticfiles": plain})


def signed_in() -> Client:
    """Return the client of somebody of the back office."""
    user = User.objects.create_user("benchmark")
    user.groups.add(Group.objects.get(name="Back-office"))
    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    return client


def add_crowd(members: int, contacts: int) -> None:
    """Make the tables, and the demo's data in these numbers."""
    call_command("migrate", verbosity=0)
    call_command("demo", members=members, contacts=contacts, verbosity=0)


def measure_searches(words: Sequence[str]) -> list[dict[str, Any]]:
    """Return, for each prefix of each word, the milliseconds of both ways and the number found."""
    return [
        {
            "text": text,
            "found": _search(text),
            "ours": _milliseconds(partial(_search, text), _SEARCH_REPEATS),
            "peer": _milliseconds(partial(_search_by_icontains, text), _PEER_REPEATS),
        }
        for word in words
        for text in (word[:length] for length in range(1, len(word) + 1))
    ]


def _measure_page(client: Client, title: str, address: str, query: dict[str, Any]) -> Any:
    with CaptureQueriesContext(connection) as captured:
        response = client.get(address, query)
        # The next request empties the log of queries.
        queries = len(captured)
    if response.status_code != 200:
        raise ValueError(f"{address} answered {response.status_code}")
    for _ in range(_WARM_UPS):
        client.get(address, query)
    milliseconds = _milliseconds(partial(client.get, address, query), _PAGE_REPEATS)
    return {"title": title, "queries": queries, "milliseconds": milliseconds}


def _search(text: str) -> str:
    """Fetch the first page, as the screen does; return how many it says there are."""
    page = members_page({"q": text}, "", "1")
    list(page.object_list)
    return f"> {page.paginator.count}" if page.paginator.has_more else str(page.paginator.count)


def _search_by_icontains(text: str) -> int:
    """Fetch the first page by `icontains` on the same columns; return how many there are."""
    anywhere = Q()
    for column in _COLUMNS:
        anywhere |= Q(**{f"{column}__icontains": text})
    page = Paginator(Member.objects.filter(anywhere).distinct(), PAGE_SIZE).get_page(1)
    list(page.object_list)
    return page.paginator.count


def _milliseconds(work: Callable[[], Any], repeats: int) -> float:
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) * 1000)
    return median(times)
