"""The figures as plain text, no wider than 100 columns."""

import os
import platform
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path


@dataclass(frozen=True)
class Cost:
    """What a work cost one side."""

    seconds: float
    mebibytes: float


@dataclass(frozen=True)
class MailLine:
    """A way to send a number of mails, and its cost; ratios are to the cost of the first line."""

    work: str
    mails: int
    cost: Cost


def machine_line(database: str) -> str:
    """Return what the figures are measured on."""
    engine = f"SQLite {sqlite3.sqlite_version}" if database == "SQLite" else database
    return (
        f"{os.cpu_count()} cores ({_processor()}), Python {platform.python_version()}, "
        f"Django {version('django')}, {engine}"
    )


def mail_table(lines: Sequence[MailLine]) -> str:
    """Return the table of ways to send mail."""
    titles = ("mail to a local SMTP server", "mails", "s", "MiB", "time of send_mass_mail")
    base = lines[0]
    rows = [
        [
            line.work,
            f"{line.mails:,}",
            *cost_cells(line.cost),
            f"× {line.cost.seconds / base.cost.seconds:.2f}" if line.mails == base.mails else "–",
        ]
        for line in lines
    ]
    return _table(titles, rows)


def print_table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table, unless it is empty."""
    if rows:
        print(_table(titles, rows))


def cost_cells(cost: Cost) -> list[str]:
    """Return the cells of seconds and mebibytes."""
    return [f"{cost.seconds:.2f}", f"{cost.mebibytes:.1f}"]


def ratio(figure: float, base: float, digits: int = 1) -> str:
    """Return how many times the base a figure is."""
    return f"× {figure / base:.{digits}f}" if base > 0 else "–"


def _table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return aligned columns: the first to the left, the others to the right."""
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
