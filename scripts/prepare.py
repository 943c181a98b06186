"""Make ready what `make run` serves: the tables, the static files, an empty site's demo.

One process does it all: to load Django takes longer than most of it.
"""

import hashlib
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contacts_site.settings")

from django.conf import settings  # noqa: E402 (the path comes first)
from django.contrib.staticfiles.finders import get_finders  # noqa: E402
from django.core.exceptions import ImproperlyConfigured  # noqa: E402
from django.core.management import execute_from_command_line  # noqa: E402

from base.authorship import Way, written_by  # noqa: E402


def main() -> None:
    """Run the commands; one that fails says why and ends the process."""
    try:
        manage("migrate", "--verbosity", "0")
    except ImproperlyConfigured as error:
        sys.exit(str(error))
    collect()
    manage("demo", "--if-empty")


def manage(*arguments: str) -> None:
    with written_by(Way.COMMAND, program=arguments[0]):
        execute_from_command_line(["manage.py", *arguments])


def collect() -> None:
    """Collect the static files, unless those that are collected are of the same sources."""
    noted = Path(settings.STATIC_ROOT) / "sources"
    now = state_of_sources()
    if not noted.exists() or noted.read_text() != now:
        manage("collectstatic", "--noinput", "--verbosity", "0")
        noted.write_text(now)


def state_of_sources() -> str:
    """Return a text that changes with any static file, or with how they are stored."""
    files = sorted(
        storage.path(path) for finder in get_finders() for path, storage in finder.list(None)
    )
    digest = hashlib.sha256(repr(settings.STORAGES["staticfiles"]).encode())
    for file in files:
        state = Path(file).stat()
        digest.update(f"{file} {state.st_size} {state.st_mtime_ns}\n".encode())
    return digest.hexdigest()


if __name__ == "__main__":
    main()
