"""What pages name is collected, and little else; a start collects only what changed."""

import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import urljoin

import pytest
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command

from accounts.models import User

ROOT = Path(__file__).resolve().parents[2]
STORAGE = "whitenoise.storage.CompressedManifestStaticFilesStorage"
NAMED = re.compile(r"""(?:href|src)="(/static/[^"#]+)""")
IMPORTED = re.compile(r"""(?:^import |url\()["']?([^"')#]+)""", re.MULTILINE)


@pytest.fixture
def collected(settings, tmp_path) -> Path:
    """A folder with all static files of the site, and pages that name those."""
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": STORAGE}}
    settings.STATIC_ROOT = tmp_path / "collected"
    call_command("collectstatic", interactive=False, verbosity=0)
    return settings.STATIC_ROOT


def missing(folder: Path, address: str) -> set[str]:
    """The addresses of files that a file names, at whatever depth, and that are not there."""
    file = folder / address.removeprefix("/static/")
    if not file.exists():
        return {address}
    if file.suffix not in (".js", ".css"):
        return set()
    named = [name for name in IMPORTED.findall(file.read_text()) if not name.startswith("data:")]
    return set().union(*(missing(folder, urljoin(address, name)) for name in named))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address",
    [
        "/connexion/",
        "/membres/",
        "/nowhere/",
        "/admin/",
        "/admin/accounts/user/",
        "/admin/accounts/user/add/",
        "/admin/accounts/user/{user}/change/",
        "/admin/accounts/user/{user}/history/",
        "/admin/accounts/user/{user}/delete/",
        "/admin/auth/group/add/",
    ],
)
def test_all_that_a_page_names_is_collected(client, collected, address):
    user = User.objects.create_superuser("chief", password="x")
    if address != "/connexion/":
        client.force_login(user)
    page = client.get(address.format(user=user.pk)).content.decode()
    named = NAMED.findall(page)
    assert named
    assert set().union(*(missing(collected, each) for each in named)) == set()


def test_nothing_else_of_bootstrap_and_htmx_is(collected):
    manifest = [path.relative_to(collected).as_posix() for path in collected.rglob("*")]
    found = [
        path for path in manifest if re.match(r"(css/bootstrap|js/bootstrap|django_htmx/)", path)
    ]
    plain = [path for path in found if not re.search(r"\.[0-9a-f]{12}\.|\.gz$|\.br$", path)]
    assert sorted(plain) == [
        "css/bootstrap.min.css",
        "css/bootstrap.min.css.map",
        "django_htmx/htmx-2.min.js",
    ]
    # The admin's own; Bootstrap's variants, htmx's extensions and select2 are 200 more.
    assert sum(1 for finder in get_finders() for _ in finder.list(None)) < 90


# The static files go where STATIC_ROOT says; the rest of what the script does is left out.
START = """
import os, sys
sys.path[:0] = ["scripts"]
import prepare, django
django.setup()
from django.conf import settings
settings.STATIC_ROOT = sys.argv[1]
settings.STATICFILES_DIRS = [sys.argv[2]]
commands = []
real = prepare.manage
prepare.manage = lambda *words: (print(words[0]), real(*words))
prepare.collect()
"""


def start(folder: Path) -> list[str]:
    """The commands that a start of `make run` needs for its static files."""
    done = subprocess.run(
        [sys.executable, "-c", START, folder / "collected", folder / "own"],
        cwd=ROOT,
        env={"SECRET_KEY": "x", "DATA_DIR": str(folder)},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.split()


def test_a_start_collects_only_when_a_file_came_changed_or_went(tmp_path):
    own = tmp_path / "own"
    own.mkdir()
    (own / "one.txt").write_text("1")
    assert start(tmp_path) == ["collectstatic"]
    assert (tmp_path / "collected" / "one.txt").read_text() == "1"
    assert start(tmp_path) == []
    (own / "one.txt").write_text("changed")
    assert start(tmp_path) == ["collectstatic"]
    assert (tmp_path / "collected" / "one.txt").read_text() == "changed"
    (own / "two.txt").write_text("2")
    assert start(tmp_path) == ["collectstatic"]
    (own / "two.txt").unlink()
    assert start(tmp_path) == ["collectstatic"]
    assert start(tmp_path) == []


@pytest.mark.django_db
def test_browsers_may_keep_static_files_and_no_page(client, settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    (tmp_path / "site.css").write_text("a {}")
    kept = client.get("/static/site.css")
    assert kept.getvalue() == b"a {}"
    assert "no-store" not in kept["Cache-Control"]
    assert "no-store" in client.get("/connexion/")["Cache-Control"]
