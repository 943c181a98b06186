"""Backups of a site on SQLite: the database and the files, in one archive, while the site runs.

The archive is a tar with gzip: `backup.json` first, which says what it is and which migrations the
database has; then `database.sqlite3`; then the files below `files/`.
"""

import gzip
import io
import json
import os
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from django.core.files.storage import FileSystemStorage, default_storage
from django.db import connection
from django.utils import timezone

FORMAT, VERSION = "contacts-backup", 1
ABOUT, DATABASE, FILES = "backup.json", "database.sqlite3", "files"
# What a restoration leaves for a moment in the folder of the files.
STAGING = ".restore-"
_SECONDS_FOR_A_LOCK = 20


class NotBackedUp(Exception):
    """This site's data is not kept where it could be backed up so; says why, in French."""


class Backup(NamedTuple):
    """When a backup was made, and how many files are in it."""

    made_at: datetime
    files: int


def make_backup(path: Path, database: sqlite3.Connection | None = None) -> Backup:
    """Write a backup to this path, whole or not at all; only its owner may read it.

    The database is that of one moment, however many write meanwhile; the files are copied after
    it, so that those it knows are there. `database` is a connection that has it for itself. Raises
    NotBackedUp, or OSError where it cannot be written.
    """
    source, folder = database_path(), files_folder()
    made_at = timezone.now()
    with (
        _whole_or_not_at_all(path) as unfinished,
        tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}.") as room,
    ):
        snapshot = Path(room) / DATABASE
        if database is None:
            with closing(sqlite3.connect(source, timeout=_SECONDS_FOR_A_LOCK)) as live:
                _copy_database(live, snapshot)
        else:
            _copy_database(database, snapshot)
        about = {
            "format": FORMAT,
            "version": VERSION,
            "made_at": made_at.isoformat(),
            "migrations": migrations_of(snapshot),
        }
        with (
            unfinished.open("wb") as raw,
            gzip.GzipFile(fileobj=raw, mode="wb", filename="", compresslevel=6) as packed,
            tarfile.open(fileobj=packed, mode="w|") as archive,
        ):
            _add_text(archive, ABOUT, json.dumps(about))
            archive.add(snapshot, DATABASE, filter=_nobodys)
            count = sum(_add_file(archive, folder, name) for name in _file_names(folder))
    return Backup(made_at, count)


def database_path() -> Path:
    """Return the file of the database; raise NotBackedUp where it is none."""
    if connection.vendor != "sqlite":
        raise NotBackedUp(
            "La base de ce site est PostgreSQL\u00a0: sauvegardez-la avec pg_dump et "
            "restaurez-la avec pg_restore, comme le dit le README."
        )
    return Path(str(connection.settings_dict["NAME"]))


def files_folder() -> Path:
    """Return the folder of the files; raise NotBackedUp where another server keeps them."""
    # Other storages have a path() too, which leads to no files of theirs.
    if not isinstance(default_storage, FileSystemStorage):
        raise NotBackedUp(
            "Les fichiers de ce site sont sur un autre serveur\u00a0: sauvegardez-les là."
        )
    return Path(default_storage.location)


def _copy_database(live: sqlite3.Connection, target: Path) -> None:
    """Copy the database as it is at one moment; writers neither wait nor are waited for."""
    with closing(sqlite3.connect(target)) as copy:
        live.backup(copy)
        # One file, without a journal beside it.
        copy.execute("PRAGMA journal_mode=DELETE")


def migrations_of(database: Path) -> list[str]:
    """Return the migrations that a database has, sorted; raise sqlite3.DatabaseError for none."""
    with closing(sqlite3.connect(database)) as copy:
        rows = copy.execute("SELECT app || '.' || name FROM django_migrations").fetchall()
    return sorted(name for (name,) in rows)


def _file_names(folder: Path) -> list[str]:
    found = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    names = (path.relative_to(folder).as_posix() for path in found)
    return sorted(name for name in names if not name.startswith(STAGING))


def _add_file(archive: tarfile.TarFile, folder: Path, name: str) -> bool:
    """Add a file, unless it was deleted since it was listed; return whether it is there."""
    try:
        archive.add(folder / name, f"{FILES}/{name}", recursive=False, filter=_nobodys)
    except FileNotFoundError:
        return False
    return True


def _add_text(archive: tarfile.TarFile, name: str, content: str) -> None:
    entry = tarfile.TarInfo(name)
    encoded = content.encode()
    entry.size = len(encoded)
    archive.addfile(_nobodys(entry), io.BytesIO(encoded))


def _nobodys(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    """Leave out whose account made it."""
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    entry.mode = 0o600
    return entry


@contextmanager
def _whole_or_not_at_all(path: Path) -> Iterator[Path]:
    """Give a path to write to; it becomes the one wanted once all is written and on the disk."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    os.close(descriptor)
    unfinished = Path(name)
    try:
        yield unfinished
        with unfinished.open("rb") as written:
            os.fsync(written.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
