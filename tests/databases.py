"""Databases of a test's own beside the suite's, for what a process does to one."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

from django.db import connection


@contextmanager
def own_database(folder: Path) -> Iterator[str]:
    """Give the URL of an empty database, SQLite or PostgreSQL as the suite's; it is gone after."""
    if connection.vendor == "sqlite":
        yield f"sqlite:///{folder / 'own.sqlite3'}"
        return
    name = f"own_{uuid4().hex}"
    server = urlsplit(os.environ["DATABASE_URL"])
    tool("createdb", "--maintenance-db", server.geturl(), "--template", "template0", name)
    try:
        yield server._replace(path=f"/{name}").geturl()
    finally:
        tool("dropdb", "--maintenance-db", server.geturl(), "--force", name)


def tool(name: str, *arguments: str | Path) -> str:
    """Run a tool of PostgreSQL, the newest installed; return what it says."""
    installed = Path("/usr/lib/postgresql").glob(f"*/bin/{name}")
    newest = max(installed, key=lambda path: int(path.parts[-3]), default=Path(name))
    done = subprocess.run([newest, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout
