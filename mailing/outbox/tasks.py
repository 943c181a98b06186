"""The worker's task that sends mail, and how it is asked for."""

import logging
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django_tasks import TaskResultStatus, task
from django_tasks_db.models import DBTaskResult

from base.worker import STOPPING, forget_tasks, is_database_the_queue
from mailing.outbox.claims import AT_A_TIME, has_due_mail
from mailing.outbox.delivery import deliver_due

logger = logging.getLogger(__name__)
# Then other work has its turn.
_MAILS_A_TASK = 1_000


class DeliveryFailed(Exception):
    """Mails could not be sent or noted; the log says where.

    It is stored with its task: it must not repeat an address, as other exceptions may.
    """


@task()
def deliver_mail() -> int:
    """Send the mails that are due; return how many were sent."""
    try:
        return _deliver_with_others() if is_database_the_queue() else deliver_due()
    except Exception as error:
        logger.exception("Mails could not be sent or noted")
        raise DeliveryFailed(type(error).__name__) from None


def ask_for_delivery() -> None:
    """Have a worker send the mails that are due once the caller's transaction is committed.

    One task that waits for a worker is enough, however many ask. Mail that is queued while that
    task begins is seen to by `manage.py worker`, which looks for it every few seconds.
    """
    if not is_database_the_queue():
        transaction.on_commit(deliver_mail.enqueue)
    elif not delivery_tasks().filter(status=TaskResultStatus.READY).exists():
        deliver_mail.enqueue()


def delivery_tasks() -> "QuerySet[DBTaskResult[Any, Any]]":
    """Return the stored tasks that send mail."""
    return DBTaskResult.objects.filter(task_path=deliver_mail.module_path)


def ask_for_due_delivery() -> None:
    """Ask for delivery where mail is due: of a later attempt, or whose task was lost."""
    if has_due_mail():
        ask_for_delivery()


def forget_old_deliveries() -> None:
    """Delete yesterday's tasks that sent mail: there are many of them."""
    forget_tasks(delivery_tasks(), timezone.now() - timedelta(days=1))


def _deliver_with_others() -> int:
    """Send mails, and have other workers send some of them where there are many."""
    if has_due_mail(more_than=AT_A_TIME):
        ask_for_delivery()
    sent = deliver_due(_MAILS_A_TASK, STOPPING.is_set)
    if has_due_mail():
        ask_for_delivery()
    return sent
