"""Take the pictures of README.md: the site with its demo, in Debian's Chromium.

The site runs in a temporary folder, on a free port.
"""

import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

HERE = Path(__file__).resolve().parent.parent
PICTURES = HERE / "docs" / "screenshots"
# A member of the demo and one of its contacts, of whom nearly everything is known.
MEMBER, CONTACT = "C0036", "Denis Chevalier"
CHROMIUM = subprocess.run(
    [HERE / "scripts" / "chromium"], stdout=subprocess.PIPE, text=True, check=False
).stdout.strip()
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
START_SECONDS = 30


def main() -> None:
    if not CHROMIUM:
        sys.exit("Chromium is not installed (apt-get install chromium), nor named by CHROMIUM.")
    PICTURES.mkdir(parents=True, exist_ok=True)
    with demo_site() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page(
            base_url=address,
            viewport={"width": 1280, "height": 800},
            locale="fr-FR",
            reduced_motion="reduce",
        )
        sign_in(page)
        show_members(page)
        take(page, "members.png")
        show_contact_window(page)
        take(page, "contacts.png")
        browser.close()


@contextmanager
def demo_site() -> Iterator[str]:
    """Serve the site with the demo's data; yield its address."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "DATA_DIR": folder,
            "SECRET_KEY": secrets.token_urlsafe(64),
            "HTTPS": "false",
            # Without it, only collected static files are served.
            "DEBUG": "true",
        }
        environment.pop("DATABASE_URL", None)
        manage = [sys.executable, str(HERE / "manage.py")]
        for command in (["migrate", "--verbosity", "0"], ["demo"]):
            subprocess.run([*manage, *command], env=environment, check=True)
        address = f"127.0.0.1:{free_port()}"
        with (Path(folder) / "server.log").open("w+") as log:
            server = subprocess.Popen(
                [*manage, "runserver", "--noreload", address],
                env=environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
            try:
                wait_for(f"http://{address}/connexion/", server, Path(log.name))
                yield f"http://{address}"
            finally:
                server.terminate()
                server.wait()


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def wait_for(address: str, server: "subprocess.Popen[bytes]", log: Path) -> None:
    """Wait until the server answers; raise RuntimeError with its log where it does not."""
    deadline = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(address, timeout=5):  # noqa: S310  our own address
                return
        except (urllib.error.URLError, TimeoutError):
            time.sleep(0.1)
    raise RuntimeError(f"The site does not start:\n{log.read_text()}")


def sign_in(page: Page) -> None:
    """Sign in as the demo's administrator, who sees every button."""
    page.goto("/")
    page.locator("#id_username").fill("admin")
    page.locator("#id_password").fill("demo")
    page.get_by_role("button", name="Se connecter").click()
    expect(page.get_by_role("heading", level=1, name="Membres")).to_be_visible()


def show_members(page: Page) -> None:
    page.goto("/membres/")


def show_contact_window(page: Page) -> None:
    """Open a contact in its window, on its member's page."""
    page.goto(f"/membres/?q={MEMBER}")
    # goto waits for the scripts; a click would leave them half loaded.
    page.goto(page.locator("#members tbody th a").first.get_attribute("href") or "")
    page.get_by_role("link", name=f"Modifier le contact : {CONTACT}").click()
    expect(page.get_by_role("dialog", name="Modification d'un contact")).to_be_visible()


def take(page: Page, name: str) -> None:
    """Store a picture of the window, once its fonts are loaded."""
    page.evaluate("document.fonts.ready")
    page.screenshot(path=PICTURES / name, animations="disabled", caret="hide")
    print(f"{PICTURES.relative_to(HERE) / name}: {(PICTURES / name).stat().st_size // 1000} kB")


if __name__ == "__main__":
    main()
