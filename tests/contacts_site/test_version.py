"""Which version runs can be seen by people, by watchers, and at a terminal."""

import subprocess
import sys
import tomllib
from pathlib import Path

import django
import pytest

from contacts_site import __version__
from tests.pages import page

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.django_db
def test_the_account_menu_names_it(back_office):
    entries = page(back_office.get("/membres/")).xpath("//nav/details//li")
    assert entries[-1].text_content() == f"Version {__version__}"


@pytest.mark.django_db
def test_nobody_reads_it_without_signing_in(nobody):
    assert __version__ not in nobody.get("/connexion/").content.decode()


@pytest.mark.django_db
def test_watchers_are_told_and_balancers_are_not(nobody):
    assert nobody.get("/health/workers/").json()["version"] == __version__
    assert "version" not in nobody.get("/health/").json()


@pytest.mark.parametrize("word", ["version", "--version"])
def test_a_terminal_names_it_beside_django_s_without_any_setting(word):
    done = subprocess.run(
        [sys.executable, "manage.py", word],
        cwd=ROOT,
        env={},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == f"Gestion des contacts {__version__} (Django {django.get_version()})\n"
    assert (done.returncode, done.stderr) == (0, "")


def test_it_is_written_in_one_place():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert "version" not in project["project"]
    assert project["project"]["dynamic"] == ["version"]
    dynamic = project["tool"]["setuptools"]["dynamic"]
    assert dynamic == {"version": {"attr": "contacts_site.__version__"}}
