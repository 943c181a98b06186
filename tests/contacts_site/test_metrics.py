"""What Prometheus reads, and who may."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_tasks_db.models import DBTaskResult
from prometheus_client.parser import text_string_to_metric_families

from contacts_site import __version__
from mailing.outbox.tasks import deliver_mail
from tests.contacts_site.test_health import overdue

pytestmark = pytest.mark.django_db
METRICS = "/metrics/"
TOKEN = "un jeton d'essai"


@pytest.fixture
def metrics_token(settings):
    settings.METRICS_TOKEN = TOKEN


def ask(client, token=TOKEN):
    return client.get(METRICS, headers={"Authorization": f"Bearer {token}"})


def figures(client) -> dict[tuple[str, str], float]:
    """The figures by name and value of their label."""
    families = text_string_to_metric_families(ask(client).content.decode())
    return {
        (sample.name, "".join(sample.labels.values())): sample.value
        for family in families
        for sample in family.samples
    }


def test_the_queues_are_measured(nobody, metrics_token):
    overdue(minutes=2)
    for status in ("READY", "RUNNING", "RUNNING", "FAILED"):
        deliver_mail.enqueue()
        newest = DBTaskResult.objects.order_by("-enqueued_at").first()
        DBTaskResult.objects.filter(pk=newest.pk).update(status=status)
    found = figures(nobody)
    assert found["contacts_mails_waiting", ""] == 1
    assert 120 <= found["contacts_oldest_mail_seconds", ""] < 180
    assert found["contacts_tasks", "ready"] == 1
    assert found["contacts_tasks", "running"] == 2
    assert found["contacts_tasks", "failed"] == 1
    assert found["contacts_oldest_task_seconds", ""] >= 0
    assert found["contacts_disk_free_bytes", ""] > 0


def test_the_version_that_answers_is_among_them(nobody, metrics_token):
    assert figures(nobody)["contacts_site_info", __version__] == 1


def test_an_idle_site_has_figures_too(nobody, metrics_token):
    found = figures(nobody)
    assert found["contacts_mails_waiting", ""] == 0
    assert found["contacts_oldest_mail_seconds", ""] == 0


def test_they_cost_few_queries_and_name_nobody(nobody, metrics_token):
    overdue(minutes=2)
    with CaptureQueriesContext(connection) as queries:
        response = ask(nobody)
    assert len(queries) <= 5
    assert response["Content-Type"].startswith("text/plain; version=0.0.4")
    assert "zebulon" not in response.content.decode()


@pytest.mark.parametrize("token", ["", "autre", TOKEN + "x"])
def test_another_token_is_refused(nobody, administrator, metrics_token, token):
    for client in (nobody, administrator):
        response = ask(client, token)
        assert response.status_code == 401
        assert response["WWW-Authenticate"].startswith("Bearer")
        assert b"contacts_" not in response.content


def test_no_token_at_all_is_refused(nobody, metrics_token):
    assert nobody.get(METRICS).status_code == 401


@pytest.mark.parametrize("token", ["", "autre"])
def test_without_a_token_in_the_settings_there_is_no_such_page(nobody, administrator, token):
    assert ask(nobody, token).status_code == 404
    assert ask(administrator, token).status_code == 404
