"""A new field of a contact costs what docs/recipes.md says, and then works everywhere.

The steps of the recipe are applied to a copy of the project as they stand on the page.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from tests.databases import own_database
from tests.recipe import apply, copy_project, named_files, steps

ROOT = Path(settings.BASE_DIR)
RECIPE = ROOT / "docs" / "recipes.md"
TITLE = "A new field of a contact"

_SET_UP = """
import django
django.setup()
from django.core.management import call_command
from django.db import connection
from contacts.models import Contact, FormerContact
from members.models import Member
"""
_BEFORE = """
member = Member.objects.create(reference="C1", name="Cantine", kind="professional")
Contact.objects.create(member=member, name="Anne", phones="0478", fax="0479", type=4)
"""
_SHOWN = """
from django.test import Client
from accounts.models import User
browser = Client(SERVER_NAME="localhost")
browser.force_login(User.objects.create_superuser("marie"))
address = f"/membres/{Member.objects.get().pk}/contacts/"
typed = {"name": "Luc", "mobile": "06 12 34 56 78", "type": 4}
assert browser.post(f"{address}ajouter/", typed).status_code == 302
assert Contact.objects.get(name="Luc").mobile == "06 12 34 56 78"
page = browser.get(f"/membres/{Member.objects.get().pk}/").content.decode()
assert 'data-title="Mobile">06 12 34 56 78</td>' in page
window = browser.get(f"{address}{Contact.objects.get(name='Luc').pk}/modifier/").content.decode()
assert 'name="mobile"' in window
"""
_SEARCHED = """
from directory.search.ranking import find_first
everyone = Member.objects.all()
assert find_first(everyone, "+336 12 34").keys == [Member.objects.get().pk]
assert find_first(everyone, "0478").keys == [Member.objects.get().pk]
assert not find_first(everyone, "0699").keys
page = browser.get("/membres/", {"q": "061234"}).content.decode()
assert "<mark>06 12 34</mark> 56 78" in page
"""
_FILES = """
for name in ("contacts.ods", "contacts.csv"):
    said = list(Contact.objects.values_list("name", "phones", "mobile", "fax"))
    call_command("export_contacts", name, verbosity=0)
    Contact.objects.all().delete()
    call_command("import_contacts", name, verbosity=0)
    assert list(Contact.objects.values_list("name", "phones", "mobile", "fax")) == said
    assert said[1][2] == "06 12 34 56 78"
"""
_HISTORY = """
FormerContact.objects.all().delete()
Contact.objects.filter(name="Luc").update(mobile="07")
assert [former.mobile for former in FormerContact.objects.all()] == ["06 12 34 56 78"]
"""
_UNDO = """
from importexport.models import ImportRun
from pathlib import Path
said = list(Contact.objects.values_list("pk", "mobile"))
call_command("export_contacts", "edited.csv")
text = Path("edited.csv").read_text("utf-8")
assert ";07;" in text
Path("edited.csv").write_text(text.replace(";07;", ";0699;"), "utf-8")
call_command("import_contacts", "edited.csv", sync=True)
assert Contact.objects.get(name="Luc").mobile == "0699"
call_command("undo_import", ImportRun.objects.latest("pk").pk)
assert list(Contact.objects.values_list("pk", "mobile")) == said
"""
_BACK = """
FormerContact.lines.all()._raw_delete("default")
with connection.cursor() as cursor:
    cursor.execute("UPDATE contacts_contact SET name = 'Luce' WHERE name = 'Luc'")
    cursor.execute("SELECT name FROM contacts_formercontact")
    assert cursor.fetchall() == [("Luc",)]
"""


class Project:
    """A copy of the project with a database of its own."""

    def __init__(self, folder: Path, url: str) -> None:
        self.path = copy_project(ROOT, folder)
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "HOME") if name in os.environ}
        self._environment = kept | {
            "SECRET_KEY": "only-for-tests",
            # Pages then need no collected static files.
            "DEBUG": "true",
            "DATABASE_URL": url,
            "DATA_DIR": str(folder / "data"),
            "DJANGO_SETTINGS_MODULE": "contacts_site.settings",
        }

    def python(self, *arguments: str) -> None:
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=self.path,
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def manage(self, command: str) -> None:
        self.python("manage.py", *command.split())

    def files(self) -> dict[str, bytes]:
        """What each file holds, apart from what Python compiled."""
        return {
            path.relative_to(self.path).as_posix(): path.read_bytes()
            for path in self.path.rglob("*")
            if path.is_file() and "__pycache__" not in path.parts
        }


@pytest.fixture
def project(tmp_path, db):
    with own_database(tmp_path) as url:
        yield Project(tmp_path, url)


def follow(project: Project) -> list[str]:
    """Follow the recipe in the project; return the files that it names as those to touch."""
    touched: dict[str, None] = {}
    for step in steps(RECIPE, TITLE):
        command = re.search(r"`manage\.py (makemigrations [^`]+)`", step)
        if command:
            project.manage(command[1])
        apply(step, project.path)
        touched.update(dict.fromkeys(named_files(step)))
    return list(touched)


def test_a_new_field_costs_eight_files_and_works_everywhere(project):
    project.manage("migrate --verbosity 0")
    project.python("-c", _SET_UP + _BEFORE)
    before = project.files()
    named = follow(project)
    after = project.files()
    changed = sorted(name for name in after if after[name] != before.get(name))
    assert changed == sorted(named)
    assert len(changed) == 8
    project.manage("makemigrations --check --dry-run")
    project.manage("migrate --verbosity 0")
    parts = (_SHOWN, _SEARCHED, _FILES, _HISTORY, _UNDO)
    project.python("-c", _SET_UP + "\n".join(parts))
    # And back, as an administrator does who returns to the version before.
    project.manage("migrate --verbosity 0 importexport 0001")
    project.manage("migrate --verbosity 0 contacts 0001")
    project.python("-c", _SET_UP + _BACK)
