"""The project as an app: its migrations make the roles, which concern several apps."""

from typing import Any

from django.apps import AppConfig
from django.core.signals import request_started
from django_tasks import TaskResult
from django_tasks.signals import task_finished, task_started

from contacts_site.logs import current_task


class ContactsSiteConfig(AppConfig):
    """The site itself."""

    name = "contacts_site"

    def ready(self) -> None:
        from contacts_site import checks  # noqa: F401 (registers them)
        from contacts_site.door import look_at_charset

        request_started.connect(look_at_charset, dispatch_uid="door")
        # Log records of a task carry its number.
        task_started.connect(_enter_task, dispatch_uid="logs")
        task_finished.connect(_leave_task, dispatch_uid="logs")


def _enter_task(task_result: TaskResult[Any], **_signal: Any) -> None:
    current_task.set(str(task_result.id))


def _leave_task(**_signal: Any) -> None:
    current_task.set("")
