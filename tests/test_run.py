"""`make run` starts site and worker together, and stops both."""

import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings

from tests.site_processes import ask, wait_until
from tests.smtp_server import free_port

RUN = Path(settings.BASE_DIR) / "scripts" / "run"
pytestmark = pytest.mark.skipif(
    not (Path(settings.BASE_DIR) / ".venv").exists(), reason="`make install` has not run"
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
            if processes(process.pid):
                os.killpg(process.pid, signal.SIGKILL)


def answers(port):
    try:
        return ask(port, "GET", "/health/live/").status_code == 200
    except OSError:
        return False


def processes(session, doing=""):
    """The keys of the processes of a session whose command holds a word."""
    listed = subprocess.run(
        ["ps", "-A", "-o", "pid=,sess=,stat=,args="], capture_output=True, text=True, check=True
    ).stdout
    rows = [line.split(maxsplit=3) for line in listed.splitlines()]
    return [
        int(pid)
        for pid, of, state, command in rows
        if int(of) == session and doing in command and not state.startswith("Z")
    ]


@pytest.mark.skipif(sys.platform != "linux", reason="ps tells of sessions otherwise")
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
