"""`manage.py worker`: run the tasks, and the regular work that apps gave to base.upkeep."""

import logging
import signal
import threading
from argparse import ArgumentParser
from collections.abc import Iterable
from datetime import timedelta
from types import FrameType
from typing import Any

from django.conf import settings
from django.db import close_old_connections
from django.utils import timezone
from django_tasks_db.management.commands import db_worker

from base.occupancy import occupy
from base.upkeep import Work, daily_work, frequent_work
from base.worker import STOPPING, is_database_the_queue

logger = logging.getLogger(__name__)
_MOST_SECONDS_BETWEEN_LOOKS = 5
_A_DAY = timedelta(days=1)


class Command(db_worker.Command):
    """The worker of django-tasks-db, which also does the regular work of base.upkeep.

    Such work makes tasks for what is due or what a dead worker left, and updates indexes.
    """

    help = "Fait le travail de fond du site : envoie les mails, importe les contacts."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.set_defaults(queue_name="*", interval=0.5)
        if not is_database_the_queue():
            # db_worker refuses its default where the default backend is not the database's.
            parser.set_defaults(backend_name=None)

    def handle(self, **options: Any) -> None:
        """Work until SIGINT or SIGTERM; a task that runs then ends at its next step.

        With another backend of tasks, do the regular work only: that backend has its own workers.
        """
        self.configure_logging(options["verbosity"])
        occupy()
        looking = threading.Thread(target=_look_after, daemon=True)
        if not is_database_the_queue():
            for signum in (signal.SIGINT, signal.SIGTERM):
                signal.signal(signum, lambda *_: STOPPING.set())
            looking.start()
            looking.join()
            return
        worker = _Worker(
            queue_names=options["queue_name"].split(","),
            excluded_queue_names=[name for name in options["exclude_queues"].split(",") if name],
            **{name: options[name] for name in _HANDED_ON},
        )
        worker.configure_signals()
        if not options["batch"]:
            looking.start()
        worker.run()


_HANDED_ON = ("interval", "batch", "backend_name", "startup_delay", "max_tasks", "worker_id")


class _Worker(db_worker.Worker):
    """A worker that ends its task at the next step on a first signal, at once on a second."""

    def shutdown(self, signum: int, frame: FrameType | None) -> None:
        STOPPING.set()
        super().shutdown(signum, frame)


def _look_after() -> None:
    daily_work_due_at = timezone.now()
    while not STOPPING.is_set():
        _do(frequent_work())
        if timezone.now() >= daily_work_due_at and _do(daily_work()):
            daily_work_due_at = timezone.now() + _A_DAY
        STOPPING.wait(min(_MOST_SECONDS_BETWEEN_LOOKS, settings.MAIL_LEASE_SECONDS))


def _do(works: Iterable[Work]) -> bool:
    """Do all of it, log what fails, and return whether nothing failed."""
    all_succeeded = True
    for work in works:
        try:
            close_old_connections()
            work()
        except Exception:  # (any error: the work is tried again a few seconds later)
            logger.exception("%s could not be done", work.__name__)
            all_succeeded = False
    return all_succeeded
