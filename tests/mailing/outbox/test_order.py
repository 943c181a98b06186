"""What leaves first: notifications, then the mails of messages, while others are prepared."""

import pytest
from django_tasks_db.models import DBTaskResult

from contacts.models import Topic
from mailing.messages import preparation
from mailing.messages.preparation import prepare, prepare_message
from mailing.models import Message
from mailing.notifications.dispatch import notify
from mailing.outbox import claims
from mailing.outbox.delivery import deliver_due
from members.models import Member
from tests.factories import MemberFactory
from tests.mailing.outbox.mails import numbered

pytestmark = pytest.mark.django_db


def message_to(count):
    members = [MemberFactory.build(email=address) for address in numbered(count)]
    Member.objects.bulk_create(members)
    return Message.objects.create(
        subject="Objet",
        text="Texte",
        member_ids=[member.pk for member in members],
        recipient_count=count,
    )


def test_a_notification_leaves_before_all_mails_of_an_earlier_message(mail_server):
    prepare(message_to(120).pk)
    notify(MemberFactory(email="facture@x.fr"), Topic.INVOICES, "Facture", "Voici.")
    assert deliver_due() == 121
    assert mail_server.addresses == ["facture@x.fr", *numbered(120)]


def test_a_notification_leaves_after_the_mails_that_a_worker_has_in_hand(monkeypatch):
    monkeypatch.setattr(claims, "AT_A_TIME", 5)
    prepare(message_to(20).pk)
    member = MemberFactory(email="facture@x.fr")
    queue_in_hand = claims.claimed_mails(lambda: False)
    in_hand = [next(queue_in_hand) for _ in range(3)]
    notify(member, Topic.INVOICES, "Facture", "Voici.")
    in_hand += [next(queue_in_hand) for _ in range(4)]
    addresses = [mail.address for mail in in_hand]
    assert addresses == [*numbered(5), "facture@x.fr", "m5@example.org"]


def test_the_first_mails_of_a_message_leave_while_the_others_are_prepared(mail_server, monkeypatch):
    monkeypatch.setattr(preparation, "_SLICE", 3)
    message = message_to(20)
    assert prepare_message.call(message.pk) == 6
    # The rest is another task, behind the one that sends these.
    tasks = DBTaskResult.objects.order_by("enqueued_at").values_list("task_path", flat=True)
    assert [path.rpartition(".")[2] for path in tasks] == ["deliver_mail", "prepare_message"]
    assert deliver_due() == 6
    assert Message.objects.get().prepared_at is None
    while Message.objects.filter(prepared_at=None).exists():
        prepare_message.call(message.pk)
    assert deliver_due() == 14
    assert mail_server.addresses == numbered(20)
