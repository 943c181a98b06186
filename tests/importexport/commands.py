"""Runs commands in a process of their own, as a person at a terminal does."""

import os
import subprocess
import sys
from pathlib import Path

from django.conf import settings

from tests.site_processes import database_url

POOR_TERMINAL = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}


def manage(*arguments, **environment) -> subprocess.CompletedProcess[bytes]:
    """Run manage.py on the tests' database; it sees only what is committed."""
    return subprocess.run(
        [sys.executable, Path(settings.BASE_DIR) / "manage.py", *map(os.fsencode, arguments)],
        env={**os.environ, **database_of_tests(), **environment},
        capture_output=True,
        check=False,
        timeout=60,
    )


def database_of_tests() -> dict[str, str]:
    """Return the environment in which another process works on the database of the tests."""
    return {"DATABASE_URL": database_url(), "SECRET_KEY": "x"}
