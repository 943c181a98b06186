"""Which cases there are, in which order they run, and that both sides did the same work."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.running import CaseFailed, Measure, run_case
from benchmarks.stores import Store, fresh_copy
from benchmarks.tables import Cost, FileLine

_REPEATS = 3
# Above, the peer takes minutes, and is run once.
_PEER_IS_REPEATED_TO = 10_000
CONTACTS_A_MEMBER = 5
_WORKS = {
    "export_file": "export",
    "import_file": "import",
    "synchronise_file": "synchronise, unchanged",
}
Tell = Callable[[str], None]


@dataclass(frozen=True)
class _Case:
    """A work of one side, in a format."""

    side: str
    work: str
    format: str

    @property
    def is_done(self) -> bool:
        """Whether the side does this work at all."""
        return self.side == "ours" or self.work != "synchronise_file"

    @property
    def needs_contacts(self) -> bool:
        """Whether it begins with the contacts, not with members alone."""
        return self.work != "import_file"


def compare_files(
    store: Store, folder: Path, sizes: Sequence[int], peer_sizes: Sequence[int], tell: Tell
) -> list[FileLine]:
    """Measure the works on contact files at each size; the peer only at its sizes.

    Raises CaseFailed where a work left other contacts than it should have.
    """
    measures: defaultdict[tuple[_Case, int], list[Measure]] = defaultdict(list)
    for size in sizes:
        tell(f"making {size:,} contacts")
        contacts = make_site(store, folder, size // CONTACTS_A_MEMBER, size)
        peer_turns = 0 if size not in peer_sizes else 1 if size > _PEER_IS_REPEATED_TO else _REPEATS
        for case in _ordered_cases(peer_turns):
            tell(f"{case.side}: {_WORKS[case.work]} {case.format.upper()}, {size:,} contacts")
            template = "contacts" if case.needs_contacts else "members"
            with fresh_copy(store, template) as url:
                path = folder / f"{case.side}.{case.format}"
                measure = run_case(
                    f"{case.side}.{case.work}", url, folder, path=str(path), format=case.format
                )
            _check(case, measure, size, contacts)
            measures[case, size].append(measure)
        drop_site(store)
    return list(_lines(measures, sizes))


def measure_pages(store: Store, folder: Path, members: int, tell: Tell) -> list[dict[str, Any]]:
    """Measure the pages of a site with this many members, and as many contacts."""
    tell(f"pages, {members:,} members")
    make_site(store, folder, members, members, busiest=True)
    with fresh_copy(store, "contacts") as url:
        pages: list[dict[str, Any]] = run_case("pages.measure_pages", url, folder).outcome
    drop_site(store)
    return pages


def make_site(
    store: Store, folder: Path, members: int, contacts: int, *, busiest: bool = False
) -> str:
    """Make a database with members, and one with their contacts too; return their digest."""
    run_case("filling.add_members", store.create("members"), folder, count=members)
    url = store.create("contacts", "members")
    return run_case("filling.add_contacts", url, folder, count=contacts, busiest=busiest).contacts


def drop_site(store: Store) -> None:
    """Delete both."""
    store.drop("contacts")
    store.drop("members")


def _ordered_cases(peer_turns: int) -> Iterator[_Case]:
    """Yield each case as often as it is run: back and forth, so that no side is always first."""
    ours = [_Case("ours", work, format) for format in ("ods", "csv") for work in _WORKS]
    both = [case for mine in ours for case in (mine, replace(mine, side="peer")) if case.is_done]
    for turn in range(_REPEATS):
        cases = both if turn < peer_turns else ours
        yield from cases if turn % 2 == 0 else reversed(cases)


def _check(case: _Case, measure: Measure, size: int, contacts: str) -> None:
    """Hold both sides to the same result: every contact, every field, in the same order."""
    is_whole = case.work == "export_file" or measure.outcome == size
    if not is_whole or measure.contacts != contacts:
        raise CaseFailed(
            f"{case.side}.{case.work} ({case.format}) told {measure.outcome} contacts and left "
            f"{measure.contacts}, not {contacts}"
        )


def _lines(
    measures: dict[tuple[_Case, int], list[Measure]], sizes: Sequence[int]
) -> Iterator[FileLine]:
    for work, title in _WORKS.items():
        for format in ("ods", "csv"):
            for size in sizes:
                ours = measures[_Case("ours", work, format), size]
                peer = measures.get((_Case("peer", work, format), size))
                yield FileLine(
                    f"{title} {format.upper()}", size, _cost(ours), _cost(peer) if peer else None
                )


def _cost(runs: Sequence[Measure]) -> Cost:
    return Cost(median(run.seconds for run in runs), max(run.mebibytes for run in runs))
