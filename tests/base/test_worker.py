"""`manage.py worker` sends the mail, also when others do so too, and when one of them dies."""

import random
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections, transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from base.management.commands.worker import _do
from contacts_site.logs import LineFormatter
from importexport.runs.steps import work_on_import
from mailing.models import Delivery, DeliveryState
from mailing.outbox import claims as claiming
from mailing.outbox.delivery import deliver_due
from mailing.outbox.queue import Draft, queue
from mailing.outbox.tasks import (
    DeliveryFailed,
    ask_for_delivery,
    deliver_mail,
    forget_old_deliveries,
)
from tests.factories import MemberFactory
from tests.mailing.outbox.mails import numbered, queue_mails
from tests.site_processes import wait_until
from tests.worker_process import WorkerProcess

pytestmark = pytest.mark.django_db(transaction=True)
MAILS = 300


def queue_many(count=MAILS):
    """Queue a mail to each of as many members."""
    queue_mails(*numbered(count))


def all_are_sent():
    return not Delivery.objects.exclude(state=DeliveryState.SENT).exists()


def test_a_worker_sends_what_is_queued_while_it_runs(mail_server, tmp_path):
    with WorkerProcess(mail_server, tmp_path) as worker:
        worker.wait_until_ready()
        queue_mails(*numbered(3))
        wait_until(all_are_sent)
        assert worker.stop() == 0
    assert mail_server.addresses == numbered(3)


@pytest.mark.slow
def test_workers_that_are_killed_lose_nothing_and_double_one_mail_each_at_most(
    mail_server, tmp_path
):
    queue_many()
    kills = 4
    for _ in range(kills):
        enough = len(mail_server.letters) + random.randint(10, 60)
        with WorkerProcess(mail_server, tmp_path) as worker:
            wait_until(lambda enough=enough: len(mail_server.letters) >= enough)
            time.sleep(random.random() / 100)
            worker.kill()
    with WorkerProcess(mail_server, tmp_path):
        wait_until(all_are_sent)
    keys = defaultdict(list)
    for letter in mail_server.letters:
        keys[letter.to[0]].append(letter.key)
    assert set(keys) == set(numbered(MAILS))
    assert len(mail_server.letters) - MAILS <= kills
    assert all(len(set(same)) == 1 for same in keys.values())
    assert len({same[0] for same in keys.values()}) == MAILS


def test_a_worker_killed_between_the_servers_answer_and_its_note_doubles_that_one_mail(
    mail_server, tmp_path
):
    queue_many(10)
    with WorkerProcess(mail_server, tmp_path) as worker:

        def answer_to_a_dead_worker(command, address):
            if command == "DATA" and address == "m4@example.org":
                worker.kill()
                mail_server.accept()

        mail_server.rule = answer_to_a_dead_worker
        wait_until(lambda: not worker.is_running and len(mail_server.letters) == 5)
    assert Delivery.objects.get(address="m4@example.org").state == DeliveryState.WAITING
    with WorkerProcess(mail_server, tmp_path):
        wait_until(all_are_sent)
    assert sorted(mail_server.addresses) == sorted([*numbered(10), "m4@example.org"])
    doubled = [each.key for each in mail_server.letters if each.to == ["m4@example.org"]]
    assert len(set(doubled)) == 1


def test_a_worker_that_is_told_to_stop_ends_with_the_mail_at_hand(mail_server, tmp_path):
    mail_server.delay = 0.01
    queue_many()
    with WorkerProcess(mail_server, tmp_path) as worker:
        wait_until(lambda: len(mail_server.letters) >= 15)
        assert worker.stop() == 0
    sent = Delivery.objects.filter(state=DeliveryState.SENT).count()
    assert 15 <= sent == len(mail_server.letters) < MAILS
    assert not Delivery.objects.exclude(claimed_until=None).exists()
    assert not DBTaskResult.objects.filter(status="RUNNING").exists()


@pytest.mark.slow
def test_two_workers_share_the_mails_and_send_each_once(mail_server, tmp_path):
    mail_server.delay = 0.005
    with WorkerProcess(mail_server, tmp_path) as one, WorkerProcess(mail_server, tmp_path) as two:
        one.wait_until_ready()
        two.wait_until_ready()
        queue_many()
        wait_until(all_are_sent)
        assert (one.stop(), two.stop()) == (0, 0)
    assert sorted(mail_server.addresses) == sorted(numbered(MAILS))
    assert mail_server.connections == 2
    assert DBTaskResult.objects.count() <= 5


def test_threads_at_the_same_queue_send_each_mail_once(mail_server):
    queue_many()

    def deliver():
        try:
            return deliver_due()
        finally:
            connections.close_all()

    with ThreadPoolExecutor() as threads:
        running = [threads.submit(deliver) for _ in range(4)]
    assert sum(each.result() for each in running) == MAILS
    assert sorted(mail_server.addresses) == sorted(numbered(MAILS))


def test_what_a_worker_logs_names_nobody(mail_server, tmp_path):
    members = [MemberFactory(name="Zébulon", email=f"zebulon{n}@example.org") for n in range(3)]
    queue(
        Draft(member, member.email, "Objet secret", "Texte secret", "secret") for member in members
    )
    mail_server.refuse("RCPT", "550 5.1.1 <zebulon0@example.org> unknown", only="zebulon0")
    with WorkerProcess(mail_server, tmp_path) as worker:
        wait_until(lambda: "state=SUCCESSFUL" in worker.log)
        worker.stop()
        assert "zebulon" not in worker.log.lower()
        assert "Zébulon" not in worker.log
        assert "secret" not in worker.log


def test_a_task_that_fails_tells_where_but_names_nobody(mail_server, monkeypatch, caplog):
    queue_mails("zebulon@example.org")
    words = "DETAIL: Failing row contains (zebulon@example.org)"

    def broken(*_):
        raise ValueError(words)

    monkeypatch.setattr(claiming, "_renewed", broken)
    with pytest.raises(DeliveryFailed, match=r"^ValueError$") as failure:
        deliver_mail.call()
    assert failure.value.__suppress_context__
    (record,) = [record for record in caplog.records if record.levelname == "ERROR"]
    told = LineFormatter().format(record)
    assert "test_worker.py" in told
    assert told.endswith("builtins.ValueError")
    assert "zebulon" not in told


def test_another_backend_of_tasks_gets_its_task_once_the_mail_is_committed(mail_server, settings):
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
    with transaction.atomic():
        queue_mails(*numbered(3))
        assert mail_server.letters == []
    assert mail_server.addresses == numbered(3)


def test_with_another_backend_a_worker_sees_to_mail_that_nobody_was_asked_to_send(
    mail_server, tmp_path
):
    queue_mails(*numbered(3))
    backend = "django_tasks.backends.immediate.ImmediateBackend"
    with WorkerProcess(mail_server, tmp_path, TASKS_BACKEND=backend) as worker:
        wait_until(all_are_sent, worker)
        assert worker.stop() == 0
    assert mail_server.addresses == numbered(3)


def test_one_waiting_task_is_enough_however_many_ask(mail_server):
    for _ in range(5):
        ask_for_delivery()
    assert DBTaskResult.objects.count() == 1


def test_work_that_fails_is_told_without_names_and_keeps_no_other_from_being_done(caplog):
    done, name = [], "Zébulon"

    def fail():
        raise ValueError(name)

    assert not _do([fail, lambda: done.append("after it")])
    assert done == ["after it"]
    written = "\n".join(LineFormatter().format(record) for record in caplog.records)
    assert "fail could not be done" in written
    assert "in fail" in written
    assert "ValueError" in written
    assert "Zébulon" not in written
    assert _do([lambda: done.append("again")])


def test_a_worker_leaves_other_tasks_to_the_purge():
    task = work_on_import.enqueue(1)
    long_ago = timezone.now() - timedelta(days=9)
    DBTaskResult.objects.filter(pk=task.id).update(status="SUCCESSFUL", started_at=long_ago)
    forget_old_deliveries()
    assert DBTaskResult.objects.get().task_path == work_on_import.module_path


def test_a_worker_forgets_old_tasks_also_those_of_dead_workers(mail_server, tmp_path):
    for status, days in [("SUCCESSFUL", 2), ("RUNNING", 2), ("SUCCESSFUL", 0), ("RUNNING", 0)]:
        started = timezone.now() - timedelta(days=days)
        deliver_mail.enqueue()
        DBTaskResult.objects.filter(status="READY").update(status=status, started_at=started)
    with WorkerProcess(mail_server, tmp_path) as worker:
        wait_until(lambda: DBTaskResult.objects.count() == 2)
        worker.stop()
    assert not DBTaskResult.objects.filter(started_at__lt=timezone.now() - timedelta(days=1))
