"""Whether the site can serve, and whether its workers keep up."""

import logging
import shutil
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.db import Error, connection

from contacts_site.operations.queues import age_of_oldest_mail, age_of_oldest_task

logger = logging.getLogger(__name__)
_MIB = 1024 * 1024


class Status(StrEnum):
    """What a balancer or a watcher makes of it."""

    OK = "ok"
    # It serves; work waits longer than it should.
    LATE = "late"
    FAILING = "failing"


class Health(NamedTuple):
    """How the site is; ages are None where nothing waits, or the database does not answer."""

    free_mebibytes: int
    oldest_mail: timedelta | None = None
    oldest_task: timedelta | None = None
    is_database_reachable: bool = True

    @property
    def status(self) -> Status:
        if not self.is_database_reachable or self.free_mebibytes < settings.HEALTH_MIN_FREE_MIB:
            return Status.FAILING
        longest = timedelta(minutes=settings.HEALTH_MAX_QUEUE_MINUTES)
        ages = [age for age in (self.oldest_mail, self.oldest_task) if age is not None]
        return Status.LATE if ages and max(ages) > longest else Status.OK


def examine() -> Health:
    """Look at the database, the queues and the disk; never raises for what it finds."""
    free = free_bytes() // _MIB
    try:
        connection.ensure_connection()
        oldest_mail, oldest_task = age_of_oldest_mail(), age_of_oldest_task()
    except Error as error:
        # Its words may name the server and the account.
        logger.error("The database does not answer (%s)", type(error).__name__)  # noqa: TRY400
        return Health(free, is_database_reachable=False)
    return Health(free, oldest_mail, oldest_task)


def free_bytes() -> int:
    """Return the room on the disk of DATA_DIR, or of what will hold it."""
    folder = Path(settings.DATA_DIR).absolute()
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free
