"""A session ends after a while in which nothing was done in it."""

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from accounts import session_end
from tests.factories import BACK_OFFICE, UserFactory
from tests.pages import page

pytestmark = pytest.mark.django_db
HOUR = 3600
BACKGROUND = {"HX-Request": "true", "X-Background": "yes"}
SESSION = "/session/"


@pytest.fixture
def clock(monkeypatch):
    class Clock:
        now = 1_800_000_000

        def go_on(self, seconds):
            self.now += seconds

    clock = Clock()
    monkeypatch.setattr(session_end, "_now", lambda: clock.now)
    return clock


@pytest.fixture
def client(clock, settings):
    settings.SESSION_COOKIE_AGE = 8 * HOUR
    client = Client()
    client.force_login(UserFactory(role=BACK_OFFICE))
    return client


def is_in(client, **headers):
    return client.get("/membres/", headers=headers).status_code == 200


def test_it_ends_after_eight_hours_without_anything_done(client, clock):
    clock.go_on(8 * HOUR - 1)
    assert is_in(client)
    clock.go_on(8 * HOUR)
    response = client.get("/membres/ajouter/")
    assert response["Location"] == "/connexion/?next=/membres/ajouter/"


def test_whatever_is_done_prolongs_it(client, clock):
    for _ in range(5):
        clock.go_on(5 * HOUR)
        assert is_in(client)


def test_what_a_page_asks_by_itself_prolongs_nothing(client, clock):
    for _ in range(7):
        clock.go_on(HOUR)
        assert is_in(client, **BACKGROUND)
        assert client.get(SESSION).status_code == 200
    clock.go_on(HOUR)
    assert not is_in(client)


def test_what_a_background_request_stores_prolongs_nothing(client, clock):
    session = client.session
    session["other"] = 1
    session.save()
    clock.go_on(8 * HOUR)
    assert not is_in(client)


def test_it_is_written_at_most_once_a_minute(client, clock):
    def written():
        return Session.objects.get().session_data

    before = written()
    clock.go_on(59)
    assert is_in(client)
    assert written() == before
    clock.go_on(1)
    assert is_in(client)
    assert written() != before


def test_the_cookie_lasts_as_long_as_the_session(client, clock):
    clock.go_on(HOUR)
    response = client.get("/membres/")
    assert response.cookies["sessionid"]["max-age"] == 8 * HOUR


def test_the_page_knows_when_it_ends(client, clock):
    client.get("/membres/")
    clock.go_on(30)
    (told,) = page(client.get("/membres/")).xpath("//template[@id='session-warning']")
    assert told.get("data-seconds") == str(8 * HOUR - 30)
    assert told.get("data-warning-seconds") == "300"


def test_a_short_session_warns_at_half_of_it(settings):
    settings.SESSION_COOKIE_AGE = 120
    assert session_end.warning_seconds() == 60


def test_asked_when_it_ends_the_site_says_so_without_prolonging(client, clock):
    clock.go_on(HOUR)
    for method in (client.get, client.head):
        assert method(SESSION).status_code == 200
    assert client.get(SESSION).json()["seconds"] == 7 * HOUR


def test_whoever_wants_to_stay_stays(client, clock):
    clock.go_on(8 * HOUR - 10)
    assert client.post(SESSION).json()["seconds"] == 8 * HOUR
    clock.go_on(HOUR)
    assert is_in(client)


def test_to_stay_needs_the_token_of_the_page(client):
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies
    assert strict.post(SESSION).status_code == 403
    token = strict.get(SESSION).json()["token"]
    assert strict.post(SESSION, headers={"X-CSRFToken": token}).status_code == 200


@pytest.mark.parametrize("method", ["get", "post"])
def test_over_is_over(client, clock, method):
    clock.go_on(8 * HOUR)
    assert getattr(client, method)(SESSION).json()["seconds"] == 0
    assert not is_in(client)


@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_has_no_session(nobody, method):
    assert getattr(nobody, method)(SESSION).json()["seconds"] == 0


def test_a_session_from_before_goes_on(client, clock):
    session = client.session
    del session["done_at"]
    session.save()
    assert is_in(client)
    assert client.session["done_at"] == clock.now
