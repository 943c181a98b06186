"""What the pages that staff open all day ask of the database, and how long they take."""

import time
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from statistics import median

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.paginator import Paginator
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from benchmarks.filling import BUSIEST
from contacts.models import Contact
from directory.listing import PAGE_SIZE
from members.models import Member

_WARM_UPS = 3
_REPEATS = 15


@dataclass(frozen=True)
class PageCost:
    """A page: what it is, how many queries it takes, and the median of its milliseconds."""

    title: str
    queries: int
    milliseconds: float


def measure_pages() -> list[dict[str, str | float]]:
    """Open each page several times as someone of the back office."""
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
        return [asdict(_measure_page(client, *address)) for address in addresses]


def plain_static_files() -> AbstractContextManager[None]:
    """Have pages name their files without a hash: with one they exist only once collected."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    return override_settings(STORAGES={**settings.STORAGES, "staticfiles": plain})


def signed_in() -> Client:
    """Return a browser in which someone of the back office has signed in."""
    user = User.objects.create_user("benchmark")
    user.groups.add(Group.objects.get(name="Back-office"))
    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    return client


def _measure_page(client: Client, title: str, address: str, query: dict[str, object]) -> PageCost:
    with CaptureQueriesContext(connection) as asked:
        response = client.get(address, query)
        # The next request forgets what was asked before it.
        queries = len(asked)
    if response.status_code != 200:
        raise ValueError(f"{address} answered {response.status_code}")
    times = []
    for _ in range(_WARM_UPS + _REPEATS):
        start = time.perf_counter()
        client.get(address, query)
        times.append((time.perf_counter() - start) * 1000)
    return PageCost(title, queries, median(times[_WARM_UPS:]))
