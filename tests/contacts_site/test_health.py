"""What balancers and watchers are told, without a sign-in and without anybody's name."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from mailing.models import Delivery
from mailing.outbox.tasks import deliver_mail
from tests.mailing.outbox.mails import queue_mails

HEALTH, LIVE, WORKERS = "/health/", "/health/live/", "/health/workers/"


@pytest.fixture
def no_database(monkeypatch):
    """A database that is not there."""

    def refuse():
        raise DatabaseError("could not connect to server secret-host as secret-account")

    monkeypatch.setattr(connection, "ensure_connection", refuse)


def overdue(minutes: int) -> None:
    """Queue a mail that is due for so long, without any task for it."""
    queue_mails("zebulon@example.org")
    Delivery.objects.update(next_attempt_at=timezone.now() - timedelta(minutes=minutes))
    DBTaskResult.objects.all().delete()


@pytest.mark.django_db
def test_a_site_in_good_health_says_so_to_whoever_asks(nobody):
    response = nobody.get(HEALTH)
    assert response.status_code == 200
    told = response.json()
    assert told.pop("free_disk_mib") > 0
    assert told == {
        "status": "ok",
        "database": True,
        "oldest_mail_seconds": None,
        "oldest_task_seconds": None,
    }
    assert "no-store" in response["Cache-Control"]
    assert not response.cookies


@pytest.mark.django_db
@pytest.mark.parametrize("mails", [1, 100])
def test_asking_costs_three_queries_however_much_waits(nobody, mails):
    queue_mails(*(f"m{n}@example.org" for n in range(mails)))
    with CaptureQueriesContext(connection) as queries:
        nobody.get(HEALTH)
    assert len(queries) <= 3


@pytest.mark.django_db
def test_mail_that_waits_too_long_is_the_workers_fault_alone(nobody):
    overdue(minutes=61)
    balancer, watcher = nobody.get(HEALTH), nobody.get(WORKERS)
    assert (balancer.status_code, watcher.status_code) == (200, 503)
    assert balancer.json()["status"] == watcher.json()["status"] == "late"
    assert 61 * 60 <= watcher.json()["oldest_mail_seconds"] < 62 * 60
    assert "zebulon" not in watcher.content.decode()


@pytest.mark.django_db
def test_mail_may_wait_a_while(nobody):
    overdue(minutes=59)
    assert nobody.get(WORKERS).json()["status"] == "ok"


@pytest.mark.django_db
def test_mail_that_is_put_off_is_not_late(nobody):
    overdue(minutes=61)
    Delivery.objects.update(next_attempt_at=timezone.now() + timedelta(minutes=1))
    assert nobody.get(WORKERS).json()["oldest_mail_seconds"] is None


@pytest.mark.django_db
def test_a_task_that_no_worker_takes_is_late(nobody):
    deliver_mail.enqueue()
    DBTaskResult.objects.update(enqueued_at=timezone.now() - timedelta(minutes=61))
    response = nobody.get(WORKERS)
    assert response.status_code == 503
    assert response.json()["oldest_task_seconds"] >= 61 * 60


@pytest.mark.django_db
def test_without_its_database_it_sends_people_elsewhere(nobody, no_database, caplog):
    for address in (HEALTH, WORKERS):
        response = nobody.get(address)
        assert response.status_code == 503
        assert response.json()["status"] == "failing"
        assert response.json()["database"] is False
        assert "secret" not in response.content.decode()
    assert "The database does not answer (DatabaseError)" in caplog.text
    assert "secret" not in caplog.text


def test_a_process_lives_whatever_its_database_does(nobody, no_database):
    response = nobody.get(LIVE)
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


@pytest.mark.django_db
def test_a_full_disk_sends_people_elsewhere(nobody, settings):
    settings.HEALTH_MIN_FREE_MIB = 2**40
    assert nobody.get(HEALTH).status_code == 503


@pytest.mark.django_db
def test_a_folder_that_is_not_made_yet_lies_on_a_disk_too(nobody, settings, tmp_path):
    settings.DATA_DIR = Path(tmp_path / "not" / "yet")
    assert nobody.get(HEALTH).json()["free_disk_mib"] > 0


@pytest.mark.django_db
@pytest.mark.parametrize("address", [HEALTH, LIVE, WORKERS, "/metrics/"])
def test_they_are_only_read(nobody, settings, address):
    settings.METRICS_TOKEN = "secret"
    assert nobody.post(address).status_code == 405
    assert nobody.head(address).status_code in (200, 401)


@pytest.mark.django_db
def test_a_balancer_beside_the_site_asks_without_https(nobody, settings):
    settings.SECURE_SSL_REDIRECT = True
    assert nobody.get(HEALTH).status_code == 200
    assert nobody.get("/membres/").status_code == 301
