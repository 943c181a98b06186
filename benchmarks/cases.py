"""Run each case in a process of its own, on a database made for it."""

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.stores import Store

_ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Measure:
    """What a case cost, what its function returned, and a digest of the contacts it left."""

    seconds: float
    mebibytes: float
    outcome: Any
    contacts: str


class CaseFailed(Exception):
    """A case failed, or left other contacts than it should have."""


@dataclass(frozen=True)
class Bench:
    """Where the cases run, and on how many contacts."""

    store: Store
    folder: Path
    sizes: Sequence[int]
    full: bool = False

    @property
    def largest(self) -> int:
        return self.sizes[-1]

    def run(self, work: str, url: str, **arguments: Any) -> Measure:
        return run_case(work, url, self.folder, **arguments)

    @contextmanager
    def site(self, members: int, contacts: int, *, busiest: bool = False) -> Iterator[str]:
        """Make the databases `members` and `contacts`; yield the digest of the latter."""
        self.run("filling.add_members", self.store.create("members"), count=members)
        url = self.store.create("contacts", "members")
        yield self.run("filling.add_contacts", url, count=contacts, busiest=busiest).contacts
        self.store.drop("contacts")
        self.store.drop("members")


_SECRET_KEY = secrets.token_hex()


def run_case(work: str, url: str, folder: Path, **arguments: Any) -> Measure:
    """Run a function, `module.name` of this package, on the database at the URL."""
    # The caller's own settings must not slow a case down, nor point it at real data.
    environment = {
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        "DJANGO_SETTINGS_MODULE": "contacts_site.settings",
        # The same in each process: an import reads the stamp of the file that another exported.
        "SECRET_KEY": _SECRET_KEY,
        "HTTPS": "false",
        "DATA_DIR": str(folder),
        "DATABASE_URL": url,
    }
    command = [sys.executable, "-m", "benchmarks.child", work, json.dumps(arguments)]
    done = subprocess.run(
        command, cwd=_ROOT, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        last_line = done.stderr.strip().rpartition("\n")[2] or f"exit status {done.returncode}"
        failure = CaseFailed(f"{work}: {last_line}")
        failure.add_note(f"{arguments}\n{done.stderr}")
        raise failure
    return Measure(**json.loads(done.stdout.splitlines()[-1]))


def tell(words: str) -> None:
    """Say on stderr what is measured now."""
    print(words, file=sys.stderr, flush=True)
