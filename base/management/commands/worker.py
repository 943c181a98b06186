"""`manage.py worker`: does the long work, sends the mail, looks after both and the search."""

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
    """The worker of django-tasks-db, which also looks after work that nobody does.

    So mail whose time for a further attempt has come is sent, what a dead worker was at is taken
    up again, and SQLite's search index takes in what was written.
    """

    help = "Fait le travail de fond du site : envoie les mails, importe les contacts."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take all queues, and look for work twice a second."""
        super().add_arguments(parser)
        parser.set_defaults(queue_name="*", interval=0.5)
        if not is_database_the_queue():
            # Its own default would be refused, and is of no use then.
            parser.set_defaults(backend_name=None)

    def handle(self, **options: Any) -> None:
        """Work until a signal comes; the mail that is being sent then is the last one.

        Where work waits in another backend, it only looks after: that has workers of its own.
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
    """A worker that tells long work of the signal too."""

    def shutdown(self, signum: int, frame: FrameType | None) -> None:
        """End the task that runs at its next step; a second signal ends it at once."""
        STOPPING.set()
        super().shutdown(signum, frame)


def _look_after() -> None:
    forget_at = timezone.now()
    while not STOPPING.is_set():
        _do(frequent_work())
        if timezone.now() >= forget_at and _do(daily_work()):
            forget_at = timezone.now() + _A_DAY
        STOPPING.wait(min(_MOST_SECONDS_BETWEEN_LOOKS, settings.MAIL_LEASE_SECONDS))


def _do(works: Iterable[Work]) -> bool:
    """Do one thing after the other, and return whether all went well.

    What fails is tried again at the next look.
    """
    went_well = True
    for work in works:
        try:
            close_old_connections()
            work()
        except Exception:  # (the next look tries again, whatever happened)
            logger.exception("%s could not be done", work.__name__)
            went_well = False
    return went_well
