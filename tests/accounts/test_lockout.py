"""Who tries passwords is stopped for a while; who has forgotten theirs is told what to do."""

import logging
from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.test import Client
from django.utils import timezone

from tests.factories import BACK_OFFICE, PASSWORD, UserFactory
from tests.pages import page, text

pytestmark = pytest.mark.django_db
SIGN_IN = "/connexion/"
HERE, ELSEWHERE = "192.0.2.7", "198.51.100.9"
WRONG = "faux"


@pytest.fixture(autouse=True)
def _limits(settings):
    settings.AXES_FAILURE_LIMIT = 3
    settings.AXES_COOLOFF_TIME = timedelta(minutes=15)


@pytest.fixture(autouse=True)
def user(db):
    return UserFactory(username="anne", role=BACK_OFFICE)


def attempt(username="anne", password=WRONG, address=HERE, path=SIGN_IN, **headers):
    values = {"username": username, "password": password}
    return Client().post(path, values, REMOTE_ADDR=address, headers=headers)


def fail(times, **values):
    return [attempt(**values).status_code for _ in range(times)]


def test_the_third_failure_stops_the_next_try_even_with_the_right_password():
    assert fail(3) == [200, 200, 429]
    response = attempt(password=PASSWORD)
    assert response.status_code == 429
    assert "sessionid" not in response.cookies


def test_the_page_says_when_to_try_again_and_whom_to_ask():
    fail(3)
    response = attempt()
    assert page(response).xpath("//h1/text()") == ["Trop d'essais"]
    at = timezone.localtime(AccessAttempt.objects.get().attempt_time + timedelta(minutes=15))
    assert f"à partir de {at:%H:%M}, dans 15 minutes." in text(response)
    assert "demandez à un administrateur" in text(response)
    assert 14 * 60 < int(response["Retry-After"]) <= 15 * 60


def test_trying_on_does_not_put_the_end_off():
    fail(3)
    before = AccessAttempt.objects.get().attempt_time
    assert fail(3) == [429] * 3
    assert AccessAttempt.objects.get().attempt_time == before


def test_after_the_pause_one_may_sign_in():
    fail(3)
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=16))
    assert attempt(password=PASSWORD).status_code == 302


def test_a_success_forgets_the_failures_before_it():
    fail(2)
    assert attempt(password=PASSWORD).status_code == 302
    assert fail(2) == [200, 200]


def test_neither_others_at_the_same_place_nor_oneself_elsewhere_are_stopped():
    UserFactory(username="bruno")
    fail(3)
    assert attempt("bruno", PASSWORD).status_code == 302
    assert attempt(password=PASSWORD, address=ELSEWHERE).status_code == 302


def test_another_browser_is_no_way_around():
    for number in range(3):
        attempt(**{"User-Agent": f"browser {number}"})
    assert attempt(password=PASSWORD, **{"User-Agent": "another"}).status_code == 429


def test_an_account_that_does_not_exist_is_stopped_alike():
    assert fail(3, username="personne") == [200, 200, 429]


def test_the_sign_in_of_the_admin_counts_too():
    fail(3, path="/admin/login/")
    assert attempt(password=PASSWORD).status_code == 429
    assert attempt(password=PASSWORD, path="/admin/login/").status_code == 429


def test_the_header_of_a_proxy_counts_for_nothing_without_one():
    for number in range(3):
        attempt(**{"X-Forwarded-For": f"203.0.113.{number}"})
    assert AccessAttempt.objects.get().ip_address == HERE
    assert attempt(**{"X-Forwarded-For": ELSEWHERE}).status_code == 429


@pytest.mark.parametrize(
    ("count", "forwarded", "address"),
    [
        (1, f"203.0.113.1, {ELSEWHERE}", ELSEWHERE),
        (2, f"203.0.113.1, {ELSEWHERE}, 192.0.2.1", ELSEWHERE),
        (1, "2001:DB8::7", "2001:db8::"),
        (1, "", HERE),
        (1, "unknown", HERE),
        (2, ELSEWHERE, HERE),
    ],
)
def test_behind_proxies_the_address_is_the_one_they_saw(settings, count, forwarded, address):
    settings.BEHIND_PROXY = True
    settings.PROXY_COUNT = count
    attempt(**{"X-Forwarded-For": forwarded})
    assert AccessAttempt.objects.get().ip_address == address


def test_a_server_that_knows_no_address_counts_all_the_same():
    assert fail(3, address="") == [200, 200, 429]
    assert attempt(password=PASSWORD, address="").status_code == 429


def test_one_address_that_guesses_many_accounts_is_stopped(settings):
    settings.SIGN_IN_MAX_FAILURES_NETWORK = 20
    names = [UserFactory().username for _ in range(25)]
    assert [attempt(name).status_code for name in names] == [200] * 19 + [429] * 6
    assert attempt(password=PASSWORD).status_code == 429
    assert attempt(password=PASSWORD, address=ELSEWHERE).status_code == 302


def test_one_account_guessed_from_many_addresses_is_stopped(settings):
    settings.SIGN_IN_MAX_FAILURES_ACCOUNT = 8
    addresses = [f"203.0.113.{number}" for number in range(10)]
    assert [attempt(address=each).status_code for each in addresses] == [200] * 7 + [429] * 3
    response = attempt(password=PASSWORD)
    assert response.status_code == 429
    assert 14 * 60 < int(response["Retry-After"]) <= 15 * 60
    UserFactory(username="bruno")
    assert attempt("bruno", PASSWORD).status_code == 302


def test_all_addresses_of_one_ipv6_network_count_as_one():
    addresses = [f"2001:db8:0:7:{number:x}::1" for number in range(12)]
    assert [attempt(address=each).status_code for each in addresses] == [200] * 2 + [429] * 10
    assert attempt(password=PASSWORD, address="2001:db8:0:8::1").status_code == 302


def test_ipv4_addresses_written_as_ipv6_are_each_a_network():
    assert fail(3, address="::ffff:192.0.2.7") == [200, 200, 429]
    assert attempt(password=PASSWORD, address=HERE).status_code == 429
    assert attempt(password=PASSWORD, address="::ffff:192.0.2.8").status_code == 302


def test_signing_in_with_an_account_of_ones_own_forgets_only_its_failures(settings):
    settings.SIGN_IN_MAX_FAILURES_NETWORK = 4
    UserFactory(username="bruno")
    assert fail(2) == [200, 200]
    assert attempt("bruno", PASSWORD).status_code == 302
    assert [attempt(f"compte-{number}").status_code for number in range(3)] == [200, 429, 429]


def test_neither_name_nor_password_reaches_the_logs_or_the_record(caplog):
    caplog.set_level(logging.DEBUG)
    fail(4, username="anne", password="un secret")
    told = "\n".join(record.getMessage() for record in caplog.records)
    assert "un secret" not in told
    assert "anne" not in told
    record = AccessAttempt.objects.get()
    assert "un secret" not in record.post_data + record.get_data


def test_an_administrator_unblocks_an_account(user):
    fail(3)
    keeper = Client()
    keeper.force_login(UserFactory(is_staff=True, is_superuser=True))
    values = {"action": "allow_sign_in", "_selected_action": [user.pk]}
    response = keeper.post("/admin/accounts/user/", values, follow=True)
    assert "Ces comptes peuvent se connecter." in response.content.decode()
    assert attempt(password=PASSWORD).status_code == 302


@pytest.mark.parametrize("latest", ["first browser", "second browser"])
def test_the_pause_begins_with_the_latest_failure_of_all_browsers(latest):
    for browser in ("first browser", "second browser"):
        fail(2, **{"User-Agent": browser})
    now = timezone.now()
    for attempt_ in AccessAttempt.objects.all():
        minutes = 1 if attempt_.user_agent == latest else 10
        attempts = AccessAttempt.objects.filter(pk=attempt_.pk)
        assert attempts.update(attempt_time=now - timedelta(minutes=minutes)) == 1
    assert AccessAttempt.objects.count() == 2
    response = attempt(password=PASSWORD)
    assert response.status_code == 429
    assert 13 * 60 < int(response["Retry-After"]) <= 14 * 60
