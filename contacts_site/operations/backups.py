"""Back up a site on SQLite, its database and its files, to one archive, while the site runs.

The archive is a tar.gz: first `backup.json`, with the format's version, the time, and the
migrations of the database; then `database.sqlite3`; then the files below `files/`.
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
# Prefix of the temporary folder that a restore makes among the files.
STAGING = ".restore-"
_SECONDS_FOR_A_LOCK = 20


class NotBackedUp(Exception):
    """The data is on PostgreSQL or another file server; the message is French."""


class Backup(NamedTuple):
    """When a backup was made, and its number of files."""

    made_at: datetime
    files: int


def make_backup(path: Path, database: sqlite3.Connection | None = None) -> Backup:
    """Write a backup to this path, completely or not at all; only its owner may read it.

    The database is a consistent snapshot, also while others write. The files are copied after it,
    so that all files named in the database are there. `database` is an open connection, needed
    when it has locked the database. Raise NotBackedUp, or OSError if the archive cannot be written.
    """
    source, folder = database_path(), files_folder()
    made_at = timezone.now()
    with (
        _atomic_file(path) as unfinished,
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
            archive.add(snapshot, DATABASE, filter=_anonymous)
            count = sum(_add_file(archive, folder, name) for name in _file_names(folder))
    return Backup(made_at, count)


def database_path() -> Path:
    """Return the database's file; raise NotBackedUp on PostgreSQL."""
    if connection.vendor != "sqlite":
        raise NotBackedUp(
            "La base de ce site est PostgreSQL\u00a0: sauvegardez-la avec pg_dump et "
            "restaurez-la avec pg_restore, comme le dit le README."
        )
    return Path(str(connection.settings_dict["NAME"]))


def files_folder() -> Path:
    """Return the folder of the files; raise NotBackedUp if another server keeps them."""
    # Checked by class: other storages may have a `path`, too, which is not where their files are.
    if not isinstance(default_storage, FileSystemStorage):
        raise NotBackedUp(
            "Les fichiers de ce site sont sur un autre serveur\u00a0: sauvegardez-les là."
        )
    return Path(default_storage.location)


def _copy_database(live: sqlite3.Connection, target: Path) -> None:
    """Copy a consistent snapshot of the database, without waiting for writers or blocking them."""
    with closing(sqlite3.connect(target)) as copy:
        live.backup(copy)
        # So that the copy is one file, without a journal beside it.
        copy.execute("PRAGMA journal_mode=DELETE")


def migrations_of(database: Path) -> list[str]:
    """Return the applied migrations, sorted; raise sqlite3.DatabaseError if they have no table."""
    with closing(sqlite3.connect(database)) as copy:
        rows = copy.execute("SELECT app || '.' || name FROM django_migrations").fetchall()
    return sorted(name for (name,) in rows)


def _file_names(folder: Path) -> list[str]:
    files = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    names = (path.relative_to(folder).as_posix() for path in files)
    return sorted(name for name in names if not name.startswith(STAGING))


def _add_file(archive: tarfile.TarFile, folder: Path, name: str) -> bool:
    """Add a file, unless it has been deleted since it was listed; return whether it was added."""
    try:
        archive.add(folder / name, f"{FILES}/{name}", recursive=False, filter=_anonymous)
    except FileNotFoundError:
        return False
    return True


def _add_text(archive: tarfile.TarFile, name: str, content: str) -> None:
    entry = tarfile.TarInfo(name)
    encoded = content.encode()
    entry.size = len(encoded)
    archive.addfile(_anonymous(entry), io.BytesIO(encoded))


def _anonymous(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    entry.mode = 0o600
    return entry


@contextmanager
def _atomic_file(path: Path) -> Iterator[Path]:
    """Yield a temporary file; rename it to `path` at the end, removed if an error comes first."""
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
