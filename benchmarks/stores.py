"""Databases that only the benchmark knows: made once, then copied for each case."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit


class Store(Protocol):
    """Where databases are made and copied."""

    def create(self, name: str, template: str = "") -> str:
        """Make a database, empty or as its template is by now; return its URL."""

    def drop(self, name: str) -> None:
        """Delete a database."""


@contextmanager
def fresh_copy(store: Store, template: str) -> Iterator[str]:
    """Give the URL of a copy that is gone afterwards."""
    yield store.create("case", template)
    store.drop("case")


class SqliteStore:
    """SQLite files in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def create(self, name: str, template: str = "") -> str:
        """Make a file; the template's last connection has put its journal back into it."""
        if template:
            shutil.copyfile(self._path(template), self._path(name))
        return f"sqlite:///{self._path(name)}"

    def drop(self, name: str) -> None:
        """Delete the file, and what SQLite may have left beside it."""
        for path in self._folder.glob(f"{name}.sqlite3*"):
            path.unlink()

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.sqlite3"


class PostgresqlStore:
    """Databases of the PostgreSQL server at a URL, which is the benchmark's own."""

    def __init__(self, url: str) -> None:
        self._url = url

    def create(self, name: str, template: str = "") -> str:
        """Make a database; nobody may be connected to its template."""
        self._run(f'CREATE DATABASE "{name}" TEMPLATE "{template or "template0"}"')
        return urlsplit(self._url)._replace(path=f"/{name}").geturl()

    def drop(self, name: str) -> None:
        """Delete the database."""
        self._run(f'DROP DATABASE "{name}"')

    def _run(self, sql: str) -> None:
        import psycopg

        with psycopg.connect(self._url, autocommit=True) as connection:
            connection.execute(sql)
