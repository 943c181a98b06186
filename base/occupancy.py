"""Tells whether a site or a worker is at a database on SQLite.

Between two requests none of them has the database open, so SQLite itself cannot tell. What does is
a lock of the operating system on the database's folder, which goes with its process however that
ends. It needs no file of its own: one that root made could not be opened by the site's account.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection


class Occupied(Exception):
    """A site, a worker or another program is at the database."""


def occupy() -> None:
    """Tell, until this process ends, that it is at the database; wait while one has it alone."""
    database = str(connection.settings_dict["NAME"])
    # A server knows who is connected; memory is nobody else's.
    if connection.vendor == "sqlite" and database != ":memory:":
        # Left open: the lock lasts as long.
        fcntl.flock(os.open(Path(database).parent, os.O_RDONLY), fcntl.LOCK_SH)


@contextmanager
def unoccupied(database: Path) -> Iterator[None]:
    """Keep sites and workers from starting; raise Occupied where one is there."""
    folder = os.open(database.parent, os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Occupied from None
        yield
    finally:
        os.close(folder)
