"""`make run` starts site and worker together, and stops both."""

import os
import signal
import subprocess
import sys
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from django.conf import settings

from tests.site_processes import ask, wait_until
from tests.smtp_server import free_port

RUN = Path(settings.BASE_DIR) / "scripts" / "run"
pytestmark = pytest.mark.skipif(
    not (Path(settings.BASE_DIR) / ".venv").exists(), reason="nothing is installed in .venv"
)


@contextmanager
def running(folder, port):
    """The script at work, on a site of its own."""
    # Nothing of the tests' own database or mail.
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "HOME") if name in os.environ}
    environment = kept | {"SECRET_KEY": "x", "DATA_DIR": str(folder), "PORT": str(port)}
    log = folder / "log"
    with (
        log.open("w") as written,
        subprocess.Popen(
            [RUN], env=environment, stdout=written, stderr=written, start_new_session=True
        ) as process,
    ):
        try:
            wait_until(lambda: process.poll() is not None or answers(port), seconds=120)
            assert process.poll() is None, log.read_text()
            yield process
        finally:
            # Whatever happened above, leaving this block must not wait for it.
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def answers(port):
    try:
        return ask(port, "GET", "/health/live/").status_code == 200
    except OSError:
        return False


def processes(session, doing=""):
    """The keys of the processes of a session whose command holds a word."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        # A process may end meanwhile.
        with suppress(OSError):
            # After the name in brackets: state, parent, group, session.
            state, _, _, of = (folder / "stat").read_text().rpartition(")")[2].split()[:4]
            command = (folder / "cmdline").read_text().replace("\0", " ")
            if int(of) == session and state != "Z" and doing in command:
                found.append(int(folder.name))
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lists processes in /proc")
def test_site_and_worker_end_together_whichever_is_stopped(tmp_path):
    for part in ("scripts/run", "manage.py worker"):
        port = free_port()
        with running(tmp_path, port) as script:
            assert processes(script.pid, "manage.py worker")
            assert processes(script.pid, "gunicorn")
            how = signal.SIGTERM if part == "scripts/run" else signal.SIGKILL
            os.kill(min(processes(script.pid, part)), how)
            assert script.wait(timeout=30) == 0
            wait_until(lambda session=script.pid: not processes(session))
        assert not answers(port)
