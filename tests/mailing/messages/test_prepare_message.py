import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from mailing.messages import preparation
from mailing.messages.audience import choice_of
from mailing.messages.dispatch import Writing, send_message
from mailing.messages.preparation import prepare, prepare_overdue
from mailing.models import Delivery, Message
from mailing.outbox.delivery import deliver_due
from members.models import Member
from tests.factories import MemberFactory, UserFactory
from tests.mailing.messages.writing import (
    confirmation,
    deliver,
    hidden,
    recipients,
    send,
    to_members,
    to_search,
)
from tests.pages import text
from tests.site_processes import wait_until
from tests.worker_process import WorkerProcess


def test_a_message_is_prepared_by_a_task(back_office, farm, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        send(back_office, to_members(farm))
    task = DBTaskResult.objects.get(task_path="mailing.messages.preparation.prepare_message")
    assert task.args_kwargs["args"] == [Message.objects.get().pk]
    assert task.task.call(Message.objects.get().pk) == 1


def test_a_form_sent_twice_sends_once(back_office, farm, mailoutbox):
    asked = confirmation(back_office, to_members(farm))
    values = {**hidden(asked), "step": "send"}
    first = back_office.post(to_members(farm), values)
    MemberFactory(email="neuf@x.fr")
    second = back_office.post(to_members(farm), {**values, "text": "Autre"}, follow=True)
    assert second.redirect_chain == [(first["Location"], 302)]
    assert "rien n'est envoyé deux fois" in text(second)
    deliver()
    deliver()
    assert recipients(mailoutbox) == ["ferme@x.fr"]


@pytest.mark.django_db(transaction=True)
def test_a_form_sent_twice_at_the_same_moment_sends_once():
    MemberFactory(email="a@x.fr")
    author = UserFactory()
    writing = Writing(uuid.uuid4(), "Objet", "Texte")

    def one(_):
        try:
            everybody = Member.objects.all()
            return send_message(writing, author, everybody, choice_of(everybody))
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(one, range(4)))
    assert sorted(is_new for _, is_new in answers) == [False, False, False, True]
    assert {message for message, _ in answers} == {Message.objects.get()}
    assert (
        DBTaskResult.objects.filter(
            task_path="mailing.messages.preparation.prepare_message"
        ).count()
        == 1
    )


def test_a_message_whose_worker_died_is_prepared_by_the_next(back_office, mailoutbox, monkeypatch):
    monkeypatch.setattr(preparation, "_SLICE", 2)
    MemberFactory.create_batch(5, email="a@x.fr")
    send(back_office, to_search())
    message = Message.objects.get()
    assert preparation._prepare_slice(message)  # And then the worker died.
    prepare_overdue()
    assert deliver_due() == Delivery.objects.count() == 2
    Message.objects.update(created_at=message.created_at - timedelta(minutes=1))
    prepare_overdue()
    assert prepare(message.pk) == 0
    deliver_due()
    assert recipients(mailoutbox) == ["a@x.fr"] * 5


def test_members_that_lose_their_address_before_the_worker_comes_get_nothing(
    back_office, farm, mill, mailoutbox
):
    other = MemberFactory(email="autre@x.fr")
    send(back_office, to_members(farm, mill, other))
    Member.objects.filter(pk=farm.pk).update(email="")
    other.delete()
    deliver()
    assert recipients(mailoutbox) == ["moulin@x.fr"]
    message = Message.objects.get()
    assert (message.recipient_count, message.skipped_count) == (1, 2)


@pytest.mark.django_db(transaction=True)
def test_workers_that_are_killed_leave_no_member_out_and_write_to_none_twice(mail_server, tmp_path):
    number = 3000
    members = [MemberFactory.build(email=f"m{count}@x.fr") for count in range(number)]
    Member.objects.bulk_create(members)
    writing = Writing(uuid.uuid4(), "Objet", "Texte")
    everybody = Member.objects.all()
    send_message(writing, UserFactory(), everybody, choice_of(everybody))
    for enough in (1, 1500):
        with WorkerProcess(mail_server, tmp_path) as worker:
            wait_until(lambda enough=enough: Delivery.objects.count() >= enough)
            worker.kill()
        Message.objects.update(created_at=timezone.now() - timedelta(minutes=1))
    with WorkerProcess(mail_server, tmp_path):
        wait_until(lambda: not Message.objects.filter(prepared_at=None).exists())
        wait_until(lambda: bool(mail_server.letters))
    assert Delivery.objects.count() == number
    # A letter that came twice is of a worker that died at it: the same mail, to the same member.
    keys = {letter.key: letter.to[0] for letter in mail_server.letters}
    assert len(set(keys.values())) == len(keys)
    assert set(Delivery.objects.values_list("member", flat=True)) == {m.pk for m in members}
