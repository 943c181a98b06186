"""A database of a version before 0.2.0 is refused with a sentence, and left as it is."""

import os
import sqlite3
import subprocess
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

ROOT = Path(settings.BASE_DIR)
SENTENCE = (
    "Cette base de données est d'une version du site antérieure à la 0.2.0, qui ne se met pas à "
    "jour\u00a0; rien n'est modifié. Donnez au site une base vide (DATA_DIR ou DATABASE_URL).\n"
)
# Django's own migrations that need an account's table, and the first and the last of the site's.
APPLIED = [
    ("contenttypes", "0001_initial"),
    ("auth", "0001_initial"),
    ("admin", "0001_initial"),
    ("members", "0001_initial"),
    ("members", "0019_message_texts"),
    ("contacts", "0001_initial"),
    ("contacts_site", "0001_roles"),
]


@pytest.fixture
def old_site(tmp_path) -> Path:
    """The folder of a site of such a version."""
    with sqlite3.connect(tmp_path / "site.sqlite3") as database:
        database.executescript(
            "PRAGMA journal_mode=WAL; CREATE TABLE django_migrations "
            "(id integer PRIMARY KEY, app varchar(255), name varchar(255), applied datetime);"
        )
        database.executemany(
            "INSERT INTO django_migrations (app, name, applied) VALUES (?, ?, '2026-01-01')",
            APPLIED,
        )
    database.close()
    return tmp_path


def started(folder: Path, *command: str | Path) -> subprocess.CompletedProcess[str]:
    """A command, run on the site of this folder."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "HOME") if name in os.environ}
    return subprocess.run(
        command,
        cwd=ROOT,
        env=kept | {"SECRET_KEY": "x", "DATA_DIR": str(folder)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    "command",
    [
        [".venv/bin/python", "manage.py", "migrate"],
        [".venv/bin/python", "manage.py", "migrate", "--plan"],
        ["scripts/run"],
    ],
)
def test_it_is_refused_in_one_sentence_and_nothing_is_changed(old_site, command):
    before = (old_site / "site.sqlite3").read_bytes()
    stopped = started(old_site, *command)
    assert stopped.returncode == 1
    assert stopped.stderr == SENTENCE
    assert stopped.stdout == ""
    assert (old_site / "site.sqlite3").read_bytes() == before
    assert [path.name for path in old_site.iterdir()] == ["site.sqlite3"]


@pytest.mark.django_db
def test_a_postgresql_database_is_refused_too():
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'accounts'")
        cursor.execute("SELECT count(*) FROM django_migrations")
        before = cursor.fetchone()
        with pytest.raises(CommandError) as refusal:
            call_command("migrate", verbosity=0)
        cursor.execute("SELECT count(*) FROM django_migrations")
        assert cursor.fetchone() == before
    assert str(refusal.value) + "\n" == SENTENCE
