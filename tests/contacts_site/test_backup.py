"""`manage.py backup` and `manage.py restore`, on a site on SQLite of their own."""

import gzip
import io
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tarfile
from contextlib import closing
from pathlib import Path

import pytest
from django.conf import settings

from tests.site_processes import Site, wait_until

pytestmark = [pytest.mark.only_on("sqlite"), pytest.mark.xdist_group("backup")]
ROWS = 2_000
_FILL = """
from django.core.files.base import ContentFile
from members.models import Member
from mailing.outbox.attachments import store_attachment
Member.objects.bulk_create(
    Member(reference=f"C{n}", name=f"Été {n}", kind="supplier") for n in range(%d)
)
store_attachment("a.pdf", "application/pdf", ContentFile(b"contenu"))
"""
# Each transaction writes a pair: a copy with half of one is of no moment.
_WRITE = """
import sqlite3, sys
database = sqlite3.connect(sys.argv[1], timeout=20, isolation_level=None)
database.execute("CREATE TABLE pair (n INTEGER, half TEXT)")
n = 0
while True:
    n += 1
    database.execute("BEGIN IMMEDIATE")
    database.execute("INSERT INTO pair VALUES (?, ?)", (n, "left" * 100))
    database.execute("INSERT INTO pair VALUES (?, ?)", (n, "right" * 100))
    database.execute("COMMIT")
"""


class SqliteSite:
    """A site in a folder, run by its commands."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.database = folder / "site.sqlite3"
        self.files = folder / "files"
        self.url = f"sqlite:///{self.database}"

    def manage(self, *command: object, answer: str = "", **variables: str):
        """Run a command; its outcome has `returncode`, `stdout`, `stderr`."""
        environment = os.environ | {"DATA_DIR": str(self.folder), "DATABASE_URL": self.url}
        return subprocess.run(
            [sys.executable, "manage.py", *map(str, command)],
            cwd=settings.BASE_DIR,
            env=environment | variables,
            input=answer,
            capture_output=True,
            text=True,
            check=False,
        )

    def rows(self) -> dict[str, list[tuple]]:
        """All that the database holds, table by table."""
        with closing(sqlite3.connect(self.database)) as database:
            names = database.execute(
                # The index of the search cannot be read as a table; what it is made of can.
                "SELECT name FROM sqlite_schema WHERE type = 'table' "
                "AND sql NOT LIKE 'CREATE VIRTUAL TABLE%' ORDER BY name"
            ).fetchall()
            return {
                name: sorted(
                    database.execute(f'SELECT * FROM "{name}"').fetchall(),  # noqa: S608
                    key=repr,
                )
                for (name,) in names
            }

    def kept_files(self) -> dict[str, bytes]:
        """All files by name."""
        return {
            path.relative_to(self.files).as_posix(): path.read_bytes()
            for path in self.files.rglob("*")
            if path.is_file()
        }

    def state(self):
        return self.rows(), self.kept_files()

    def change(self) -> None:
        """Let the site go on: a member less, another file."""
        with_members = "from members.models import Member; "
        delete = "Member.objects.filter(reference='C1').delete()"
        assert self.manage("shell", "-c", with_members + delete).returncode == 0
        for path in self.files.rglob("bin*"):
            path.unlink()
        (self.files / "new").write_bytes(b"new")


@pytest.fixture(scope="module")
def filled(tmp_path_factory) -> SqliteSite:
    site = SqliteSite(tmp_path_factory.mktemp("filled"))
    for command in (["migrate"], ["shell", "-c", _FILL % ROWS]):
        done = site.manage(*command, "-v0")
        assert done.returncode == 0, done.stderr
    return site


@pytest.fixture
def site(filled, tmp_path) -> SqliteSite:
    """A site with members and a file."""
    shutil.copytree(filled.folder, tmp_path / "site")
    return SqliteSite(tmp_path / "site")


@pytest.fixture(scope="module")
def made(filled, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("made") / "backup.tar.gz"
    done = filled.manage("backup", path)
    assert done.returncode == 0, done.stderr
    return path


@pytest.fixture
def archive(made, tmp_path) -> Path:
    """A backup of the site as it is at the beginning of the test."""
    return Path(shutil.copy2(made, tmp_path))


def test_a_backup_brings_back_every_row_and_file(site, archive):
    before = site.state()
    assert len(before[0]["members_member"]) == ROWS
    assert list(before[1].values()) == [b"contenu"]
    site.change()
    assert site.state() != before
    done = site.manage("restore", archive, "--yes")
    assert done.returncode == 0, done.stderr
    assert site.state() == before
    assert site.manage("check", "--database", "default").returncode == 0


def test_what_was_there_is_kept_and_can_be_brought_back(site, archive):
    site.change()
    changed = site.state()
    said = site.manage("restore", archive, "--yes").stdout
    (kept,) = site.folder.glob("before-restore-*.tar.gz")
    assert f"Ce qui était là est gardé dans {kept}." in said
    assert site.manage("restore", kept, "--yes").returncode == 0
    assert site.state() == changed


def test_a_new_machine_begins_with_a_backup(site, archive, tmp_path):
    new = SqliteSite(tmp_path / "new")
    done = new.manage("restore", archive, "--yes")
    assert done.returncode == 0, done.stderr
    assert "gardé" not in done.stdout
    assert new.state() == site.state()


def test_a_backup_made_while_others_write_is_of_one_moment(site, tmp_path):
    path = tmp_path / "backup.tar.gz"
    with subprocess.Popen([sys.executable, "-c", _WRITE, str(site.database)]) as writer:
        try:
            wait_until(lambda: pairs(site.database) > 20)
            before = pairs(site.database)
            done = site.manage("backup", path)
            after = pairs(site.database)
        finally:
            writer.kill()
    assert done.returncode == 0, done.stderr
    assert after > before
    new = SqliteSite(tmp_path / "new")
    assert new.manage("restore", path, "--yes").returncode == 0
    rows = new.rows()
    assert rows["members_member"] == site.rows()["members_member"]
    halves = rows["pair"]
    assert before <= len(halves) // 2 <= after
    assert {n for n, half in halves if half.startswith("left")} == {
        n for n, half in halves if half.startswith("right")
    }
    with closing(sqlite3.connect(new.database)) as database:
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def pairs(path: Path) -> int:
    with closing(sqlite3.connect(path, timeout=20)) as database:
        try:
            return database.execute("SELECT count(*) / 2 FROM pair").fetchone()[0]
        except sqlite3.OperationalError:
            return 0


def test_only_its_owner_reads_a_backup_and_it_says_what_it_is(archive):
    assert archive.stat().st_mode & 0o777 == 0o600
    with tarfile.open(archive) as opened:
        assert opened.getnames()[:2] == ["backup.json", "database.sqlite3"]
        about = json.load(opened.extractfile("backup.json"))
        assert {entry.uname for entry in opened} == {""}
    assert (about["format"], about["version"]) == ("contacts-backup", 1)
    assert "members.0001_initial" in about["migrations"]


def test_a_backup_that_cannot_be_written_leaves_what_was_there(site, tmp_path):
    (tmp_path / "old").mkdir()
    done = site.manage("backup", tmp_path / "old")
    assert done.returncode == 1
    assert "ne peut pas être écrite" in done.stderr
    done = site.manage("backup", tmp_path / "nowhere" / "backup.tar.gz")
    assert done.returncode == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["old", "site"]


def test_a_person_is_asked_first(site, archive):
    before = site.state()
    site.change()
    changed = site.state()
    for answer in ("", "non\n", "o\n"):
        done = site.manage("restore", archive, answer=answer)
        assert done.returncode == 1
        assert "remplace toutes les données" in done.stdout
        assert "Rien n'est modifié." in done.stderr
        assert site.state() == changed
    assert site.manage("restore", archive, answer="oui\n").returncode == 0
    assert site.state() == before


def refused(site, path, said) -> None:
    """Assert that a file is refused so, and that nothing changed."""
    before = site.state()
    refused_while_others_write(site, path, said)
    assert site.state() == before


def refused_while_others_write(site, path, said) -> None:
    """Assert that a file is refused so, and that nothing is left of the attempt."""
    done = site.manage("restore", path, "--yes")
    assert done.returncode == 1, done.stdout
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(site.folder.glob("before-restore-*"))
    assert not list(site.files.glob(".restore-*"))


NOT_WHOLE = "n'est pas une sauvegarde entière"
STOP_FIRST = "Arrêtez d'abord le site et ses workers"


def test_what_is_no_backup_is_refused(site, archive, tmp_path):
    path = tmp_path / "file"
    refused(site, path, "il n'existe pas")
    for content in (b"", b"nothing", gzip.compress(b"nothing"), site.database.read_bytes()):
        path.write_bytes(content)
        refused(site, path, NOT_WHOLE)


@pytest.mark.parametrize("part", [0.1, 0.5, 0.99])
def test_half_a_backup_is_refused(site, archive, part):
    whole = archive.read_bytes()
    archive.write_bytes(whole[: int(len(whole) * part)])
    refused(site, archive, NOT_WHOLE)


def test_a_backup_with_a_wrong_byte_is_refused(site, archive):
    content = bytearray(archive.read_bytes())
    content[len(content) // 2] ^= 255
    archive.write_bytes(content)
    refused(site, archive, NOT_WHOLE)


def rewritten(archive: Path, change) -> None:
    """Write the archive anew, its entries as `change` makes them of name and content."""
    with tarfile.open(archive) as opened:
        entries = [(entry, opened.extractfile(entry).read()) for entry in opened]
    with tarfile.open(archive, "w:gz") as written:
        for entry, content in entries:
            entry.name, content = change(entry.name, content)
            entry.size = len(content)
            written.addfile(entry, io.BytesIO(content))


@pytest.mark.parametrize("name", ["../evil", "/evil", "files/../../evil", "other"])
def test_a_backup_that_would_write_elsewhere_is_refused(site, archive, name):
    rewritten(archive, lambda old, content: (name if "files/" in old else old, content))
    refused(site, archive, NOT_WHOLE)


@pytest.mark.parametrize("words", [{"version": 2}, {"format": "other"}, {"made_at": None}])
def test_another_kind_of_backup_is_refused(site, archive, words):
    def changed(name, content):
        if name == "backup.json":
            return name, json.dumps(json.loads(content) | words).encode()
        return name, content

    rewritten(archive, changed)
    refused(site, archive, NOT_WHOLE)


def test_a_backup_of_another_version_of_the_site_is_refused(site, archive, tmp_path):
    other = SqliteSite(tmp_path / "other")
    shutil.copytree(site.folder, other.folder)
    with closing(sqlite3.connect(other.database)) as database, database:
        database.execute("UPDATE django_migrations SET name = '0999_new' WHERE app = 'mailing'")
    path = tmp_path / "other.tar.gz"
    assert other.manage("backup", path).returncode == 0
    refused(site, path, "d'une autre version du site")


@pytest.mark.parametrize("start", [Site.start_web, Site.start_worker])
def test_nothing_is_restored_under_a_running_site(site, archive, tmp_path, start):
    with Site(tmp_path / "machines", site.url) as machines:
        machine = start(machines)
        machine.wait_until_ready()
        refused_while_others_write(site, archive, STOP_FIRST)
        assert machine.stop() == 0
    assert site.manage("restore", archive, "--yes").returncode == 0


def test_nothing_is_restored_while_another_program_has_the_database(site, archive):
    with closing(sqlite3.connect(site.database)) as database:
        database.execute("BEGIN")
        database.execute("SELECT count(*) FROM members_member").fetchone()
        refused(site, archive, STOP_FIRST)


def test_files_come_back_when_the_database_cannot_be_taken(site, archive):
    site.change()
    before = site.state()
    script = (
        "import sqlite3; from contacts_site.operations import restores as r; "
        "from pathlib import Path\n"
        "with r.unpacked_backup(Path(%r)) as found:\n"
        "    found.database.write_bytes(b'no database')\n"
        "    try: r.restore(found)\n"
        "    except sqlite3.DatabaseError: print('failed')\n"
    )
    done = site.manage("shell", "-v0", "-c", script % str(archive))
    assert done.stdout.strip() == "failed", done.stderr
    assert site.state() == before


def test_a_site_on_postgresql_is_told_how(site, tmp_path):
    for command in (["backup", tmp_path / "a"], ["restore", tmp_path / "a", "--yes"]):
        done = site.manage(*command, DATABASE_URL="postgres://nobody@127.0.0.1:1/none")
        assert done.returncode == 1
        assert "pg_dump" in done.stderr


def test_files_that_another_server_keeps_are_not_forgotten_silently(site, tmp_path):
    storage = {"FILES_STORAGE": "django.core.files.storage.InMemoryStorage"}
    done = site.manage("backup", tmp_path / "a", **storage)
    assert done.returncode == 1
    assert "sur un autre serveur" in done.stderr
