"""The processes that people work with: gunicorn and the worker; and their memory."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]
_START_SECONDS = 60


@dataclass(frozen=True)
class Server:
    """A gunicorn that answers."""

    address: str
    pid: int


@contextmanager
def gunicorn(application: str, folder: Path, settings: dict[str, str]) -> Iterator[Server]:
    """Serve the application on a free port, its log in the folder."""
    port = _free_port()
    arguments = [
        *("-m", "gunicorn", application, "--bind", f"127.0.0.1:{port}"),
        *("--workers", "3", "--threads", "4", "--timeout", "120", "--log-level", "warning"),
        # As long as nginx's: else a request meets a connection that is just being closed.
        *("--keep-alive", "75"),
        "--no-control-socket",
    ]
    log = folder / f"{application}.log"
    with _running(arguments, log, settings) as server:
        _wait_for(port, server, log)
        yield Server(f"http://127.0.0.1:{port}", server.pid)


@contextmanager
def worker(folder: Path, settings: dict[str, str]) -> Iterator[None]:
    """Run a worker, which imports what people send."""
    with _running(["manage.py", "worker"], folder / "worker.log", settings):
        yield


def collect_static(folder: Path) -> None:
    """Collect the static files, without which no page is served."""
    command = [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"]
    environment = {"PATH": os.environ["PATH"], "SECRET_KEY": "unused", "DATA_DIR": str(folder)}
    subprocess.run(command, cwd=_ROOT, env=environment, check=True)


def resident_mebibytes(pid: int) -> float:
    """Return the memory of a process and its descendants, shared pages counted once; 0 if gone."""
    return sum(_proportional_kibibytes(each) for each in (pid, *_descendants(pid))) / 1024


@contextmanager
def _running(
    arguments: list[str], log: Path, settings: dict[str, str]
) -> "Iterator[subprocess.Popen[bytes]]":
    """Run Python with the arguments, and end it afterwards."""
    environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", **settings}
    with log.open("w") as written:
        process = subprocess.Popen(
            [sys.executable, *arguments], cwd=_ROOT, env=environment, stdout=written, stderr=written
        )
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int, server: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        with suppress(OSError):
            HTTPConnection("127.0.0.1", port, timeout=5).request("GET", "/")
            return
        time.sleep(0.1)
    raise RuntimeError(log.read_text())


def _descendants(pid: int) -> list[int]:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    found = [int(child) for child in children]
    return found + [each for child in found for each in _descendants(child)]


def _proportional_kibibytes(pid: int) -> int:
    """Return the memory of one process, each shared page divided among its sharers."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
