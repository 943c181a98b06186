"""Work waits in two queues, mails and tasks: the one that waits longest says how the site is."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from contacts_site.operations.health import Status, examine
from contacts_site.operations.queues import age_of_oldest_mail, age_of_oldest_task
from mailing.models import Delivery
from mailing.outbox.tasks import deliver_mail
from tests.mailing.outbox.mails import numbered, queue_mails

pytestmark = pytest.mark.django_db
LATE = 61


def wait_for(*minutes, rows, since):
    """Let each of these rows have waited for so many minutes."""
    rows = list(rows.order_by("pk"))
    for row, each in zip(rows, minutes, strict=True):
        setattr(row, since, timezone.now() - timedelta(minutes=each))
        row.save()


def queue(*, mails=(), tasks=()):
    """Queue mails and tasks that have waited for so many minutes."""
    if mails:
        queue_mails(*numbered(len(mails)))
    DBTaskResult.objects.all().delete()
    for _ in tasks:
        deliver_mail.enqueue()
    wait_for(*mails, rows=Delivery.objects, since="next_attempt_at")
    wait_for(*tasks, rows=DBTaskResult.objects, since="enqueued_at")


@pytest.mark.parametrize(
    ("mails", "tasks", "status"),
    [
        ([LATE], [1], Status.LATE),
        ([1], [LATE], Status.LATE),
        ([LATE], [], Status.LATE),
        ([], [LATE], Status.LATE),
        ([1], [1], Status.OK),
        ([], [], Status.OK),
    ],
)
def test_one_queue_that_is_late_is_enough(mails, tasks, status):
    queue(mails=mails, tasks=tasks)
    assert examine().status == status


@pytest.mark.parametrize("minutes", [(30, 10, 20), (10, 20, 30), (10, 30, 20)])
def test_a_queue_is_as_old_as_what_waits_longest_in_it(minutes):
    queue(mails=minutes, tasks=minutes)
    for age in (age_of_oldest_mail(), age_of_oldest_task()):
        assert timedelta(minutes=30) <= age < timedelta(minutes=31)
