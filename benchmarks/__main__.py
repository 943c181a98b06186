"""`make bench`: measures everything, then prints one table."""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.comparing import compare_files, measure_pages
from benchmarks.floors import measure_floors
from benchmarks.mail import measure_mail
from benchmarks.running import CaseFailed
from benchmarks.search import measure_search
from benchmarks.stores import PostgresqlStore, SqliteStore, Store
from benchmarks.tables import (
    FileLine,
    FloorLine,
    file_table,
    floor_table,
    machine_line,
    mail_table,
    memory_lines,
    page_table,
    search_table,
    wait_table,
)
from benchmarks.waiting import measure_waiting

_WITH_POSTGRESQL = Path(__file__).resolve().parent.parent / "scripts" / "with_postgresql"
_LEGEND = """\
peer: django-import-export, tuned (benchmarks/peer.py). Median of 3 runs, the most memory of 3.
MiB: growth of the process over its state before the work. time, memory: peer ÷ ours.
Each imports the file that it exported; both must leave the very same contacts.
– the peer has no synchronisation."""


def main() -> None:
    """Measure, and print."""
    options = _options()
    if options.postgresql and not options.server:
        _run_with_postgresql()
    sizes = (100, 1_000) if options.quick else (1_000, 10_000, 100_000)
    largest = sizes[-1]
    page_sizes = (10, 1_000) if options.quick else (10, 100_000)
    search_size = (1_000, 5_000) if options.quick else (100_000, 500_000)
    if options.search:
        _search_only(options.server, search_size)
        return
    peer_sizes = sizes if options.full else sizes[:-1]
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="benchmarks-") as name:
        folder = Path(name)
        store: Store = PostgresqlStore(options.server) if options.server else SqliteStore(folder)
        try:
            lines = compare_files(store, folder, sizes, peer_sizes, _tell)
            floors = measure_floors(store, folder, largest, _tell)
            if options.files:
                _print_files(options, lines, floors, largest)
                return
            waits = measure_waiting(store, folder, largest, _tell)
            mails = measure_mail(store, folder, 100 if options.quick else 10_000, _tell)
            pages = [measure_pages(store, folder, size, _tell) for size in page_sizes]
            searches = measure_search(store, folder, *search_size, _tell)
        except CaseFailed as failure:
            sys.exit(str(failure))
    _print_files(options, lines, floors, largest)
    print(wait_table(waits))
    print()
    print(page_table(page_sizes, pages))
    print()
    print(mail_table(mails))
    print()
    print(search_table(*search_size, searches))
    print()
    print(f"measured in {time.monotonic() - start:.0f} s")


def _print_files(
    options: argparse.Namespace,
    lines: Sequence[FileLine],
    floors: Sequence[FloorLine],
    largest: int,
) -> None:
    print(machine_line("postgresql" if options.server else "sqlite"))
    print(_LEGEND)
    if not options.full:
        print(f"– the peer runs at {largest:,} contacts only with `python -m benchmarks --full`.")
    elif not options.quick:
        print(f"The peer was run once at {largest:,} contacts.")
    print()
    print(file_table(lines))
    print()
    print(memory_lines(lines))
    print()
    print(floor_table(largest, floors))
    print()


def _search_only(server: str, size: tuple[int, int]) -> None:
    with tempfile.TemporaryDirectory(prefix="benchmarks-") as name:
        folder = Path(name)
        store: Store = PostgresqlStore(server) if server else SqliteStore(folder)
        try:
            lines = measure_search(store, folder, *size, _tell)
        except CaseFailed as failure:
            sys.exit(str(failure))
    print(machine_line("postgresql" if server else "sqlite"))
    print(search_table(*size, lines))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--full",
        action="store_true",
        help="run the peer at 100,000 contacts too: several minutes and 3 GiB more",
    )
    parser.add_argument(
        "--postgresql",
        action="store_true",
        help="measure on a PostgreSQL server started for it, instead of SQLite",
    )
    parser.add_argument(
        "--quick",
        action="store_true",
        help="a hundredth of the data: only to see that the benchmark itself works",
    )
    parser.add_argument("--files", action="store_true", help="measure contact files alone")
    parser.add_argument("--search", action="store_true", help="measure the search alone")
    parser.add_argument("--server", default="", help=argparse.SUPPRESS)
    return parser.parse_args()


def _run_with_postgresql() -> None:
    """Become the same command under a PostgreSQL server of its own, which knows its URL."""
    command = 'exec "$0" -m benchmarks "$@" --server "$DATABASE_URL"'
    arguments = ["sh", "-c", command, sys.executable, *sys.argv[1:]]
    os.execv(_WITH_POSTGRESQL, [str(_WITH_POSTGRESQL), *arguments])  # noqa: S606


def _tell(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
