"""How near the works come to what no such work can do without."""

from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

from benchmarks.comparing import CONTACTS_A_MEMBER, drop_site, make_site
from benchmarks.running import run_case
from benchmarks.stores import Store, fresh_copy
from benchmarks.tables import FloorLine

Tell = Callable[[str], None]
_REPEATS = 3


def measure_floors(store: Store, folder: Path, contacts: int, tell: Tell) -> list[FloorLine]:
    """Measure works on so many contacts and their floors, in turns."""
    tell(f"floors, {contacts:,} contacts")
    make_site(store, folder, contacts // CONTACTS_A_MEMBER, contacts)
    with fresh_copy(store, "contacts") as url:
        lines = [*_exports(url, folder), _reading(url, folder)]
    lines.append(_writing(store, folder))
    drop_site(store)
    return lines


def _exports(url: str, folder: Path) -> Iterator[FloorLine]:
    for format, floor, asked in (
        ("ods", "the same rows read, the XML deflated", 2.0),
        ("csv", "the same rows read, csv.writer", 1.5),
    ):
        path = str(folder / f"floor.{format}")
        ours, least = [], []
        for _ in range(_REPEATS):
            ours.append(run_case("ours.export_file", url, folder, path=path, format=format).seconds)
            least.append(run_case(f"floor_works.{format}_floor", url, folder, path=path).outcome)
        yield FloorLine(f"export {format.upper()}", floor, median(ours), median(least), asked)


def _reading(url: str, folder: Path) -> FloorLine:
    path = str(folder / "floor.ods")
    ours, peer = [], []
    for _ in range(_REPEATS):
        ours.append(run_case("floor_works.read_ours", url, folder, path=path))
        peer.append(run_case("floor_works.read_calamine", url, folder, path=path))
    growth = max(one.mebibytes for one in ours), max(one.mebibytes for one in peer)
    return FloorLine(
        f"read ODS ({growth[0]:.1f} MiB)",
        f"python-calamine ({growth[1]:.0f} MiB)",
        median(one.seconds for one in ours),
        median(one.seconds for one in peer),
        4.0,
    )


def _writing(store: Store, folder: Path) -> FloorLine:
    path = str(folder / "floor.csv")
    seconds: dict[str, list[float]] = {"write_checked": [], "copy_rows": []}
    for _ in range(_REPEATS):
        for work, taken in seconds.items():
            with fresh_copy(store, "members") as url:
                taken.append(run_case(f"floor_works.{work}", url, folder, path=path).outcome)
    return FloorLine(
        "write checked rows",
        "the same rows by COPY, or executemany",
        median(seconds["write_checked"]),
        median(seconds["copy_rows"]),
        2.0,
    )
