"""Know whether a site or a worker uses an SQLite database.

Between two requests none of them has the database open, so SQLite itself cannot know. Each holds a
lock of the operating system (flock) on the database's folder, which ends with the process, even a
killed one. The lock is on the folder, since the site's account could not open a lock file made by
root.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection


class Occupied(Exception):
    """A site, a worker or another restore uses the database."""


def occupy() -> None:
    """Lock the database's folder until this process ends; wait while a restore has it alone."""
    database = str(connection.settings_dict["NAME"])
    # PostgreSQL knows its connections, and nobody else can use a database in memory.
    if connection.vendor == "sqlite" and database != ":memory:":
        # Never closed: closing it would release the lock.
        fcntl.flock(os.open(Path(database).parent, os.O_RDONLY), fcntl.LOCK_SH)


@contextmanager
def unoccupied(database: Path) -> Iterator[None]:
    """Have the database alone, so that no site or worker can start; raise Occupied if one runs."""
    folder = os.open(database.parent, os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Occupied from None
        yield
    finally:
        os.close(folder)
