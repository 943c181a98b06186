"""Tells whether a site or a worker is at a database on SQLite.

Between two requests none of them has the database open, so SQLite itself cannot tell. What does is
a lock of the operating system on a file beside it, which goes with its process however that ends.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from django.db import connection

# What is no longer referred to is closed, and a closed file loses its lock.
_held: list[IO[bytes]] = []


class Occupied(Exception):
    """A site or a worker is at the database."""


def occupy() -> None:
    """Tell, until this process ends, that it is at the database; wait while one has it alone."""
    if path := _path():
        file = path.open("ab")
        fcntl.flock(file, fcntl.LOCK_SH)
        _held.append(file)


@contextmanager
def unoccupied() -> Iterator[None]:
    """Keep sites and workers from starting; raise Occupied where one is there."""
    if not (path := _path()):
        yield
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Occupied from None
        yield


def _path() -> Path | None:
    """Return the file; None where the database is a server, which knows who is connected."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor != "sqlite" or name == ":memory:":
        return None
    return Path(f"{name}-occupied")
