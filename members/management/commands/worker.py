"""`manage.py worker`: does the long work, sends the mail, keeps the search quick."""

import logging
import threading
from argparse import ArgumentParser
from datetime import timedelta
from types import FrameType
from typing import Any

from django.conf import settings
from django.db import close_old_connections
from django.utils import timezone
from django_tasks_db.management.commands import db_worker

from members.claiming import has_due_mail
from members.message_sending import prepare_overdue
from members.outbox import remove_orphaned_files
from members.search_index import index_changes
from members.tasks import STOPPING, ask_for_delivery, delivery_tasks, nameless

logger = logging.getLogger(__name__)
_MOST_SECONDS_BETWEEN_LOOKS = 5
_A_DAY = timedelta(days=1)
# Seconds between two turns of indexing, each of which takes about as long.
_PAUSE = 0.05


class Command(db_worker.Command):
    """The worker of django-tasks-db, which also looks after mail that nobody sends.

    So mail whose time for a further attempt has come is sent, and mail whose worker died. On
    SQLite it also takes into the search index what was written.
    """

    help = "Fait le travail de fond du site : envoie les mails."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take all queues, and look for work twice a second."""
        super().add_arguments(parser)
        parser.set_defaults(queue_name="*", interval=0.5)

    def handle(self, **options: Any) -> None:
        """Work until a signal comes; the mail that is being sent then is the last one."""
        self.configure_logging(options["verbosity"])
        worker = _Worker(
            queue_names=options["queue_name"].split(","),
            excluded_queue_names=[name for name in options["exclude_queues"].split(",") if name],
            **{name: options[name] for name in _HANDED_ON},
        )
        worker.configure_signals()
        looking = threading.Thread(target=_look_after_site, daemon=True)
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


def _look_after_site() -> None:
    forget_at = timezone.now()
    while not STOPPING.is_set():
        try:
            close_old_connections()
            _index_changes()
            prepare_overdue()
            if has_due_mail():
                ask_for_delivery()
            if timezone.now() >= forget_at:
                _forget_old_tasks()
                remove_orphaned_files()
                forget_at = timezone.now() + _A_DAY
        except Exception as error:  # noqa: BLE001 (it looks again, whatever happened)
            logger.error("Nobody could look after the site: %s", nameless(error))  # noqa: TRY400
        STOPPING.wait(min(_MOST_SECONDS_BETWEEN_LOOKS, settings.MAIL_LEASE_SECONDS))


def _index_changes() -> None:
    """Have SQLite's search know what was written, letting others write in between."""
    while index_changes(most=1_000) and not STOPPING.wait(_PAUSE):
        pass


def _forget_old_tasks() -> None:
    """Delete what is left of tasks that ended long ago, or whose worker died."""
    long_ago = timezone.now() - _A_DAY
    ended = delivery_tasks().exclude(status="READY")
    ended.filter(started_at__lt=long_ago).delete()
