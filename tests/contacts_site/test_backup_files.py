"""Which files go into a backup."""

import sqlite3
import tarfile
from contextlib import closing

import pytest
from django.core.files.storage import default_storage

from contacts_site.operations.backups import STAGING, make_backup

pytestmark = pytest.mark.only_on("sqlite")


def test_a_link_to_a_file_of_somebody_else_is_left_out(tmp_path):
    outside = tmp_path / "secret"
    outside.write_text("secret")
    folder = tmp_path / "files"
    (folder / "sub" / STAGING).mkdir(parents=True)
    assert default_storage.location == str(folder)
    for name in ("kept", "sub/kept", f"{STAGING}1"):
        (folder / name).write_text("ours")
    (folder / "link").symlink_to(outside)
    (folder / "sub" / "link").symlink_to(folder / "kept")
    (folder / "folder").symlink_to(folder / "sub")
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute("CREATE TABLE django_migrations (app, name)")
        backup = make_backup(tmp_path / "backup.tar.gz", database)
    with tarfile.open(tmp_path / "backup.tar.gz") as archive:
        names = archive.getnames()
        assert all(entry.isreg() for entry in archive)
    assert names[2:] == ["files/kept", "files/sub/kept"]
    assert backup.files == 2
