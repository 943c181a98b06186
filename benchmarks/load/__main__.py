"""Have people work with the site on PostgreSQL and on SQLite; exit 1 where there was an error.

`python -m benchmarks.load --seconds 120 --people 50 --members 100000`. PostgreSQL is the server
that DATABASE_URL names (scripts/with_postgresql starts one); without one it is left out.
"""

import argparse
import json
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.cases import run_case
from benchmarks.load.report import Run, print_run
from benchmarks.load.servers import Server, collect_static, gunicorn, resident_mebibytes, worker
from benchmarks.stores import PostgresqlStore, SqliteStore, Store

_ROOT = Path(__file__).resolve().parents[2]
# At most, as SQLite writes one after the other.
_PEOPLE_ON_SQLITE = 10
_SAMPLES = 12


@dataclass(frozen=True)
class Wanted:
    """How long the people work, how many they are, and how much the site has."""

    seconds: int
    people: int
    members: int
    contacts: int


def main() -> None:
    """Measure on each database, one after the other."""
    wanted, databases = _arguments()
    failures = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        collect_static(folder)
        for title, store in _stores(folder):
            if title not in databases:
                continue
            people = (
                wanted.people if title == "PostgreSQL" else min(wanted.people, _PEOPLE_ON_SQLITE)
            )
            run = _run(title, store, folder / title, wanted, people)
            print_run(run)
            failures += sum(run.failures.values())
    sys.exit(bool(failures))


def _arguments() -> tuple[Wanted, list[str]]:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=120)
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--members", type=int, default=100_000)
    parser.add_argument("--contacts", type=int, default=0, help="by default five for each member")
    parser.add_argument("--databases", nargs="+", default=["PostgreSQL", "SQLite"])
    found = parser.parse_args()
    contacts = found.contacts or 5 * found.members
    return Wanted(found.seconds, found.people, found.members, contacts), found.databases


def _stores(folder: Path) -> Iterator[tuple[str, Store]]:
    url = os.environ.get("DATABASE_URL", "")
    if url.startswith("postgres"):
        yield "PostgreSQL", PostgresqlStore(url)
    else:
        print("PostgreSQL is left out: DATABASE_URL names none.")
    yield "SQLite", SqliteStore(folder)


def _run(title: str, store: Store, folder: Path, wanted: Wanted, people: int) -> Run:
    folder.mkdir()
    url = store.create("load")
    password = secrets.token_urlsafe()
    print(f"{title}: filling with {wanted.members:,} members, {wanted.contacts:,} contacts…")
    run_case("filling.add_members", url, folder, count=wanted.members)
    run_case("filling.add_contacts", url, folder, count=wanted.contacts)
    run_case("filling.add_accounts", url, folder, count=people, password=password)
    settings = {
        "DATABASE_URL": url,
        "DATA_DIR": str(folder),
        "SECRET_KEY": secrets.token_hex(),
        "HTTPS": "false",
        "EMAIL_URL": "mailbox://",
    }
    try:
        with (
            gunicorn("contacts_site.wsgi", folder, settings) as site,
            gunicorn("benchmarks.load.bare", folder, {}) as bare,
            worker(folder, settings),
        ):
            print(f"{title}: {people} people for {wanted.seconds} s…")
            return _measure(title, site, bare, folder / "results.json", wanted, people, password)
    finally:
        store.drop("load")


def _measure(
    title: str,
    site: Server,
    bare: Server,
    results: Path,
    wanted: Wanted,
    people: int,
    password: str,
) -> Run:
    administrators = max(1, people // 25)
    environment = os.environ | {
        "LOAD_BARE": bare.address,
        "LOAD_MEMBERS": str(wanted.members),
        "LOAD_PASSWORD": password,
        "LOAD_RESULTS": str(results),
        "LOAD_ADMINISTRATORS": str(administrators),
    }
    spawn = max(1, people // 10)
    command = [
        *(sys.executable, "-m", "locust", "--headless", "--only-summary", "--loglevel", "ERROR"),
        *("--locustfile", str(_ROOT / "benchmarks" / "load" / "people.py")),
        *("--host", site.address, "--users", str(people), "--spawn-rate", str(spawn)),
        *("--run-time", f"{wanted.seconds}s", "--stop-timeout", "30"),
    ]
    log = results.with_suffix(".log")
    with log.open("w") as written:
        locust = subprocess.Popen(
            command, cwd=_ROOT, env=environment, stdout=written, stderr=subprocess.STDOUT
        )
        memory = []
        while locust.poll() is None:
            memory.append((resident_mebibytes(site.pid), resident_mebibytes(bare.pid)))
            with suppress(subprocess.TimeoutExpired):
                locust.wait(timeout=max(1.0, wanted.seconds / _SAMPLES))
    if not results.exists():
        raise RuntimeError(log.read_text())
    found: dict[str, Any] = json.loads(results.read_text())
    return Run(title, people, wanted.seconds, found["seconds"], found["failures"], memory)


if __name__ == "__main__":
    main()
