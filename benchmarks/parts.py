"""The parts of the benchmark: each measures, and prints its table."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from benchmarks.cases import Bench, tell
from benchmarks.files import CONTACTS_A_MEMBER, measure_files, measure_floors
from benchmarks.mail import measure_mail
from benchmarks.stores import fresh_copy
from benchmarks.tables import mail_table, print_table, ratio

Part = Callable[[Bench], None]
_FEW_MEMBERS = 10
# A name of contacts, one of members, a phone, a reference, an address, and what nobody has.
WORDS = ("dupré", "fromagerie", "06399812", "c04217", "qualite@ehpad", "zqx")


def measure_waits(bench: Bench) -> None:
    """Import a file while someone else opens a member's page and saves a contact, in turns."""
    contacts, store = bench.largest, bench.store
    tell(f"waiting, {contacts:,} contacts")
    path = str(bench.folder / "waiting.csv")
    names = {name: str(bench.folder / f"waiting-{name}") for name in ("begun", "ended")}
    with bench.site(contacts // CONTACTS_A_MEMBER, contacts):
        with fresh_copy(store, "contacts") as url:
            bench.run("ours.export_file", url, path=path, format="csv")
        with fresh_copy(store, "members") as url, ThreadPoolExecutor() as threads:
            other = threads.submit(bench.run, "waiters.read_and_write", url, **names)
            try:
                phases = bench.run("waiters.import_file", url, path=path, **names).outcome
            finally:
                Path(names["ended"]).touch()
            acts = other.result().outcome
    titles = ("while a CSV file is", "contacts", "s", "longest read, ms", "longest write, ms")
    rows = [
        [
            phase,
            f"{contacts:,}",
            f"{end - start:.2f}",
            *(longest_wait(acts, work, start, end) for work in ("read", "write")),
        ]
        for phase, (start, end) in phases.items()
    ]
    print_table(titles, rows)
    print("–: none began or ended meanwhile, as the other one lasted from before to after.")


def longest_wait(acts: Sequence[tuple[str, float, float, bool]], work: str, *phase: float) -> str:
    """Return the milliseconds of the longest act that overlaps the phase, from start to end.

    An act is its work, its start, its seconds, and whether the site gave it up.
    """
    start, end = phase
    within = [
        (seconds, given_up)
        for name, began, seconds, given_up in acts
        if name == work and began < end and began + seconds > start
    ]
    if not within:
        return "–"
    seconds, given_up = max(within)
    return f"{seconds * 1000:.0f}{', given up' if given_up else ''}"


def measure_mails(bench: Bench) -> None:
    """Send mails by the site and by Django alone."""
    print(mail_table(measure_mail(bench.store, bench.folder, bench.largest // 10, tell)))


def measure_pages(bench: Bench) -> None:
    """Open pages of a site with few members, then of one with many, one contact each."""
    titles, found = ["pages"], []
    try:
        for members in (_FEW_MEMBERS, bench.largest):
            tell(f"pages, {members:,} members")
            with (
                bench.site(members, members, busiest=True),
                fresh_copy(bench.store, "contacts") as url,
            ):
                found.append(bench.run("screens.measure_pages", url).outcome)
            titles += [f"{members:,} members: queries", "ms"]
    finally:
        print_table(titles, [_page_row(same) for same in zip(*found, strict=True)])


def _page_row(costs: Sequence[dict[str, Any]]) -> list[str]:
    cells = [costs[0]["title"]]
    for cost in costs:
        cells += [str(cost["queries"]), f"{cost['milliseconds']:.1f}"]
    return cells


def measure_search(bench: Bench) -> None:
    """Search each prefix of some words, as the members' screen does and by `icontains`."""
    members, contacts = bench.largest, bench.largest * CONTACTS_A_MEMBER
    tell(f"search, {members:,} members, {contacts:,} contacts")
    url = bench.store.create("crowd")
    bench.run("screens.add_crowd", url, members=members, contacts=contacts)
    found = bench.run("screens.measure_searches", url, words=WORDS).outcome
    bench.store.drop("crowd")
    titles = ("search, as typed", "found", "ours ms", "icontains ms", "time")
    rows = [
        [
            f"« {each['text']} »",
            each["found"],
            f"{each['ours']:.1f}",
            f"{each['peer']:.0f}",
            ratio(each["peer"], each["ours"]),
        ]
        for each in found
    ]
    print_table(titles, rows)
    print(
        f"a page of the members' screen and its count, {members:,} members, {contacts:,} contacts; "
        f"least ratio (wanted: × 20): × {min(each['peer'] / each['ours'] for each in found):.1f}"
    )


PARTS: dict[str, Part] = {
    "files": measure_files,
    "floors": measure_floors,
    "waiting": measure_waits,
    "pages": measure_pages,
    "mail": measure_mails,
    "search": measure_search,
}
