"""A site on several machines: each its own processes and folder, one database, one folder of files.

Real gunicorn and real workers, on the test's database (or another one); `kill` takes a machine
away without any warning, as a power cut does. A test that uses it needs `transaction=True`.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode, urljoin, urlsplit

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from accounts.models import User
from tests.smtp_server import free_port

_SECONDS = 30
_CSRF = "a" * 32


class Machine:
    """One process group of the site, from its start to its end; `log` is what it wrote."""

    def __init__(self, folder: Path, command: list[str], environment: dict[str, str]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._log = folder / f"{time.monotonic_ns()}.log"
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                [sys.executable, *command],
                cwd=settings.BASE_DIR,
                env=environment | {"DATA_DIR": str(folder)},
                stdout=log,
                stderr=log,
                # Its children die with it.
                start_new_session=True,
            )

    @property
    def log(self) -> str:
        return self._log.read_text()

    @property
    def is_running(self) -> bool:
        return self._process.poll() is None

    def kill(self) -> None:
        """Take it away, with its children, in the middle of whatever they do."""
        if self.is_running:
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        # The children end a moment after their parent, and a thread after its process.
        wait_until(lambda: not _has_threads(self._process.pid))

    def freeze(self) -> None:
        """Have it do nothing more, so that one can look at what it was doing, then kill it."""
        os.killpg(self._process.pid, signal.SIGSTOP)

    def stop(self) -> int:
        """Ask it to stop; return its exit status."""
        self._process.terminate()
        return self._process.wait(timeout=_SECONDS)


def _has_threads(group: int) -> bool:
    """Whether a thread of a process group is alive; a zombie is not."""
    for path in Path("/proc").glob("[0-9]*/task/[0-9]*/stat"):
        try:
            state, _parent, its_group = path.read_text().rpartition(")")[2].split()[:3]
        except OSError:
            # It ended while we looked.
            continue
        if int(its_group) == group and state not in "ZX":
            return True
    return False


class Web(Machine):
    """gunicorn at `port`."""

    def __init__(self, folder: Path, environment: dict[str, str], *options: str) -> None:
        self.port = free_port()
        server = ["-m", "gunicorn", "contacts_site.wsgi", "--bind", f"127.0.0.1:{self.port}"]
        limits = ["--workers", "1", "--threads", "4", "--log-level", "warning"]
        super().__init__(folder, [*server, *limits, *options], environment)

    def wait_until_ready(self) -> None:
        wait_until(self._answers, self)

    def _answers(self) -> bool:
        try:
            return ask(self.port, "GET", "/health/live/").status_code == 200
        except OSError:
            return False


class Worker(Machine):
    """`manage.py worker`."""

    def __init__(self, folder: Path, environment: dict[str, str], *options: str) -> None:
        command = ["manage.py", "worker", "--no-startup-delay", *options]
        super().__init__(folder, command, environment)

    def wait_until_ready(self) -> None:
        wait_until(lambda: "Starting worker" in self.log, self)


class Site:
    """The machines of a site; all are killed in the end.

    `folder` is for what they keep; `variables` are settings of all of them. Starting does not wait:
    `wait_until_ready` does, for all that were started.
    """

    def __init__(self, folder: Path, url: str | None = None, **variables: str) -> None:
        self._folder = folder
        self._environment = os.environ | {
            "SECRET_KEY": settings.SECRET_KEY,
            # The pages show static files that nobody has collected.
            "DEBUG": "true",
            "DATABASE_URL": url or database_url(),
            "FILES_DIR": str(folder / "shared"),
            "MAIL_LEASE_SECONDS": "1",
            **variables,
        }
        self._machines: list[Web | Worker] = []

    def __enter__(self) -> "Site":
        return self

    def __exit__(self, *details: object) -> None:
        for machine in self._machines:
            machine.kill()

    def start_web(self, *options: str) -> Web:
        return self._started(Web(self._new_folder(), self._environment, *options))

    def start_worker(self, *options: str) -> Worker:
        return self._started(Worker(self._new_folder(), self._environment, *options))

    def wait_until_ready(self) -> None:
        for machine in self._machines:
            if machine.is_running:
                machine.wait_until_ready()

    def _started(self, machine):
        self._machines.append(machine)
        return machine

    def _new_folder(self) -> Path:
        return self._folder / f"machine{len(self._machines) + 1}"


# --- People ---------------------------------------------------------------------------------


class Answer(NamedTuple):
    """What a machine answered; read by tests/pages.py like an answer of Django's test client."""

    status_code: int
    headers: Mapping[str, str]
    content: bytes


class Browser:
    """Somebody who has signed in, whichever machine answers: their session is in the database."""

    def __init__(self, user: User) -> None:
        client = Client()
        client.force_login(user)
        self.cookies = {name: each.value for name, each in client.cookies.items()}
        self.cookies[settings.CSRF_COOKIE_NAME] = _CSRF

    def on(self, web: Web) -> "Tab":
        """Go to this machine."""
        return Tab(self, web)


class Tab:
    """A browser's window on one machine, with the calls of Django's test client."""

    def __init__(self, browser: Browser, web: Web) -> None:
        self._browser, self._web = browser, web

    def get(self, address: str, query: Mapping[str, object] | None = None) -> Answer:
        return self._ask("GET", f"{address}?{urlencode(query)}" if query else address)

    def post(self, address: str, data: Mapping[str, object], *, follow: bool = False) -> Answer:
        """Send a form; a file object among its values is sent as a file."""
        body = encode_multipart(BOUNDARY, {"csrfmiddlewaretoken": _CSRF, **data})
        answer = self._ask("POST", address, body, {"Content-Type": MULTIPART_CONTENT})
        if follow and answer.status_code == 302:
            return self.get(urljoin(address, answer.headers["Location"]))
        return answer

    def _ask(self, method: str, address: str, body: bytes = b"", headers=None) -> Answer:
        cookies = self._browser.cookies
        sent = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
        answer = ask(self._web.port, method, address, body, sent | (headers or {}))
        for name, each in SimpleCookie(answer.headers.get("Set-Cookie", "")).items():
            cookies[name] = each.value
        return answer


def ask(port: int, method: str, address: str, body: bytes = b"", headers=None) -> Answer:
    """Ask a machine; raises OSError or HTTPException where it is away, or goes meanwhile."""
    with closing(HTTPConnection("127.0.0.1", port, timeout=_SECONDS)) as line:
        line.request(method, address, body, headers or {})
        response = line.getresponse()
        return Answer(response.status, dict(response.headers), response.read())


# --- Helpers --------------------------------------------------------------------------------


def wait_until(
    condition: Callable[[], bool], machine: Machine | None = None, seconds: float = _SECONDS
) -> None:
    """Wait until something is so; raise AssertionError if it never is, or the machine ends."""
    deadline = time.monotonic() + seconds
    while not condition():
        if machine and not machine.is_running:
            raise AssertionError(machine.log)
        assert time.monotonic() < deadline, machine.log if machine else "it never came to that"
        time.sleep(0.01)


def database_url() -> str:
    """Return the URL of the test's database."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
