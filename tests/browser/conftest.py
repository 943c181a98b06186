"""A real Chromium, and people who work in it."""

import os
import subprocess

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings as django_settings
from django.db import connection
from django.test import Client
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.factories import ADMINISTRATOR, BACK_OFFICE, UserFactory
from tests.log_capture import PeopleSeen, WrittenLogs, personal_data_in

# Playwright's own event loop runs in the thread in which the tests use the database.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
CHROMIUM = subprocess.run(
    ["scripts/chromium"],
    cwd=django_settings.BASE_DIR,
    stdout=subprocess.PIPE,
    text=True,
    check=False,
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
ABORTED = ("htmx:sendAbort", "htmx:afterRequest")
expect.set_options(timeout=10_000)


def pytest_collection_modifyitems(items):
    """Mark the tests of this folder; skip them without Chromium, but fail them in CI."""
    here = os.path.dirname(__file__)  # noqa: PTH120
    for item in items:
        if str(item.path).startswith(here):
            item.add_marker(pytest.mark.browser)
            if not CHROMIUM and not os.environ.get("CI"):
                item.add_marker(pytest.mark.skip(reason="Chromium is not installed"))


@pytest.fixture(scope="session", autouse=True)
def _logs_name_nobody(tmp_path_factory):
    """Fail at the end where the logs of these tests tell a name, an address or a number."""
    with WrittenLogs(tmp_path_factory.mktemp("logs")) as logs, PeopleSeen() as people:
        yield
    assert "contacts_site.request_log" in logs.text()
    assert personal_data_in(logs.text(), people.values) == []


@pytest.fixture(scope="session")
def chromium(django_db_setup) -> Browser:
    """The browser that all tests share."""
    assert CHROMIUM, "Chromium is not installed; CI must not skip the browser tests."
    initial_data = connection._test_serialized_contents
    with sync_playwright() as playwright:
        # From here on an event loop runs in this thread, and Django opens another connection.
        connection._test_serialized_contents = initial_data
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium, live_server, django_db_serialized_rollback):
    """Open a browser window of someone: `open_page(user)`, also without JavaScript.

    The test fails where the page has a script error, or breaks its Content-Security-Policy,
    unless the test makes something go wrong itself (`complains=False`).
    """
    contexts, complaints = [], []

    def complain(message):
        # Leaving a page ends what it was still asking for.
        if message.type == "error" and not message.text.startswith(ABORTED):
            complaints.append(message.text)

    def open_page(user=None, *, javascript=True, width=1280, complains=True) -> Page:
        context = chromium.new_context(
            base_url=live_server.url,
            java_script_enabled=javascript,
            viewport={"width": width, "height": 900},
            locale="fr-FR",
            accept_downloads=True,
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        if user:
            client = Client()
            client.force_login(user)
            name = django_settings.SESSION_COOKIE_NAME
            value = client.cookies[name].value
            context.add_cookies([{"name": name, "value": value, "url": live_server.url}])
        page = context.new_page()
        if not complains:
            return page
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", complain)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not complaints


@pytest.fixture
def back_office_user(transactional_db, django_db_serialized_rollback):
    """Someone of the back office."""
    return UserFactory(role=BACK_OFFICE)


@pytest.fixture
def administrator_user(transactional_db, django_db_serialized_rollback):
    """An administrator."""
    return UserFactory(role=ADMINISTRATOR)


@pytest.fixture(scope="session")
def accessible():
    """Check a page with axe: WCAG 2.2 A and AA, and its best practices."""
    axe = Axe()

    def accessible(page: Page) -> None:
        # A click waits for the answer to begin, not for the page to be there.
        page.wait_for_load_state()
        # What passes is not listed; it takes a fifth of the time.
        results = axe.run(page, options={"resultTypes": ["violations"]})
        assert results.violations_count == 0, results.generate_report()

    return accessible


@pytest.fixture
def accessible_at_each_width(accessible):
    """Check a page with axe on a wide and a narrow screen, where nothing may stick out."""

    def accessible_at_each_width(page: Page) -> None:
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 900})
            accessible(page)
            is_within = page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
            assert is_within, (page.url, width)
        page.set_viewport_size({"width": 1280, "height": 900})

    return accessible_at_each_width
