"""`manage.py notify REFERENCE TOPIC …`: notifies a member, as the API does."""

import mimetypes
import os
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings

from base.terminal import TerminalCommand, reason
from contacts.models import Topic
from mailing.models import DeliveryState, Notification
from mailing.notifications.dispatch import notify
from mailing.notifications.request import LONGEST_BODY, AttachedFile, NotificationRefused

_STANDARD_INPUT = "-"
# A letter has four bytes at most in UTF-8; one byte more shows that the text is too long.
_MOST_BODY_BYTES = 4 * LONGEST_BODY + 1
_LABELS = {
    "reference": "REFERENCE",
    "topic": "TOPIC",
    "subject": "--subject",
    "body": "--body-file",
    "key": "--key",
    "sender": "--sender",
    "attachments": "--attach",
}


class Command(TerminalCommand):
    """Notify a member: each address that the topic concerns gets a mail."""

    help = "Notifie un membre : chaque adresse concernée par le sujet reçoit un mail."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("reference", metavar="REFERENCE", help="La référence du membre.")
        topics = ", ".join(f"{topic.value} ({topic.label})" for topic in Topic)
        parser.add_argument("topic", metavar="TOPIC", help=f"Le sujet : {topics}.")
        parser.add_argument("--subject", required=True, help="L'objet du mail.")
        parser.add_argument(
            "--body-file",
            required=True,
            metavar="FILE",
            help="Le texte du mail, en UTF-8 ; - pour l'entrée standard.",
        )
        parser.add_argument(
            "--attach",
            action="append",
            default=[],
            type=Path,
            metavar="FILE",
            help="Une pièce jointe ; l'option peut être répétée.",
        )
        parser.add_argument(
            "--key",
            default="",
            help="Le nom de cet envoi : la même clé n'envoie jamais deux fois.",
        )
        parser.add_argument(
            "--sender",
            default="",
            metavar="NAME",
            help="Le logiciel qui envoie, comme son jeton l'appelle : une clé est propre à "
            "chaque logiciel.",
        )

    def handle(self, *_arguments: Any, **options: Any) -> None:
        """Queue the mails, and list their addresses; or list every error on standard error."""
        names = ("reference", "topic", "subject", "key", "sender")
        reference, topic, subject, key, sender = (_as_typed(options[name]) for name in names)
        body = self._body(options["body_file"])
        attachments = [self._attached(path) for path in options["attach"]]
        try:
            notification = notify(reference, topic, subject, body, attachments, key, sender)
        except NotificationRefused as refused:
            self.fail(f"{_LABELS[name]} : {error}" for name, error in refused.errors.items())
        for line in _summary(notification):
            self.stdout.write(line)

    def _body(self, name: str) -> str:
        content = self._read(name, _MOST_BODY_BYTES)
        if len(content) == _MOST_BODY_BYTES:
            self.fail([f"--body-file : {LONGEST_BODY} caractères au plus."])
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError:
            self.fail(["--body-file : ce n'est pas un texte en UTF-8."])

    def _attached(self, path: Path) -> AttachedFile:
        # One byte more than fits is enough to see that it does not.
        content = self._read(str(path), settings.MAIL_MAX_ATTACHMENT_BYTES + 1)
        mimetype, encoding = mimetypes.guess_type(path.name)
        if mimetype is None or encoding:
            return AttachedFile(path.name, content)
        return AttachedFile(path.name, content, mimetype)

    def _read(self, name: str, most: int) -> bytes:
        """Return a file's first bytes; end with a sentence where it cannot be read."""
        try:
            if name == _STANDARD_INPUT:
                return sys.stdin.buffer.read(most)
            with Path(name).open("rb") as file:
                return file.read(most)
        except OSError as error:
            self.fail([f"Le fichier {name} ne peut pas être lu : {reason(error)}."])


def _as_typed(argument: str) -> str:
    """Return an argument whose UTF-8 the locale could not read (that of a scheduled task)."""
    return (
        os.fsencode(argument).decode(errors="surrogateescape") if _is_unread(argument) else argument
    )


def _is_unread(argument: str) -> bool:
    return any("\udc80" <= letter <= "\udcff" for letter in argument)


def _summary(notification: Notification) -> Iterator[str]:
    recipients = notification.recipients.exclude(delivery__state=DeliveryState.NOBODY)
    addresses = recipients.order_by("pk").values_list("delivery__address", flat=True)
    if notification.is_repeated:
        yield f"Notification {notification.pk} : cette clé a déjà servi, rien de plus n'est envoyé."
    elif not addresses:
        yield f"Notification {notification.pk} : personne n'est concerné, rien n'est envoyé."
    else:
        yield f"Notification {notification.pk}, mails en attente : {len(addresses)}."
    yield from addresses
