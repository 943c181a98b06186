"""Counts and ages of waiting work, for health checks and metrics; each query reads one index."""

from datetime import datetime, timedelta

from django.db.models import Count
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from importexport.models import ImportRun
from mailing.models import Delivery, DeliveryState
from mailing.outbox.claims import due


def waiting_mails() -> int:
    """Count the mails that are not sent yet, also those put off to a later attempt."""
    return Delivery.objects.filter(state=DeliveryState.WAITING).count()


def age_of_oldest_mail() -> timedelta | None:
    """Return for how long the oldest due mail has been due; None if no mail is due.

    A mail that a worker has claimed is not due, nor is one that the mail server put off.
    """
    now = timezone.now()
    return _age(due(now).values_list("next_attempt_at", flat=True).first(), now)


def age_of_oldest_task() -> timedelta | None:
    ready = DBTaskResult.objects.ready().order_by("enqueued_at")
    return _age(ready.values_list("enqueued_at", flat=True).first(), timezone.now())


def tasks_by_state() -> dict[str, int]:
    counted = DBTaskResult.objects.order_by().values_list("status").annotate(number=Count("pk"))
    return {str(status).lower(): number for status, number in counted}


def imports_by_state() -> dict[str, int]:
    runs = ImportRun.objects.order_by().values_list("state")
    return dict(runs.annotate(number=Count("pk")))


def _age(since: datetime | None, now: datetime) -> timedelta | None:
    return None if since is None else max(now - since, timedelta())
