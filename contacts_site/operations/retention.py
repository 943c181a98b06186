"""What `manage.py purge` deletes, after how many days, and by which function."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from base.worker import forget_tasks
from contacts.history import forget_former_contacts
from importexport.exports.contacts import forget_exports
from importexport.runs.retention import forget_old_imports, forget_runs
from mailing.retention import forget_mail_texts, forget_messages, forget_notifications
from members.former import forget_former_members


class Forgetter(NamedTuple):
    """A kind of data, the setting with its days, and the function that deletes it.

    The function takes a time, deletes what ended before it, and returns how many rows or files.
    """

    label: str
    setting: str
    forget: Callable[[datetime], int]

    @property
    def days(self) -> int:
        """For how many days the data is kept; 0: for ever."""
        return int(getattr(settings, self.setting))


def _forget_imports(_older_than: datetime) -> int:
    # The time is ignored: imports have two delays, for their files and for undoing.
    return forget_old_imports()


def _forget_tasks(older_than: datetime) -> int:
    return forget_tasks(DBTaskResult.objects.all(), older_than)


def forget_sessions(older_than: datetime) -> int:
    return Session.objects.filter(expire_date__lt=older_than).delete()[0]


def forget_sign_in_failures(older_than: datetime) -> int:
    """Delete what is kept of sign-ins that failed before then; return how many records."""
    records = (AccessAttempt, AccessFailureLog, AccessLog)
    found = (record.objects.filter(attempt_time__lt=older_than) for record in records)
    return sum(int(old.delete()[0]) for old in found)


def forget_admin_log(older_than: datetime) -> int:
    """Delete the lines of the admin's journal, which name accounts; return how many."""
    return LogEntry.objects.filter(action_time__lt=older_than).delete()[0]


def forget_history(older_than: datetime) -> int:
    """Delete what was recorded of contacts and members before then; return how many lines."""
    return forget_former_contacts(older_than) + forget_former_members(older_than)


FORGETTERS = (
    Forgetter("Textes et pièces jointes de mails", "RETENTION_MAIL_TEXTS_DAYS", forget_mail_texts),
    Forgetter("Messages aux membres", "RETENTION_MESSAGES_DAYS", forget_messages),
    Forgetter("Notifications", "RETENTION_NOTIFICATIONS_DAYS", forget_notifications),
    Forgetter("Fichiers et annulation des imports", "IMPORT_FILES_KEPT_DAYS", _forget_imports),
    Forgetter("Imports", "RETENTION_IMPORTS_DAYS", forget_runs),
    Forgetter("Journal des exports", "RETENTION_EXPORTS_DAYS", forget_exports),
    Forgetter("Historique des contacts", "RETENTION_FORMER_CONTACTS_DAYS", forget_history),
    Forgetter("Tâches terminées", "RETENTION_TASKS_DAYS", _forget_tasks),
    Forgetter("Sessions expirées", "RETENTION_SESSIONS_DAYS", forget_sessions),
    Forgetter("Échecs de connexion", "RETENTION_SIGN_IN_FAILURES_DAYS", forget_sign_in_failures),
    Forgetter("Journal des comptes", "RETENTION_ADMIN_LOG_DAYS", forget_admin_log),
)


def purge() -> Iterator[tuple[Forgetter, int | None]]:
    """Delete old data kind by kind; yield each kind and how much of it (None: kept for ever)."""
    now = timezone.now()
    for forgetter in FORGETTERS:
        if forgetter.days:
            yield forgetter, forgetter.forget(now - timedelta(days=forgetter.days))
        else:
            yield forgetter, None
