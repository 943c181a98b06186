"""Try the image as it would run: tables, a web server that is well, a worker that sends a mail.

Called by scripts/image with the program that runs containers and the image's name, and with
DATABASE_URL naming a PostgreSQL server on a socket of this machine.
"""

import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.parse import parse_qs, urlsplit
from urllib.request import Request, urlopen

ACCOUNT = 10001
SECONDS = 120


class Containers:
    """Runs commands of the image, each in a container, on one database and one folder of data."""

    def __init__(self, tool: str, image: str, data: Path, port: int) -> None:
        self._tool, self._image = tool, image
        self._made: list[str] = []
        database = os.environ["DATABASE_URL"]
        sockets = parse_qs(urlsplit(database).query)["host"][0]
        self._volumes = [f"{sockets}:{sockets}", f"{data}:/data"]
        self._settings = {
            "SECRET_KEY": secrets.token_urlsafe(64),
            "DATABASE_URL": database,
            "ALLOWED_HOSTS": "localhost",
            "BEHIND_PROXY": "true",
            "EMAIL_URL": "mailbox://",
            "BIND": f"127.0.0.1:{port}",
        }

    def command(self, *words: str) -> list[str]:
        """Return the command line that starts the image's entry point with these words."""
        options = [f"--volume={volume}" for volume in self._volumes]
        options += [f"--env={name}={value}" for name, value in self._settings.items()]
        if self._tool == "buildah":
            # Without a container runtime: no root of its own to be read only.
            made = subprocess.run(
                ["buildah", "from", self._image], capture_output=True, text=True, check=True
            )
            self._made.append(made.stdout.strip())
            options += ["--isolation=chroot", self._made[-1], "--", "deploy/entry-point"]
            return ["buildah", "run", *options, *words]
        options += ["--rm", "--network=host", "--read-only", "--tmpfs=/tmp", "--cap-drop=ALL"]
        return [self._tool, "run", *options, self._image, *words]

    def remove(self) -> None:
        """Remove those that do not go by themselves."""
        if self._made:
            done = ["buildah", "rm", *self._made]
            subprocess.run(done, check=False, stdout=subprocess.DEVNULL)

    def run(self, *words: str) -> None:
        """Run a command to its end; raise CalledProcessError where it fails."""
        subprocess.run(self.command(*words), check=True, timeout=SECONDS, stdin=subprocess.DEVNULL)

    @contextmanager
    def running(self, *words: str) -> Iterator["subprocess.Popen[bytes]"]:
        """Run a command until the block ends, and its children with it."""
        with subprocess.Popen(
            self.command(*words), stdin=subprocess.DEVNULL, start_new_session=True
        ) as process:
            try:
                yield process
            finally:
                os.killpg(process.pid, 15)
                try:
                    process.wait(timeout=30)
                except subprocess.TimeoutExpired:
                    os.killpg(process.pid, 9)


def main() -> None:
    """Try it all, and say each thing that works."""
    tool, image = sys.argv[1:]
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    data = folder / "data"
    data.mkdir(mode=0o700)
    os.chown(data, ACCOUNT, ACCOUNT)
    port = free_port()
    containers = Containers(tool, image, data, port)
    try:
        containers.run("migrate", "--noinput", "--verbosity=0")
        say("the tables are made on PostgreSQL")
        containers.run("demo", "--known-passwords")
        with containers.running("web") as web:
            wait_until(lambda: status(port, "/health/") == 200, web)
            say("the web server answers /health/ with 200")
            try_pages(port)
            with containers.running("worker") as worker:
                try_mail(containers, data, worker)
                wait_until(lambda: status(port, "/health/workers/") == 200, worker)
                say("/health/workers/ answers 200")
    finally:
        containers.remove()
        shutil.rmtree(folder)


def try_pages(port: int) -> None:
    """Read the sign-in page and what it names; raise an error where a file is not there."""
    page = fetch(port, "/connexion/").decode()
    named = re.findall(r'(?:href|src)="(/static/[^"#]+)"', page)
    if len(named) < 4:
        raise RuntimeError(f"a page without its files:\n{page}")
    for address in named:
        fetch(port, address)
    say(f"the sign-in page is there, with {len(named)} static files")


def try_mail(containers: Containers, data: Path, worker: "subprocess.Popen[bytes]") -> None:
    """Tell a member something and wait until the worker has sent it."""
    body = data / "body.txt"
    body.write_text("Bonjour")
    body.chmod(0o644)
    containers.run(*("notify", "C0036", "orders", "--subject=Essai", "--body-file=/data/body.txt"))
    wait_until(lambda: any((data / "mailbox").glob("*")), worker)
    say("the worker sends a mail")


def status(port: int, address: str) -> int:
    """Return the status of an answer, or 0 where there is none."""
    try:
        with urlopen(request(port, address), timeout=5) as answer:  # noqa: S310  our own address
            return int(answer.status)
    except (URLError, OSError):
        return 0


def fetch(port: int, address: str) -> bytes:
    """Return the body of an answer; raise URLError for an error."""
    with urlopen(request(port, address), timeout=30) as answer:  # noqa: S310  our own address
        return bytes(answer.read())


def request(port: int, address: str) -> Request:
    """Return a request as the proxy in front makes it of one by https."""
    headers = {"Host": "localhost", "X-Forwarded-Proto": "https"}
    return Request(f"http://127.0.0.1:{port}{address}", headers=headers)


def wait_until(condition: Callable[[], bool], process: "subprocess.Popen[bytes]") -> None:
    """Wait until something is so; raise RuntimeError where it never is, or the process ends."""
    deadline = time.monotonic() + SECONDS
    while not condition():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError("it did not come to that")
        time.sleep(0.2)


def free_port() -> int:
    """Return a port of this machine that nothing listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def say(sentence: str) -> None:
    """Print what was seen to work."""
    print(f"image: {sentence}", flush=True)


if __name__ == "__main__":
    main()
