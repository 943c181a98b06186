"""Measure contact files, screens, search and mail: `make bench`.

Each part prints its table as soon as it is measured. A part that fails says so at its place, and
the other parts go on; the exit status is then 1.
"""

import argparse
import io
import os
import sys
import tempfile
import time
import traceback
from collections.abc import Sequence
from pathlib import Path

from benchmarks.cases import Bench
from benchmarks.files import CONTACTS_A_MEMBER
from benchmarks.parts import PARTS, Part
from benchmarks.stores import PostgresqlStore, SqliteStore
from benchmarks.tables import machine_line

_WITH_POSTGRESQL = Path(__file__).resolve().parent.parent / "scripts" / "with_postgresql"


def main(arguments: Sequence[str]) -> int:
    """Run the parts that the command line names; return the exit status."""
    options = _options(arguments)
    if options.list:
        print(*PARTS, sep="\n")
        return 0
    if options.postgresql and not options.server:
        _run_with_postgresql(arguments)
    if isinstance(sys.stdout, io.TextIOWrapper):
        # Each line appears at once, also in a file or a pipe.
        sys.stdout.reconfigure(line_buffering=True)
    print(machine_line("PostgreSQL" if options.server else "SQLite"))
    with tempfile.TemporaryDirectory(prefix="benchmarks-") as name:
        folder = Path(name)
        store = PostgresqlStore(options.server) if options.server else SqliteStore(folder)
        bench = Bench(store, folder, options.sizes, options.full)
        return run_parts({name: PARTS[name] for name in options.only or PARTS}, bench)


def run_parts(parts: dict[str, Part], bench: Bench) -> int:
    """Run each part, whatever became of those before it; return 1 where one failed, else 0."""
    start = time.monotonic()
    failed = []
    for name, part in parts.items():
        print()
        try:
            part(bench)
        except Exception as error:  # noqa: BLE001
            failed.append(name)
            traceback.print_exception(error)
            print(f"{name}: failed: {type(error).__name__}: {' '.join(str(error).split())}")
    print(f"\nmeasured in {time.monotonic() - start:.0f} s")
    if failed:
        print(f"failed: {', '.join(failed)}")
    return 1 if failed else 0


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--list", action="store_true", help="print the names of the parts")
    parser.add_argument(
        "--only",
        action="append",
        choices=PARTS,
        metavar="NAME",
        help="measure this part alone; may be repeated",
    )
    parser.add_argument(
        "--sizes",
        type=_sizes,
        default=(1_000, 10_000, 100_000),
        metavar="N,N…",
        help="numbers of contacts in a file (1000,10000,100000); the largest one is also the "
        "number of members on the screens, and ten times the number of mails",
    )
    parser.add_argument(
        "--full",
        action="store_true",
        help="run the peer above 10,000 contacts too: several minutes and 3 GiB more",
    )
    parser.add_argument(
        "--postgresql", action="store_true", help="measure on a PostgreSQL server of its own"
    )
    parser.add_argument("--server", default="", help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


def _sizes(text: str) -> Sequence[int]:
    sizes = sorted({int(size) for size in text.split(",")})
    if sizes[0] < 2 * CONTACTS_A_MEMBER or any(size % CONTACTS_A_MEMBER for size in sizes):
        raise argparse.ArgumentTypeError(
            f"each must be a multiple of {CONTACTS_A_MEMBER}, from {2 * CONTACTS_A_MEMBER} on"
        )
    return sizes


def _run_with_postgresql(options: Sequence[str]) -> None:
    """Replace this process by the same command under scripts/with_postgresql."""
    command = 'exec "$0" -m benchmarks "$@" --server "$DATABASE_URL"'
    arguments = ["sh", "-c", command, sys.executable, *options]
    os.execv(_WITH_POSTGRESQL, [str(_WITH_POSTGRESQL), *arguments])  # noqa: S606


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
