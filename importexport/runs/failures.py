"""What stopped a run, noted on it in words for the person who follows it."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from logging import getLogger

from django.db import DatabaseError, Error, InterfaceError, OperationalError, connection

from importexport.files.table import FileRefused
from importexport.models import ImportRun
from importexport.runs.intake import ImportRefused
from importexport.runs.leases import ClaimLost, WorkerStopped, finish
from importexport.states import RunState

logger = getLogger(__name__)

DISK_FULL = (
    "Le disque du serveur est plein. Rien n'a changé. "
    "Prévenez la personne qui administre le serveur, puis reprenez."
)
_FILE_GONE = "Le fichier déposé n'est plus sur le serveur. Envoyez-le à nouveau."
_DATABASE = "La base de données n'a pas répondu. Rien n'a changé. Reprenez dans un instant."
_UNEXPECTED = (
    "Une erreur imprévue a arrêté le traitement. Rien n'a changé. Reprenez ; "
    "si elle revient, signalez-la à la personne qui administre le serveur, avec le numéro "
    "de l'import."
)


@contextmanager
def failures_noted(run: ImportRun, falls_back_to: RunState) -> Iterator[None]:
    """Put a claimed run whose work raises into the state `falls_back_to`, with a sentence.

    FileRefused and ImportRefused are raised on: they are outcomes, noted by the check. Where the
    failure cannot be noted, another worker claims the run once its lease has run out.
    """
    try:
        yield
    except (FileRefused, ImportRefused):
        raise
    except WorkerStopped:
        _let_go(run, RunState.RECEIVED)
    except ClaimLost:
        logger.info("Import %s went on elsewhere.", run.pk)
    except Exception as error:
        logger.exception("Import %s stopped.", run.pk)
        # A connection that the database has closed is replaced.
        if not connection.in_atomic_block and not connection.is_usable():
            connection.close()
        _let_go(run, falls_back_to, message=failure_sentence(error))


def _let_go(run: ImportRun, becomes: RunState, **values: str) -> None:
    try:
        finish(run, becomes, **values)
    except ClaimLost:
        logger.info("Import %s went on elsewhere.", run.pk)
    except Error:
        logger.exception("The end of import %s could not be noted.", run.pk)


def failure_sentence(error: Exception) -> str:
    """Return what happened and what to do next, without the error's own words."""
    if isinstance(error, FileNotFoundError):
        return _FILE_GONE
    if is_disk_full(error):
        return DISK_FULL
    is_gone = isinstance(error, (OperationalError, InterfaceError))
    return _DATABASE if is_gone else _UNEXPECTED


def is_disk_full(error: Exception) -> bool:
    """Whether the disk had no room, for a file or for the database."""
    if isinstance(error, OSError):
        return error.errno in (errno.ENOSPC, errno.EDQUOT)
    if not isinstance(error, DatabaseError):
        return False
    # PostgreSQL gives a code, SQLite only a message.
    code = getattr(error.__cause__, "sqlstate", None)
    return code == "53100" or "disk is full" in str(error)
