"""Databases of the benchmark: filled once, then copied for each case."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

import psycopg


class Store(Protocol):
    """Where databases are made and copied."""

    def create(self, name: str, template: str = "") -> str:
        """Make a database, empty or as its template is now, in place of any; return its URL."""

    def drop(self, name: str) -> None:
        """Delete a database, where there is one."""


@contextmanager
def fresh_copy(store: Store, template: str) -> Iterator[str]:
    """Yield the URL of a copy; delete it afterwards."""
    yield store.create("case", template)
    store.drop("case")


class SqliteStore:
    """SQLite files in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def create(self, name: str, template: str = "") -> str:
        self.drop(name)
        if template:
            # Its last connection has put the journal back into it.
            shutil.copyfile(self._path(template), self._path(name))
        return f"sqlite:///{self._path(name)}"

    def drop(self, name: str) -> None:
        for path in self._folder.glob(f"{name}.sqlite3*"):
            path.unlink()

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.sqlite3"


class PostgresqlStore:
    """Databases of a PostgreSQL server that serves the benchmark alone."""

    def __init__(self, url: str) -> None:
        self._url = url

    def create(self, name: str, template: str = "") -> str:
        self.drop(name)
        # PostgreSQL refuses where anybody is connected to the template.
        self._run(f'CREATE DATABASE "{name}" TEMPLATE "{template or "template0"}"')
        return urlsplit(self._url)._replace(path=f"/{name}").geturl()

    def drop(self, name: str) -> None:
        self._run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _run(self, sql: str) -> None:
        with psycopg.connect(self._url, autocommit=True) as connection:
            connection.execute(sql)
