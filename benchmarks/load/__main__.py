"""Run people against the site on PostgreSQL and on SQLite; exits 1 where there was an error.

`python -m benchmarks.load --seconds 120 --people 50 --members 100000`; PostgreSQL is the server
of DATABASE_URL (scripts/with_postgresql starts one), and left out where it is none.
"""

import argparse
import json
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from benchmarks.load.memory import resident_mebibytes
from benchmarks.load.report import Run, print_run
from benchmarks.running import run_case
from benchmarks.stores import PostgresqlStore, SqliteStore, Store

_ROOT = Path(__file__).resolve().parents[2]
_START_SECONDS = 60
# Most people on SQLite: it writes one after the other.
_PEOPLE_ON_SQLITE = 10
_SAMPLES = 12


@dataclass(frozen=True)
class Wanted:
    """How long, how many people, and how much the site has."""

    seconds: int
    people: int
    members: int
    contacts: int


def main() -> None:
    """Run on each database, one after the other."""
    wanted, databases = _arguments()
    failures = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
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
    parser.add_argument("--contacts", type=int, default=0, help="five for each member, if not said")
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
    run_case("accounts.add_accounts", url, folder, count=people, password=password)
    settings = {
        "DATABASE_URL": url,
        "DATA_DIR": str(folder),
        "SECRET_KEY": secrets.token_hex(),
        "HTTPS": "false",
        "EMAIL_URL": "mailbox://",
    }
    try:
        _collect_static(settings)
        with (
            _gunicorn("contacts_site.wsgi", folder, settings) as site,
            _gunicorn("benchmarks.load.bare", folder, {}) as bare,
            _worker(folder, settings),
        ):
            print(f"{title}: {people} people for {wanted.seconds} s…")
            return _measure(title, site, bare, folder / "results.json", wanted, people, password)
    finally:
        store.drop("load")


def _measure(
    title: str,
    site: "_Server",
    bare: "_Server",
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


@dataclass(frozen=True)
class _Server:
    """A gunicorn that answers."""

    address: str
    pid: int


@contextmanager
def _gunicorn(application: str, folder: Path, settings: dict[str, str]) -> Iterator[_Server]:
    port = _free_port()
    command = [
        *(sys.executable, "-m", "gunicorn", application, "--bind", f"127.0.0.1:{port}"),
        *("--workers", "3", "--threads", "4", "--timeout", "120", "--log-level", "warning"),
        # As long as nginx's: else a page is asked for on a line that is just being closed.
        *("--keep-alive", "75"),
        "--no-control-socket",
    ]
    environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", **settings}
    log = folder / f"{application}.log"
    with log.open("w") as written:
        server = subprocess.Popen(
            command, cwd=_ROOT, env=environment, stdout=written, stderr=written
        )
    try:
        _wait_for(port, server, log)
        yield _Server(f"http://127.0.0.1:{port}", server.pid)
    finally:
        server.terminate()
        server.wait()


@contextmanager
def _worker(folder: Path, settings: dict[str, str]) -> Iterator[None]:
    """Have a worker import what people send."""
    environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", **settings}
    command = [sys.executable, "manage.py", "worker"]
    with (folder / "worker.log").open("w") as written:
        worker = subprocess.Popen(
            command, cwd=_ROOT, env=environment, stdout=written, stderr=written
        )
    try:
        yield
    finally:
        worker.terminate()
        worker.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int, server: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        with suppress(OSError):
            HTTPConnection("127.0.0.1", port, timeout=5).request("GET", "/")
            return
        time.sleep(0.1)
    raise RuntimeError(log.read_text())


def _collect_static(settings: dict[str, str]) -> None:
    command = [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"]
    environment = {"PATH": os.environ["PATH"], **settings}
    subprocess.run(command, cwd=_ROOT, env=environment, check=True)


if __name__ == "__main__":
    main()
