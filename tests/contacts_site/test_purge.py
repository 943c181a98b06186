"""`manage.py purge` forgets what is old, and nothing that is still needed."""

from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.sessions.models import Session
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from contacts_site.operations.retention import FORGETTERS
from mailing.models import (
    Attachment,
    Delivery,
    DeliveryState,
    Message,
    Notification,
    NotificationRecipient,
)
from mailing.notifications.dispatch import notify
from mailing.notifications.request import AttachedFile
from mailing.outbox.attachments import store_attachment
from mailing.outbox.delivery import deliver_due
from mailing.outbox.tasks import deliver_mail
from tests.factories import MemberFactory
from tests.mailing.outbox.mails import numbered, queue_mails

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _keeps_for_ever(settings):
    """Each test says itself what is not to be kept for ever."""
    for forgetter in FORGETTERS:
        setattr(settings, forgetter.setting, 0)


def purge() -> dict[str, str]:
    """Purge; return what it said of each kind."""
    out = StringIO()
    call_command("purge", stdout=out)
    title, *lines = out.getvalue().splitlines()
    assert title == "Ce qui a été effacé\u00a0:"
    return dict(line.removeprefix("- ").split("\u00a0: ", 1) for line in lines)


def days_ago(days: float):
    return timezone.now() - timedelta(days=days)


def tell(*, days: float, attachment: bytes = b"facture", state="sent", key=None) -> Notification:
    """Tell a member something, so many days ago."""
    notification = notify(
        MemberFactory(email="a@example.org"),
        "invoices",
        "Objet",
        "Texte",
        [AttachedFile("facture.pdf", attachment)],
        key,
    )
    Notification.objects.filter(pk=notification.pk).update(created_at=days_ago(days))
    mails = Delivery.objects.filter(notificationrecipient__notification=notification)
    mails.update(state=state, finished_at=None if state == "waiting" else days_ago(days))
    return notification


def write(*, days: float, states=("sent",)) -> Message:
    """Write a message, so many days ago, with a mail in each of these states."""
    message = Message.objects.create(subject="Objet", text="Texte", prepared_at=days_ago(days))
    Message.objects.filter(pk=message.pk).update(created_at=days_ago(days))
    addresses = [f"{message.pk}{address}" for address in numbered(len(states))]
    for delivery, state in zip(queue_mails(*addresses, message=message), states, strict=True):
        finished = None if state == "waiting" else days_ago(days)
        Delivery.objects.filter(pk=delivery.pk).update(state=state, finished_at=finished)
    return message


def files(attachments=None) -> list[bool]:
    """Whether the file of each attachment is there."""
    found = attachments or Attachment.objects.order_by("pk")
    return [each.file.storage.exists(each.file.name) for each in found]


def test_everything_is_kept_for_ever_where_the_settings_say_so():
    tell(days=9999)
    write(days=9999)
    said = purge()
    assert set(said.values()) == {"rien, gardé sans limite"}
    assert len(said) == len(FORGETTERS)
    assert (Notification.objects.count(), Message.objects.count()) == (1, 1)


def test_old_notifications_go_with_their_mails_and_files(settings):
    settings.RETENTION_NOTIFICATIONS_DAYS = 10
    old, new = tell(days=11), tell(days=9)
    attachments = list(Attachment.objects.order_by("pk"))
    assert purge()["Notifications"] == "1, de plus de 10 jours"
    assert list(Notification.objects.all()) == [new]
    assert NotificationRecipient.objects.get().notification == new
    assert Delivery.objects.count() == 1
    assert files(attachments) == [False, True]
    assert not Notification.objects.filter(pk=old.pk).exists()


def test_a_notification_whose_mail_waits_is_not_old(settings):
    settings.RETENTION_NOTIFICATIONS_DAYS = 10
    tell(days=11, state=DeliveryState.WAITING)
    assert purge()["Notifications"].startswith("0, ")
    assert (Notification.objects.count(), files()) == (1, [True])


def test_a_key_is_forgotten_with_its_notification(settings):
    settings.RETENTION_NOTIFICATIONS_DAYS = 10
    first = tell(days=11, key="facture-1")
    purge()
    assert not tell(days=0, key="facture-1").is_repeated
    assert not Notification.objects.filter(pk=first.pk).exists()


def test_old_messages_go_with_their_mails(settings):
    settings.RETENTION_MESSAGES_DAYS = 10
    write(days=11, states=["sent", "refused"])
    new = write(days=9)
    waiting = write(days=11, states=["sent", "waiting"])
    assert purge()["Messages aux membres"] == "1, de plus de 10 jours"
    assert set(Message.objects.all()) == {new, waiting}
    assert Delivery.objects.count() == 3


def test_a_message_that_is_being_prepared_is_not_old(settings):
    settings.RETENTION_MESSAGES_DAYS = 10
    message = write(days=11, states=[])
    Message.objects.filter(pk=message.pk).update(prepared_at=None)
    purge()
    assert Message.objects.exists()


def test_texts_and_attachments_of_sent_mails_go_and_their_trace_stays(settings):
    settings.RETENTION_MAIL_TEXTS_DAYS = 10
    tell(days=11)
    tell(days=9)
    attachments = list(Attachment.objects.order_by("pk"))
    said = purge()["Textes et pièces jointes de mails"]
    assert said == "1, de plus de 10 jours"
    old, new = Delivery.objects.order_by("pk")
    assert (old.text, old.html, old.subject) == ("", "", "Objet")
    assert new.text
    assert new.html
    assert Delivery.objects.filter(state="sent").count() == 2
    assert files(attachments) == [False, True]
    assert purge()["Textes et pièces jointes de mails"].startswith("0, ")


def test_a_refused_mail_stays_whole_so_that_it_can_be_sent_again(settings):
    settings.RETENTION_MAIL_TEXTS_DAYS = 10
    tell(days=11, state="refused")
    purge()
    assert Delivery.objects.get().text
    assert files() == [True]


def test_a_file_stays_while_another_mail_has_it(settings, mailoutbox):
    settings.RETENTION_MAIL_TEXTS_DAYS = 10
    attachment = store_attachment("plan.pdf", "application/pdf", ContentFile(b"plan"))
    one, two = queue_mails(*numbered(2), attachments=[attachment])
    Delivery.objects.filter(pk=one.pk).update(state="sent", finished_at=days_ago(11))
    purge()
    assert files() == [True]
    deliver_due()
    assert mailoutbox[0].to == [two.address]
    assert mailoutbox[0].attachments[0].content == b"plan"
    Delivery.objects.filter(pk=two.pk).update(finished_at=days_ago(11))
    purge()
    assert not Attachment.objects.exists()


def test_tasks_that_ended_long_ago_go(settings):
    settings.RETENTION_TASKS_DAYS = 10
    for status, days in [("SUCCESSFUL", 11), ("FAILED", 11), ("RUNNING", 9), ("READY", None)]:
        key = deliver_mail.enqueue().id
        started = None if days is None else days_ago(days)
        DBTaskResult.objects.filter(pk=key).update(status=status, started_at=started)
    assert purge()["Tâches terminées"].startswith("2, ")
    assert set(DBTaskResult.objects.values_list("status", flat=True)) == {"RUNNING", "READY"}


def test_sessions_that_ran_out_go(settings):
    settings.RETENTION_SESSIONS_DAYS = 10
    for key, days in [("a", 11), ("b", 9), ("c", -1)]:
        Session.objects.create(session_key=key, session_data="", expire_date=days_ago(days))
    assert purge()["Sessions expirées"].startswith("1, ")
    assert set(Session.objects.values_list("session_key", flat=True)) == {"b", "c"}


def test_what_it_says_names_nobody(settings):
    settings.RETENTION_NOTIFICATIONS_DAYS = 10
    tell(days=11)
    assert "example.org" not in str(purge())
