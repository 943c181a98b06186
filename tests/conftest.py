"""What every test may ask for, and the order in which tests run."""

import os
from functools import cache
from inspect import signature

import hypothesis
import pytest
from django.db import connection
from django.test import Client, TransactionTestCase

from accounts.models import User
from tests.factories import ADMINISTRATOR, BACK_OFFICE, MemberFactory, UserFactory
from tests.smtp_server import SmtpServer, django_settings

# Other examples in each run, also in CI: what fails is printed with a line that repeats it.
for _name, _examples in {"local": 30, "ci": 100}.items():
    hypothesis.settings.register_profile(
        _name, max_examples=_examples, derandomize=False, deadline=None, print_blob=True
    )
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "local")
_DOOR = pytest.StashKey()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config, items):
    """Leave out the tests that only the other database can pass; `make test` runs both.

    Those that use none are marked: to run them on one is enough.
    """
    for item in items:
        if not _uses_database(item):
            item.add_marker(pytest.mark.without_database)
    markers = {item: item.get_closest_marker("only_on") for item in items}
    others = [
        item for item in items if markers[item] and connection.vendor not in markers[item].args
    ]
    if others:
        config.hook.pytest_deselected(items=others)
        items[:] = [item for item in items if item not in others]
    items.sort(key=lambda item: (_leaves_database_bare(item), not item.get_closest_marker("slow")))


@pytest.fixture(scope="session", autouse=True)
def _door_to_the_database(pytestconfig, django_db_blocker):
    """Let the hook below use the database, which is closed to it otherwise."""
    pytestconfig.stash[_DOOR] = django_db_blocker


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item, nextitem):
    """Forget what emptying the tables left on SQLite: each contact's state before its deletion."""
    result = yield
    if nextitem and _empties_database(item) and connection.vendor == "sqlite":
        with item.config.stash[_DOOR].unblock(), connection.cursor() as cursor:
            cursor.execute("DELETE FROM contacts_formercontact")
            cursor.execute("DELETE FROM members_formermember")
    return result


def _uses_database(item) -> bool:
    """Whether a test may use the database: pytest-django refuses it to all others."""
    is_case = isinstance(item.cls, type) and issubclass(item.cls, TransactionTestCase)
    is_marked = item.get_closest_marker("django_db") is not None
    # With `request`, a test may ask for any fixture while it runs.
    asks = "request" in _arguments(item.function)
    fixtures = {"db", "transactional_db", "live_server"}
    return is_case or is_marked or asks or not fixtures.isdisjoint(item.fixturenames)


@cache
def _arguments(function) -> frozenset[str]:
    return frozenset(signature(function).parameters)


def _leaves_database_bare(item) -> bool:
    """Whether a test empties the database, so that one that puts back the roles fails after it."""
    puts_back = "django_db_serialized_rollback" in item.fixturenames or _option(
        item, "serialized_rollback"
    )
    return bool(_empties_database(item) and not puts_back)


def _empties_database(item) -> bool:
    fixtures = {"transactional_db", "live_server"}
    return bool(_option(item, "transaction") or not fixtures.isdisjoint(item.fixturenames))


def _option(item, name):
    marker = item.get_closest_marker("django_db")
    return marker.kwargs.get(name) if marker else None


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
    # What happens to be collected there would be looked through for each browser of a test.
    settings.STATIC_ROOT = tmp_path / "staticfiles"
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
def marie(administrator) -> User:
    """The administrator, by her name."""
    user = User.objects.get(groups__name=ADMINISTRATOR)
    user.first_name, user.last_name = "Marie", "Dupont"
    user.save()
    return user


@pytest.fixture
def without_role(db) -> Client:
    """A browser in which someone without any role has signed in."""
    return _signed_in()


@pytest.fixture
def allowed(db):
    """Sign somebody in who may do just that: `allowed("members.view_member", …)`."""

    def allowed(*permissions: str) -> Client:
        return _signed_in(permissions=permissions)

    return allowed


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


@pytest.fixture
def farm(db):
    return MemberFactory(name="Ferme", reference="F1", email="ferme@x.fr")


@pytest.fixture
def mill(db):
    return MemberFactory(name="Moulin", reference="F2", email="moulin@x.fr")
