"""Do for locust what people do all day: search, open, edit, reorder; export and import.

After each answer of the site, ask the bare server for a page of the same size: so both are
measured under the same load, at the same moments.
"""

import json
import os
import random
import time
from collections import defaultdict
from itertools import count
from typing import Any

from locust import HttpUser, between, constant, events, task
from locust.clients import ResponseContextManager
from lxml import html

BARE = os.environ["LOAD_BARE"]
MEMBERS = int(os.environ["LOAD_MEMBERS"])
PASSWORD = os.environ["LOAD_PASSWORD"]
RESULTS = os.environ["LOAD_RESULTS"]
_MOST_SECONDS_TO_FOLLOW = 60
_HTMX = {"HX-Request": "true"}
_numbers = count(1)
_seconds: defaultdict[str, list[float]] = defaultdict(list)
_failures: defaultdict[str, int] = defaultdict(int)


class Person(HttpUser):
    """Someone who has signed in through the form."""

    abstract = True

    def on_start(self) -> None:
        page = self.ask("sign-in page", "/connexion/", is_paired=False)
        account = {"username": f"person{next(_numbers)}", "password": PASSWORD}
        self.send("sign in", page, "/connexion/", account, form="username", is_paired=False)

    def ask(self, name: str, address: str, *, is_paired: bool = True, **options: Any) -> Any:
        return self._measured(name, "GET", address, is_paired=is_paired, **options)

    def send(
        self,
        name: str,
        page: Any,
        address: str,
        values: dict[str, Any],
        *,
        form: str,
        is_paired: bool = True,
        files: dict[str, Any] | None = None,
    ) -> None:
        """Send the form that has the field `form`, with these values in place of its own.

        Where the answer leads to a run, keep its address in `self.run`.
        """
        forms = [each for each in page.forms if form in each.fields]
        if not forms:
            return self._fail(name, "no such form")
        data = dict(forms[0].form_values()) | values
        target = forms[0].get("action") or address
        headers = {"Referer": f"{self.host}{address}"}
        self._measured(
            name, "POST", target, is_paired=is_paired, data=data, headers=headers, files=files,
            allow_redirects=False,
        )  # fmt: skip
        return None

    def _measured(
        self, name: str, method: str, address: str, *, is_paired: bool, **options: Any
    ) -> Any:
        start = time.perf_counter()
        with self.client.request(
            method, address, name=name, catch_response=True, **options
        ) as response:
            seconds = time.perf_counter() - start
            if not self._is_good(name, response):
                return html.fromstring("<p></p>")
            _seconds[name].append(seconds)
            if "/contacts/importer/" in (target := response.headers.get("Location", "")):
                self.run = target
        size = len(response.content)
        if is_paired and size:
            self._ask_bare(size)
        return html.fromstring(response.content or b"<p></p>")

    def _is_good(self, name: str, response: ResponseContextManager) -> bool:
        is_sign_in = "/connexion/" in response.headers.get("Location", "") or (
            "/connexion/" in (response.url or "") and name != "sign-in page" and name != "sign in"
        )
        good = response.status_code in (200, 204, 302) and not is_sign_in
        if name == "sign in" and response.status_code != 302:
            good = False
        if not good:
            response.failure(f"{name}: {response.status_code}")
            self._fail(name, str(response.status_code))
        return good

    def _fail(self, name: str, why: str) -> None:
        _failures[f"{name}: {why}"] += 1

    def _ask_bare(self, size: int) -> None:
        start = time.perf_counter()
        response = self.client.get(f"{BARE}/?bytes={size}", name="bare page")
        if response.status_code == 200:
            _seconds["bare page"].append(time.perf_counter() - start)
        else:
            self._fail("bare page", str(response.status_code))


class Clerk(Person):
    """One who works with members and contacts."""

    wait_time = between(1, 3)

    @task(6)
    def look(self) -> None:
        """Open a page of the members' screen."""
        self.ask("members", f"/membres/?page={random.randint(1, max(1, MEMBERS // 50))}")

    @task(4)
    def search(self) -> None:
        """Type a word: each pause asks for the table."""
        word = random.choice(_WORDS)
        for length in range(3, len(word) + 1, 2):
            self.ask("search", f"/membres/?q={word[:length]}", headers=_HTMX)

    @task(6)
    def open(self) -> None:
        self.open_member()

    @task(3)
    def edit(self) -> None:
        links = self.open_member().xpath("//a[contains(@href, '/contacts/')]/@href")
        links = [link for link in links if link.endswith("/modifier/")]
        if not links:
            return
        address = random.choice(links)
        page = self.ask("contact form", address)
        self.send("edit", page, address, {"note": f"Vu à {time.time():.3f}"}, form="note")

    @task(2)
    def reorder(self) -> None:
        page = self.open_member()
        keys = page.xpath("//form//input[@name='contact']/@value")
        if len(keys) < 2:
            return
        order = [keys[-1], *keys[:-1]]
        data = {"contact": order, "moved": keys[-1]}
        self.send("reorder", page, f"{self.member}contacts/ordre/", data, form="contact")

    def open_member(self) -> Any:
        """Open a random member; return its page."""
        self.member = f"/membres/{random.randint(1, MEMBERS)}/"
        return self.ask("member", self.member)


class Administrator(Person):
    """One who now and then exports all contacts, and imports a few."""

    fixed_count = int(os.environ["LOAD_ADMINISTRATORS"])
    wait_time = constant(15)

    @task
    def export(self) -> None:
        """Export all contacts; read the file piece by piece, and keep none."""
        start = time.perf_counter()
        token = {"X-CSRFToken": self.client.cookies["csrftoken"]}
        with self.client.post(
            "/contacts/exporter/ods/",
            name="export",
            headers=token,
            stream=True,
            catch_response=True,
        ) as response:
            received = sum(len(piece) for piece in response.iter_content(65536))
            if response.status_code != 200 or not received:
                response.failure(f"export: {response.status_code}")
                return self._fail("export", str(response.status_code))
        _seconds["export"].append(time.perf_counter() - start)
        return None

    @task
    def import_file(self) -> None:
        """Send a few contacts, wait for the check, confirm, and wait for the import."""
        start = time.perf_counter()
        rows = "".join(f"M{random.randint(1, MEMBERS):06};Import;3\n" for _ in range(20))
        page = self.ask("import form", "/contacts/importer/")
        file = {"file": ("contacts.csv", f"Référence;Dénomination;Type\n{rows}".encode())}
        self.send("send a file", page, "/contacts/importer/", {}, form="file", files=file)
        page = self.follow("check")
        if page is not None:
            self.send("confirm", page, self.run, {}, form="preview")
            if self.follow("import") is not None:
                _seconds["import, from file to end"].append(time.perf_counter() - start)

    def follow(self, name: str) -> Any:
        """Load the run's page each second until the worker is done; return it, None if too late."""
        for _ in range(_MOST_SECONDS_TO_FOLLOW):
            page = self.ask("run", self.run)
            if not page.xpath("//progress"):
                return page
            time.sleep(1)
        self._fail(name, "it took too long")
        return None


# Names, towns and numbers that the demo has often, seldom or never.
_WORDS = [
    "restaurant",
    "école",
    "maraîcher",
    "dupont",
    "lyon",
    "boulangerie",
    "0478",
    "M0012",
    "zzz",
]


@events.quitting.add_listener
def _write(**_details: Any) -> None:
    with open(RESULTS, "w") as file:  # noqa: PTH123
        json.dump({"seconds": _seconds, "failures": _failures}, file)
