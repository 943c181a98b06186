"""`manage.py worker` as a process of its own, on the test's database."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from django.conf import settings

from tests.machines import database_url
from tests.smtp_server import SmtpServer


class WorkerProcess:
    """A worker that runs until it is told to stop, or killed; `log` is what it wrote.

    It sends mail to the server, if there is one, and keeps files in the folder as the tests do.
    """

    def __init__(
        self, server: SmtpServer | None, folder: Path, *options: str, **environment: str
    ) -> None:
        self._log = (folder / f"worker{time.monotonic_ns()}.log").open("w+")
        settled = {
            "SECRET_KEY": "x",
            "DATABASE_URL": database_url(),
            "EMAIL_URL": f"smtp://127.0.0.1:{server.port}" if server else "dummymail://",
            "EMAIL_TIMEOUT": "5",
            "MAIL_LEASE_SECONDS": "1",
            "DATA_DIR": str(folder),
        }
        command = [sys.executable, "manage.py", "worker", "--no-startup-delay", *options]
        self._process = subprocess.Popen(
            command,
            cwd=settings.BASE_DIR,
            env=os.environ | settled | environment,
            stderr=self._log,
            stdout=self._log,
        )

    def __enter__(self) -> "WorkerProcess":
        return self

    def __exit__(self, *details: object) -> None:
        self.kill()
        self._log.close()

    @property
    def log(self) -> str:
        """What it wrote so far."""
        return Path(self._log.name).read_text()

    def wait_until_ready(self) -> None:
        """Wait until it looks for work."""
        wait_until(lambda: "Starting worker" in self.log)

    def kill(self) -> None:
        """Kill it without any warning."""
        self._process.kill()
        self._process.wait()

    def stop(self) -> int:
        """Ask it to stop; return its exit status."""
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(timeout=20)


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait until something is so; raise AssertionError if it never is."""
    for _ in range(10_000):
        if condition():
            return
        time.sleep(0.002)
    raise AssertionError("it never came to that")
