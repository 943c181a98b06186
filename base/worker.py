"""What all background tasks share."""

from datetime import datetime
from threading import Event
from typing import Any

from django.db.models import QuerySet
from django_tasks import TaskResultStatus, task_backends
from django_tasks_db import DatabaseBackend
from django_tasks_db.models import DBTaskResult

# Set when this process must stop: a task ends at its next step.
STOPPING = Event()


def is_database_the_queue() -> bool:
    """Return whether tasks wait in the database; another backend has workers of its own."""
    return isinstance(task_backends["default"], DatabaseBackend)


def forget_tasks(tasks: "QuerySet[DBTaskResult[Any, Any]]", older_than: datetime) -> int:
    """Delete tasks that started before then; return how many.

    Tasks that still seem to run are deleted too: their worker died.
    """
    started = tasks.exclude(status=TaskResultStatus.READY).filter(started_at__lt=older_than)
    return started.delete()[0]
