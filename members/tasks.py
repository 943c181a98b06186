"""Work that a worker does outside the requests."""

import traceback
from datetime import datetime, timedelta
from threading import Event
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django_tasks import TaskResultStatus, task
from django_tasks_db import DatabaseBackend
from django_tasks_db.models import DBTaskResult

# Set once this process is to stop: long work ends at its next step.
STOPPING = Event()
# Then other work has its turn.
_MAILS_A_TASK = 1_000


class DeliveryFailed(Exception):
    """Mails could not be sent or noted; says where, and never whose address it was."""


def nameless(error: Exception) -> str:
    """Return what happened and where; the error's own words may hold an address, for the logs."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} ({place.filename}, line {place.lineno})"


@task()
def deliver_mail() -> int:
    """Send the mails that are due; return how many were sent."""
    from members.delivering import deliver_due

    try:
        return _deliver_with_others() if is_database_the_queue() else deliver_due()
    except Exception as error:  # noqa: BLE001 (raised anew, without what it holds)
        raise DeliveryFailed(nameless(error)) from None


@task()
def prepare_message(pk: int) -> int:
    """Queue the mails of a message; return how many it has."""
    from members.message_sending import prepare

    return prepare(pk)


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
    """Return what the database keeps of the tasks that send mail."""
    return DBTaskResult.objects.filter(task_path=deliver_mail.module_path)


def ask_for_due_delivery() -> None:
    """Have mail sent that is due and that nobody was asked to send."""
    from members.claiming import has_due_mail

    if has_due_mail():
        ask_for_delivery()


def forget_old_deliveries() -> None:
    """Delete what is left of yesterday's tasks that sent mail: there are many of them."""
    forget_tasks(delivery_tasks(), timezone.now() - timedelta(days=1))


def forget_tasks(tasks: "QuerySet[DBTaskResult[Any, Any]]", older_than: datetime) -> int:
    """Delete those begun before then that ended, or whose worker died; return how many."""
    begun = tasks.exclude(status=TaskResultStatus.READY).filter(started_at__lt=older_than)
    return begun.delete()[0]


def is_database_the_queue() -> bool:
    """Whether work waits in the database, not in another backend with workers of its own."""
    return isinstance(deliver_mail.get_backend(), DatabaseBackend)


def _deliver_with_others() -> int:
    """Send some mails, and have other workers send some too."""
    from members.claiming import AT_A_TIME, has_due_mail
    from members.delivering import deliver_due

    if has_due_mail(more_than=AT_A_TIME):
        ask_for_delivery()
    sent = deliver_due(_MAILS_A_TASK, STOPPING.is_set)
    if has_due_mail():
        ask_for_delivery()
    return sent
