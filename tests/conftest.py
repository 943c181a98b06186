"""What every test may ask for."""

import pytest
from django.db import connection
from django.test import Client

from tests.factories import ADMINISTRATOR, BACK_OFFICE, UserFactory
from tests.smtp_server import SmtpServer, django_settings


def pytest_collection_modifyitems(config, items):
    """Leave out the tests that only the other database can pass; `make test` runs both."""
    markers = {item: item.get_closest_marker("only_on") for item in items}
    others = [
        item for item in items if markers[item] and connection.vendor not in markers[item].args
    ]
    if others:
        config.hook.pytest_deselected(items=others)
        items[:] = [item for item in items if item not in others]
    items.sort(key=_leaves_database_bare)


def _leaves_database_bare(item) -> bool:
    """Whether a test empties the database, so that one that puts back the roles fails after it."""
    marker = item.get_closest_marker("django_db")
    options = marker.kwargs if marker else {}
    fixtures = {*getattr(item, "fixturenames", ())}
    empties = options.get("transaction") or not fixtures.isdisjoint(
        {"transactional_db", "live_server"}
    )
    puts_back = options.get("serialized_rollback") or "django_db_serialized_rollback" in fixtures
    return bool(empties and not puts_back)


@pytest.fixture(autouse=True)
def _plain_static_files_and_fast_passwords(settings, tmp_path):
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {**settings.STORAGES["default"]["OPTIONS"], "location": tmp_path / "files"},
        },
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def _signed_in(**values) -> Client:
    client = Client()
    client.force_login(UserFactory(**values))
    return client


@pytest.fixture
def back_office(db) -> Client:
    """A browser in which someone of the back office has signed in."""
    return _signed_in(role=BACK_OFFICE)


@pytest.fixture
def administrator(db) -> Client:
    """A browser in which an administrator has signed in."""
    return _signed_in(role=ADMINISTRATOR)


@pytest.fixture
def without_role(db) -> Client:
    """A browser in which someone without any role has signed in."""
    return _signed_in()


@pytest.fixture
def nobody() -> Client:
    """A browser in which nobody has signed in."""
    return Client()


@pytest.fixture
def mail_server(settings):
    """A real mail server, to which the site sends."""
    with SmtpServer() as server:
        for name, value in django_settings(server.port).items():
            setattr(settings, name, value)
        yield server
