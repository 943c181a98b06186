"""The figures as plain text, no wider than 100 columns."""

import os
import platform
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

ABSENT = "–"
# No import of 100,000 contacts may take more.
WANTED_MIB = 200


@dataclass(frozen=True)
class Cost:
    """What a work cost one side."""

    seconds: float
    mebibytes: float


@dataclass(frozen=True)
class FileLine:
    """A work on a contact file, at a size, on both sides; the peer may not have been run."""

    work: str
    size: int
    ours: Cost
    peer: Cost | None


def machine_line(database: str) -> str:
    """Return what the figures were measured on."""
    engine = f"SQLite {sqlite3.sqlite_version}" if database == "sqlite" else "PostgreSQL"
    return (
        f"{os.cpu_count()} cores ({_processor()}), Python {platform.python_version()}, "
        f"Django {version('django')}, {engine}"
    )


def file_table(lines: Sequence[FileLine]) -> str:
    """Return the table of works on contact files."""
    titles = ("contact files", "contacts", "ours s", "MiB", "peer s", "MiB", "time", "memory")
    return _table(titles, [_file_cells(line) for line in lines])


def memory_lines(lines: Sequence[FileLine]) -> str:
    """Return what the project promises of memory, beside what was measured."""
    smallest, largest = min(line.size for line in lines), max(line.size for line in lines)
    growths = {(line.work, line.size): line.ours.mebibytes for line in lines}
    exports = [
        f"{work} {growths[work, smallest]:.1f} → {growth:.1f} MiB"
        for (work, size), growth in growths.items()
        if size == largest and work.startswith("export")
    ]
    imports = max(
        growth
        for (work, size), growth in growths.items()
        if size == largest and not work.startswith("export")
    )
    return (
        f"from {_grouped(smallest)} to {_grouped(largest)} contacts (wanted: the same): "
        f"{', '.join(exports)}\n"
        f"most memory of an import or synchronisation of {_grouped(largest)} (wanted: under "
        f"{WANTED_MIB} MiB): {imports:.1f} MiB"
    )


def page_table(sizes: Sequence[int], pages: Sequence[Sequence[dict[str, Any]]]) -> str:
    """Return the table of pages, with a pair of columns for each number of members."""
    titles = ["pages"]
    for size in sizes:
        titles += [f"{_grouped(size)} members: queries", "ms"]
    rows = []
    for same in zip(*pages, strict=True):
        cells = [same[0]["title"]]
        for page in same:
            cells += [str(page["queries"]), f"{page['milliseconds']:.1f}"]
        rows.append(cells)
    return _table(titles, rows)


@dataclass(frozen=True)
class MailLine:
    """A way to send a number of mails: what it cost; the first line is what others are held to."""

    work: str
    mails: int
    cost: Cost


def mail_table(lines: Sequence[MailLine]) -> str:
    """Return the table of ways to send mail."""
    titles = ("mail to a local SMTP server", "mails", "s", "MiB", "time of send_mass_mail")
    base = lines[0].cost.seconds
    rows = [
        [
            line.work,
            _grouped(line.mails),
            *_cost_cells(line.cost),
            f"× {line.cost.seconds / base:.2f}" if line.mails == lines[0].mails else ABSENT,
        ]
        for line in lines
    ]
    return _table(titles, rows)


@dataclass(frozen=True)
class WaitLine:
    """A phase of an import: how long it took, and the longest that someone else waited, in s."""

    phase: str
    contacts: int
    seconds: float
    longest_read: float
    longest_write: float


def wait_table(lines: Sequence[WaitLine]) -> str:
    """Return the table of what others wait while a file is imported."""
    titles = ("while a CSV file is", "contacts", "s", "longest read, ms", "longest write, ms")
    rows = [
        [
            line.phase,
            _grouped(line.contacts),
            f"{line.seconds:.2f}",
            f"{line.longest_read * 1000:.0f}",
            f"{line.longest_write * 1000:.0f}",
        ]
        for line in lines
    ]
    return _table(titles, rows)


@dataclass(frozen=True)
class FloorLine:
    """A work and its floor, in seconds, and how many times the floor it may take."""

    work: str
    floor: str
    seconds: float
    floor_seconds: float
    asked: float


def floor_table(contacts: int, lines: Sequence[FloorLine]) -> str:
    """Return the table of works beside what they cannot do without."""
    titles = (f"{_grouped(contacts)} contacts", "s", "beside", "s", "time", "asked")
    rows = [
        [
            line.work,
            f"{line.seconds:.2f}",
            line.floor,
            f"{line.floor_seconds:.2f}",
            _ratio(line.seconds, line.floor_seconds),
            f"≤ {line.asked:.1f}",
        ]
        for line in lines
    ]
    return _table(titles, rows)


def search_table(members: int, contacts: int, lines: Sequence[dict[str, Any]]) -> str:
    """Return the table of searches, a line for each keystroke."""
    titles = ("search, as typed", "found", "ours ms", "icontains ms", "time")
    rows = [
        [
            f"« {line['text']} »",
            line["found"],
            f"{line['ours']:.1f}",
            f"{line['peer']:.0f}",
            _ratio(line["peer"], line["ours"]),
        ]
        for line in lines
    ]
    least = min(line["peer"] / line["ours"] for line in lines)
    return (
        f"{_table(titles, rows)}\n"
        f"a page of the members' screen and its count, {_grouped(members)} members, "
        f"{_grouped(contacts)} contacts; least ratio (wanted: × 20): × {least:.1f}"
    )


def _file_cells(line: FileLine) -> list[str]:
    cells = [line.work, _grouped(line.size), *_cost_cells(line.ours)]
    if line.peer is None:
        return cells + [ABSENT] * 4
    return [
        *cells,
        *_cost_cells(line.peer),
        _ratio(line.peer.seconds, line.ours.seconds),
        _ratio(line.peer.mebibytes, line.ours.mebibytes),
    ]


def _cost_cells(cost: Cost) -> list[str]:
    return [f"{cost.seconds:.2f}", f"{cost.mebibytes:.1f}"]


def _ratio(peer: float, ours: float) -> str:
    return f"× {peer / ours:.1f}" if ours > 0 else ABSENT


def _grouped(number: int) -> str:
    return f"{number:,}"


def _table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(titles, *rows, strict=True)]
    lines = [_line(titles, widths), "  ".join("-" * width for width in widths)]
    return "\n".join(lines + [_line(row, widths) for row in rows])


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = zip(cells, widths, strict=True)
    return "  ".join([first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)])


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return " ".join(line.partition(":")[2].split())
    return platform.machine()
