"""Each case in a process of its own: what it cost comes back as figures."""

import json
import os
import secrets
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Measure:
    """What one run of a case cost, what it told, and the contacts that it left behind."""

    seconds: float
    mebibytes: float
    outcome: Any
    contacts: str


class CaseFailed(Exception):
    """A case did not do its work; the message is what it printed."""


def run_case(work: str, url: str, folder: Path, **arguments: Any) -> Measure:
    """Run a function, `module.name` of this package, on the database at the URL."""
    # Nothing of the caller's own settings may slow a case down, or point it at real data.
    environment = {
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        "DJANGO_SETTINGS_MODULE": "contacts_site.settings",
        "SECRET_KEY": secrets.token_hex(),
        "HTTPS": "false",
        "DATA_DIR": str(folder),
        "DATABASE_URL": url,
    }
    command = [sys.executable, "-m", "benchmarks.child", work, json.dumps(arguments)]
    done = subprocess.run(
        command, cwd=_ROOT, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise CaseFailed(f"{work} {arguments} failed:\n{done.stderr}")
    return Measure(**json.loads(done.stdout.splitlines()[-1]))
