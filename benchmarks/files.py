"""Contact files: ours beside django-import-export, and beside the floor of each work.

A floor is what no such work can do without, such as reading the rows of an export.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median

from benchmarks.cases import Bench, CaseFailed, Measure, tell
from benchmarks.stores import fresh_copy
from benchmarks.tables import Cost, cost_cells, print_table, ratio

CONTACTS_A_MEMBER = 5
_REPEATS = 3
# Above, the peer takes minutes: it runs once, and only when all is measured in full.
_PEER_IS_QUICK_TO = 10_000
_WANTED_MIB = 200
_WORKS = {
    "export_file": "export",
    "import_file": "import",
    "synchronise_file": "synchronise, unchanged",
    "synchronise_changed_file": "synchronise, 1 % changed",
}
# What a work may take beside another one.
_WANTED_BESIDE = (
    ("synchronise_file", "import_file", 0.8),
    ("synchronise_changed_file", "synchronise_file", 1.1),
)
_LEGEND = f"""\
peer: django-import-export, tuned (benchmarks/peer.py). Median of 3 runs, the most memory of 3.
MiB: growth of the process over its state before the work. time, memory: peer ÷ ours.
Each imports the file that it exported; both must leave the very same contacts.
1 % changed: every hundredth row has another phone number.
– the peer cannot synchronise; above {_PEER_IS_QUICK_TO:,} contacts it runs once, with --full."""


@dataclass(frozen=True)
class _Case:
    side: str
    work: str
    format: str

    @property
    def title(self) -> str:
        return f"{_WORKS[self.work]} {self.format.upper()}"


def measure_files(bench: Bench) -> None:
    """Measure exports, imports and synchronisations, and print a table for each size."""
    print(_LEGEND)
    growths = {}
    for size in bench.sizes:
        peer_turns = _REPEATS if size <= _PEER_IS_QUICK_TO else int(bench.full)
        measures: defaultdict[_Case, list[Measure]] = defaultdict(list)
        try:
            with bench.site(size // CONTACTS_A_MEMBER, size) as contacts:
                changed = _change_and_export(bench)
                for case in _ordered_cases(peer_turns):
                    tell(f"{case.side}: {case.title}, {size:,} contacts")
                    is_changed = case.work == "synchronise_changed_file"
                    wanted = changed if is_changed else (size, contacts)
                    measures[case].append(_measure(bench, case, *wanted))
        finally:
            print()
            _print_file_table(size, measures)
            _print_ratios(measures)
        growths[size] = {case: _cost(runs).mebibytes for case, runs in measures.items()}
    print()
    print(_memory_lines(growths[bench.sizes[0]], growths[bench.largest]))


def measure_floors(bench: Bench) -> None:
    """Measure works on contact files and their floors, in turns, and print their table."""
    tell(f"floors, {bench.largest:,} contacts")
    titles = (f"{bench.largest:,} contacts", "s", "beside", "s", "time", "wanted")
    rows: list[Sequence[str]] = []
    try:
        with bench.site(bench.largest // CONTACTS_A_MEMBER, bench.largest):
            with fresh_copy(bench.store, "contacts") as url:
                rows.append(_export_row(bench, url, "ods", "same rows read, the XML deflated", 2.0))
                rows.append(_export_row(bench, url, "csv", "the same rows read, csv.writer", 1.5))
                rows.append(_reading_row(bench, url))
            rows.append(_writing_row(bench))
    finally:
        print_table(titles, rows)


def _ordered_cases(peer_turns: int) -> Iterator[_Case]:
    """Yield each case as often as it is run: back and forth, so that no side is always first."""
    ours = [_Case("ours", work, format) for format in ("ods", "csv") for work in _WORKS]
    both = [
        case
        for mine in ours
        for case in (mine, replace(mine, side="peer"))
        if case.side == "ours" or not case.work.startswith("synchronise")
    ]
    for turn in range(_REPEATS):
        cases = both if turn < peer_turns else ours
        yield from cases if turn % 2 == 0 else reversed(cases)


def _change_and_export(bench: Bench) -> tuple[int, str]:
    """Write files of contacts of which 1 % are changed; return their number, the digest of all."""
    for format in ("ods", "csv"):
        path = str(bench.folder / f"changed.{format}")
        with fresh_copy(bench.store, "contacts") as url:
            changed = bench.run("ours.change_and_export", url, path=path, format=format)
    return changed.outcome, changed.contacts


def _measure(bench: Bench, case: _Case, outcome: int, contacts: str) -> Measure:
    """Run a case; raise CaseFailed where its outcome or the contacts that it left are others."""
    template = "members" if case.work == "import_file" else "contacts"
    name = "changed" if case.work == "synchronise_changed_file" else case.side
    path = bench.folder / f"{name}.{case.format}"
    with fresh_copy(bench.store, template) as url:
        measure = bench.run(f"{case.side}.{case.work}", url, path=str(path), format=case.format)
    is_whole = case.work == "export_file" or measure.outcome == outcome
    if not is_whole or measure.contacts != contacts:
        raise CaseFailed(
            f"{case.side}.{case.work} ({case.format}) returned {measure.outcome} and left "
            f"{measure.contacts}, not {contacts}"
        )
    return measure


def _print_file_table(size: int, measures: dict[_Case, list[Measure]]) -> None:
    titles = (f"{size:,} contacts", "ours s", "MiB", "peer s", "MiB", "time", "memory")
    rows = []
    for case in (_Case("ours", work, format) for work in _WORKS for format in ("ods", "csv")):
        if not measures.get(case):
            continue
        ours, cells = _cost(measures[case]), ["–"] * 4
        if runs := measures.get(replace(case, side="peer")):
            peer = _cost(runs)
            cells = [
                *cost_cells(peer),
                ratio(peer.seconds, ours.seconds),
                ratio(peer.mebibytes, ours.mebibytes),
            ]
        rows.append([case.title, *cost_cells(ours), *cells])
    print_table(titles, rows)


def _print_ratios(measures: dict[_Case, list[Measure]]) -> None:
    """Print what works took beside others, and what the project promises of it."""
    for work, other, wanted in _WANTED_BESIDE:
        ratios = []
        for format in ("ods", "csv"):
            runs, others = (measures.get(_Case("ours", name, format)) for name in (work, other))
            if runs and others:
                share = ratio(_cost(runs).seconds, _cost(others).seconds, 2)
                ratios.append(f"{format.upper()} {share}")
        print(f"{_WORKS[work]}, beside {_WORKS[other]} (wanted: ≤ {wanted}): {', '.join(ratios)}")


def _memory_lines(smallest: dict[_Case, float], largest: dict[_Case, float]) -> str:
    """Return what the project promises of memory, beside what was measured."""
    exports = [
        f"{case.title} {smallest[case]:.1f} → {growth:.1f} MiB"
        for case, growth in largest.items()
        if case.side == "ours" and case.work == "export_file"
    ]
    most = max(
        growth
        for case, growth in largest.items()
        if case.side == "ours" and case.work != "export_file"
    )
    return (
        f"from smallest to largest (wanted: the same): {', '.join(exports)}\n"
        "most memory of an import or synchronisation of the largest "
        f"(wanted: under {_WANTED_MIB} MiB): {most:.1f} MiB"
    )


def _export_row(bench: Bench, url: str, format: str, floor: str, wanted: float) -> Sequence[str]:
    path = str(bench.folder / f"floor.{format}")
    ours, least = [], []
    for _ in range(_REPEATS):
        ours.append(bench.run("ours.export_file", url, path=path, format=format).seconds)
        least.append(bench.run(f"ours.{format}_floor", url, path=path).outcome)
    return _floor_row(f"export {format.upper()}", ours, floor, least, wanted)


def _reading_row(bench: Bench, url: str) -> Sequence[str]:
    path = str(bench.folder / "floor.ods")
    ours, peer = [], []
    for _ in range(_REPEATS):
        ours.append(bench.run("ours.read_file", url, path=path))
        peer.append(bench.run("ours.read_with_calamine", url, path=path))
    return _floor_row(
        f"read ODS ({_cost(ours).mebibytes:.1f} MiB)",
        [one.seconds for one in ours],
        f"python-calamine ({_cost(peer).mebibytes:.0f} MiB)",
        [one.seconds for one in peer],
        4.0,
    )


def _writing_row(bench: Bench) -> Sequence[str]:
    path = str(bench.folder / "floor.csv")
    seconds: dict[str, list[float]] = {"write_checked": [], "copy_rows": []}
    for _ in range(_REPEATS):
        for work, taken in seconds.items():
            with fresh_copy(bench.store, "members") as url:
                taken.append(bench.run(f"ours.{work}", url, path=path).outcome)
    return _floor_row(
        "write checked rows",
        seconds["write_checked"],
        "the same rows by COPY, or executemany",
        seconds["copy_rows"],
        2.0,
    )


def _floor_row(
    work: str, seconds: list[float], floor: str, floor_seconds: list[float], wanted: float
) -> Sequence[str]:
    ours, least = median(seconds), median(floor_seconds)
    return (work, f"{ours:.2f}", floor, f"{least:.2f}", ratio(ours, least), f"≤ {wanted:.1f}")


def _cost(runs: Sequence[Measure]) -> Cost:
    return Cost(median(run.seconds for run in runs), max(run.mebibytes for run in runs))
