"""Why an import stopped, in words for the person who follows it."""

import errno

from django.db import DatabaseError, InterfaceError, OperationalError

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


def failure_sentence(error: Exception) -> str:
    """Return what happened and what to do next; never what the error itself says."""
    if isinstance(error, FileNotFoundError):
        return _FILE_GONE
    if is_disk_full(error):
        return DISK_FULL
    is_gone = isinstance(error, (OperationalError, InterfaceError))
    return _DATABASE if is_gone else _UNEXPECTED


def is_disk_full(error: Exception) -> bool:
    """Whether there was no room left, for a file or in the database."""
    if isinstance(error, OSError):
        return error.errno in (errno.ENOSPC, errno.EDQUOT)
    if not isinstance(error, DatabaseError):
        return False
    # SQLite tells it in words, PostgreSQL by a code.
    code = getattr(error.__cause__, "sqlstate", None)
    return code == "53100" or "disk is full" in str(error)
