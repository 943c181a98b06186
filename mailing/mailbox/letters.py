"""A mailbox for trying the site: mail is kept in a folder on this machine.

`EMAIL_URL=mailbox://` chooses it; the page « Boîte aux lettres » reads it.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage as ReceivedMessage
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone

BACKEND = "mailing.mailbox.letters.MailboxBackend"


class Letter(NamedTuple):
    """A mail in the box, as its page shows it."""

    name: str
    kept_at: datetime
    recipients: str
    subject: str
    text: str
    attachments: list[str]


class MailboxBackend(BaseEmailBackend):
    """Keeps each mail as a file of its own."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Keep the messages; return how many."""
        folder = _folder()
        folder.mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            part = folder / f".{uuid.uuid4().hex}"
            part.write_bytes(message.message().as_bytes())
            part.rename(folder / f"{timezone.now():%Y%m%d%H%M%S%f}-{part.name[1:9]}.eml")
        return len(email_messages)


def is_in_use() -> bool:
    """Whether this site keeps its mail in the box."""
    return settings.EMAIL_BACKEND == BACKEND


def letter_names() -> list[str]:
    """Return the names of the letters in the box, the newest first."""
    return sorted((path.name for path in _folder().glob("*.eml")), reverse=True)


def read_letter(name: str) -> Letter | None:
    """Return the letter of that name, or None where there is none."""
    if name not in letter_names():
        return None
    path = _folder() / name
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert isinstance(message, ReceivedMessage)  # noqa: S101 (the policy makes them)
    body = message.get_body(("plain",))
    return Letter(
        name=name,
        kept_at=datetime.fromtimestamp(path.stat().st_mtime, tz=timezone.get_current_timezone()),
        recipients=str(message["to"]),
        subject=str(message["subject"]),
        text=body.get_content() if body else "",
        attachments=[part.get_filename() or "?" for part in message.iter_attachments()],
    )


def _folder() -> Path:
    return Path(settings.DATA_DIR) / "mailbox"
