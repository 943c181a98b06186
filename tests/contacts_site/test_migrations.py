"""Migrations keep what a full database has, and an older version that still runs goes on."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.db.migrations.loader import MigrationLoader

from scripts.draw_rooms import rooms
from tests.databases import own_database

# More than one statement of a migration takes at a time (base/database.py).
MEMBERS = 1_000
LOADER = MigrationLoader(None)
_MIGRATE = """
from django.core.management import call_command
for app, name in {targets!r}:
    call_command("migrate", app, name, verbosity=0)
"""
# What the script below finds before it: `models`, those of an older version.
_MODELS = """
from django.db import connection
from django.db.migrations.loader import MigrationLoader
models = MigrationLoader(connection).project_state({targets!r}).apps
Member = models.get_model("members", "Member")
Contact = models.get_model("contacts", "Contact")
"""
_FILL = """
members = Member.objects.bulk_create(
    [Member(reference=f"C{{n}}", name=f"Été {{n}}", kind="supplier") for n in range({count})], 500
)
common = dict(name="Zoé", phones="04 78", type=4)
Contact.objects.bulk_create(
    [Contact(member=member, position=n, **common) for member in members for n in (1, 2)], 500
)
"""
# What a web server of the older version does while the newer one starts beside it.
_WORK = """
member = Member.objects.create(reference="OLD", name="Ancien", kind="supplier")
contact = Contact.objects.create(member=member, position=1, name="Ancien", type=4)
Contact.objects.filter(pk=contact.pk).update(name="Changé")
contact.refresh_from_db()
member.name = "Changé"
member.save()
assert Member.objects.get(search_text__contains="change").pk == member.pk
assert Contact.objects.filter(member__reference="OLD").count() == 1
contact.delete()
Member.objects.filter(pk=member.pk).delete()
print("worked")
"""
_COUNT = """
from contacts.models import Contact
from members.models import Member
members = Member.objects.filter(name__startswith="Été")
print(members.count(), Contact.objects.filter(name="Zoé", member__in=members).count())
"""


def first_version() -> list[tuple[str, str]]:
    return [(app, name) for app in sorted(rooms()) for name in names(app)[:1]]


def version_before() -> list[tuple[str, str]]:
    """Each app without its last migration, where it has several."""
    return [(app, name) for app in sorted(rooms()) for name in (names(app)[:-1] or names(app))[-1:]]


def names(app: str) -> list[str]:
    return sorted(name for label, name in LOADER.disk_migrations if label == app)


def manage(url, folder, *command):
    """Run a command on a database; return what it printed."""
    done = subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=settings.BASE_DIR,
        env=os.environ | {"DATA_DIR": str(folder), "DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def run(url, folder, script, *, targets=(), **values):
    """Run a script with the models of the version that has these migrations."""
    models = _MODELS.format(targets=list(targets)) if targets else ""
    return manage(url, folder, "shell", "-v0", "-c", models + script.format(**values))


@pytest.mark.django_db
@pytest.mark.slow
def test_all_migrations_keep_a_full_database(tmp_path):
    first = first_version()
    with own_database(tmp_path) as url:
        manage(url, tmp_path, "shell", "-v0", "-c", _MIGRATE.format(targets=first))
        run(url, tmp_path, _FILL, targets=first, count=MEMBERS)
        manage(url, tmp_path, "migrate", "-v0")
        assert run(url, tmp_path, _COUNT) == f"{MEMBERS} {2 * MEMBERS}"


# As long as there is but one version, it is the first one and the one before.
VERSIONS = [first_version()]
if version_before() not in VERSIONS:
    VERSIONS.append(version_before())


@pytest.mark.django_db
@pytest.mark.slow
@pytest.mark.parametrize("version", VERSIONS)
def test_an_older_version_works_on_the_newest_tables(tmp_path, version):
    with own_database(tmp_path) as url:
        manage(url, tmp_path, "migrate", "-v0")
        assert run(url, tmp_path, _WORK, targets=version) == "worked"
