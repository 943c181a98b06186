"""Replace the database and files of a site on SQLite by those of a backup, both or none.

The site's data is backed up first; restoring that backup is the way back.
"""

import gzip
import json
import shutil
import sqlite3
import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from base.occupancy import Occupied, unoccupied
from contacts_site.operations.backups import (
    ABOUT,
    DATABASE,
    FILES,
    FORMAT,
    STAGING,
    VERSION,
    Backup,
    database_path,
    files_folder,
    make_backup,
    migrations_of,
)

# A larger `backup.json` is not one of ours.
_LONGEST_ABOUT = 1024 * 1024
_PIECE = 1024 * 1024
_SECONDS_FOR_A_LOCK = 2
_UNREADABLE = (
    gzip.BadGzipFile,
    tarfile.TarError,
    zlib.error,
    EOFError,
    ValueError,
    sqlite3.DatabaseError,
)
_NOT_WHOLE = "Ce fichier n'est pas une sauvegarde entière de ce site\u00a0; rien n'est modifié."


class NotRestorable(Exception):
    """The file is not a complete backup of a site of this version; the message is French."""


class Unpacked(NamedTuple):
    """A backup that was read to its end and checked, with its unpacked database and files."""

    backup: Backup
    database: Path
    files: Path


@contextmanager
def unpacked_backup(path: Path) -> Iterator[Unpacked]:
    """Unpack a backup to a temporary folder among the site's files, and check it.

    Raise NotRestorable; NotBackedUp if this site is not on SQLite; OSError if the file cannot be
    read or the disk is full.
    """
    database_path()
    folder = files_folder()
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=STAGING) as room:
        try:
            about = _unpack(path, Path(room))
            made_at = datetime.fromisoformat(str(about.get("made_at")))
            applied = migrations_of(Path(room) / DATABASE)
        except _UNREADABLE:
            raise NotRestorable(_NOT_WHOLE) from None
        _check_version(applied)
        files = Path(room) / FILES
        files.mkdir(exist_ok=True)
        count = sum(each.is_file() for each in files.rglob("*"))
        yield Unpacked(Backup(made_at, count), Path(room) / DATABASE, files)


def restore(unpacked: Unpacked) -> Path | None:
    """Replace database and files; return the backup of the old ones (None: there was no database).

    On any error, the site keeps its database and files. Raise Occupied if the database is in use.
    """
    connection.close()
    with _locked_database() as database, closing(sqlite3.connect(unpacked.database)) as source:
        kept = _back_up_first(database)
        with _exchanged_files(unpacked.files):
            source.backup(database)
    return kept


# --- Reading ----------------------------------------------------------------------------------


def _unpack(path: Path, room: Path) -> dict[str, Any]:
    with (
        gzip.open(path, "rb") as unpacked,
        tarfile.open(fileobj=unpacked, mode="r|") as archive,
    ):
        about = _about(archive)
        while entry := archive.next():
            is_ours = entry.name == DATABASE or entry.name.startswith(f"{FILES}/")
            if not is_ours or not entry.isreg():
                raise ValueError(entry.name)
            # The filter refuses names that lead out of the folder.
            archive.extract(entry, room, filter="data")
        # gzip compares its checksum only when it reaches the end.
        while unpacked.read(_PIECE):
            pass
    return about


def _about(archive: tarfile.TarFile) -> dict[str, Any]:
    entry = archive.next()
    content = archive.extractfile(entry) if entry and entry.name == ABOUT else None
    if content is None:
        raise ValueError(ABOUT)
    about = json.loads(content.read(_LONGEST_ABOUT))
    if not isinstance(about, dict) or (about.get("format"), about.get("version")) != (
        FORMAT,
        VERSION,
    ):
        raise ValueError(ABOUT)
    return about


def _check_version(applied: list[str]) -> None:
    loader = MigrationLoader(None)
    ours = {f"{app}.{name}" for app, name in loader.disk_migrations}
    different = sorted(ours.symmetric_difference(applied))
    if different:
        raise NotRestorable(
            "Cette sauvegarde est d'une autre version du site\u00a0: installez celle-là, "
            "restaurez, puis mettez à jour. Rien n'est modifié. Migrations différentes\u00a0: "
            f"{', '.join(different[:5])}."
        )


# --- Replacing --------------------------------------------------------------------------------


def _back_up_first(database: sqlite3.Connection) -> Path | None:
    """Back up the current data, and return where; None if the database is empty."""
    if not database.execute("SELECT 1 FROM sqlite_schema").fetchone():
        return None
    path = Path(settings.DATA_DIR) / f"before-restore-{timezone.now():%Y%m%d-%H%M%S-%f}.tar.gz"
    make_backup(path, database)
    return path


@contextmanager
def _locked_database() -> Iterator[sqlite3.Connection]:
    """Yield a connection that has the database alone; raise Occupied if another process uses it."""
    path = database_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    with (
        unoccupied(path),
        closing(
            sqlite3.connect(path, timeout=_SECONDS_FOR_A_LOCK, isolation_level=None)
        ) as database,
    ):
        try:
            # SQLite leaves WAL mode only if no other connection is open.
            database.execute("PRAGMA locking_mode=EXCLUSIVE")
            database.execute("PRAGMA journal_mode=DELETE")
            database.execute("BEGIN EXCLUSIVE")
            database.execute("COMMIT")
        except sqlite3.OperationalError:
            raise Occupied from None
        try:
            yield database
        finally:
            database.execute("PRAGMA journal_mode=WAL")


@contextmanager
def _exchanged_files(new: Path) -> Iterator[None]:
    """Replace the old files by the new ones; undo that if the block raises.

    The folder itself is not renamed: it may be a mount point.
    """
    folder, old = files_folder(), new.with_name("replaced")
    old.mkdir()
    moved: list[tuple[Path, Path]] = []
    try:
        for source, target in ((folder, old), (new, folder)):
            for each in _contents(source):
                each.rename(target / each.name)
                moved += [(each, target / each.name)]
        yield
    except BaseException:
        for origin, place in reversed(moved):
            place.rename(origin)
        raise
    shutil.rmtree(old)


def _contents(folder: Path) -> list[Path]:
    return sorted(each for each in folder.iterdir() if not each.name.startswith(STAGING))
