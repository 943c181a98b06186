"""What all long work has in common."""

import traceback
from datetime import datetime
from threading import Event
from typing import Any

from django.db.models import QuerySet
from django_tasks import TaskResultStatus, task_backends
from django_tasks_db import DatabaseBackend
from django_tasks_db.models import DBTaskResult

# Set once this process is to stop: long work ends at its next step.
STOPPING = Event()


def is_database_the_queue() -> bool:
    """Whether work waits in the database, not in another backend with workers of its own."""
    return isinstance(task_backends["default"], DatabaseBackend)


def forget_tasks(tasks: "QuerySet[DBTaskResult[Any, Any]]", older_than: datetime) -> int:
    """Delete those begun before then that ended, or whose worker died; return how many."""
    begun = tasks.exclude(status=TaskResultStatus.READY).filter(started_at__lt=older_than)
    return begun.delete()[0]


def nameless(error: Exception) -> str:
    """Return what happened and where; the error's own words may hold an address, for the logs."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} ({place.filename}, line {place.lineno})"
