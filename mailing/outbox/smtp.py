"""Handing a mail to the mail server, and reading its answer."""

import contextlib
import logging
import re
import smtplib
from email.encoders import encode_base64
from email.mime.base import MIMEBase
from email.policy import Compat32
from enum import Enum, auto
from functools import lru_cache
from secrets import token_hex
from typing import NamedTuple

from django.core.mail import EmailMessage, get_connection
from django.core.mail.message import sanitize_address
from post_office.models import Email

logger = logging.getLogger(__name__)


class Outcome(Enum):
    """What became of an attempt."""

    SENT = auto()
    # Not now: another attempt may do better.
    LATER = auto()
    # Never: this mail is refused.
    REFUSED = auto()
    # Never, and the address is why.
    ADDRESS_REFUSED = auto()
    # The line broke in the middle of the mail.
    CUT_OFF = auto()
    # It serves nobody at present, or not us: the mail and its address have no part in it.
    SERVER_AWAY = auto()


class Answer(NamedTuple):
    """What became of an attempt, and the server's words."""

    outcome: Outcome
    words: str


class Line:
    """The connection to the mail server: opened when first needed, kept while it holds."""

    def __init__(self) -> None:
        self._connection = get_connection()
        self._is_used = False

    def send(self, email: Email, address: str) -> Answer:
        """Hand the mail to the server for that one address."""
        if not address.rpartition("@")[0].isascii():
            return Answer(Outcome.ADDRESS_REFUSED, _UNWRITABLE)
        # Its own field would part a quoted address at each comma: into other people's.
        email.to = [address]
        try:
            message: EmailMessage = email.email_message()
        except OSError as error:
            return Answer(Outcome.LATER, f"Pièce jointe illisible ({type(error).__name__}).")
        was_used = self._is_used
        answer = self._transmit(message, address)
        if was_used and answer.outcome in (Outcome.CUT_OFF, Outcome.SERVER_AWAY):
            # A server may end a line after so many mails; a new one tells more.
            answer = self._transmit(message, address)
        return answer

    def close(self) -> None:
        """Say goodbye."""
        self._is_used = False
        # It may be broken already; what mattered of it is noted.
        with contextlib.suppress(OSError, smtplib.SMTPException):
            self._connection.close()

    def _transmit(self, message: EmailMessage, address: str) -> Answer:
        try:
            self._open()
        except (OSError, ValueError, smtplib.SMTPException) as error:
            self.close()
            return Answer(Outcome.SERVER_AWAY, _told(error))
        try:
            self._hand_over(_composed_quickly(message), address)
        except smtplib.SMTPRecipientsRefused as error:
            code, words = next(iter(error.recipients.values()))
            return self._answer(code, words, is_for_address=True)
        except smtplib.SMTPSenderRefused as error:
            return self._answer_to_sender(error)
        except smtplib.SMTPDataError as error:
            # After a refused DATA the server still waits for the end of this mail.
            self.close()
            return self._answer(error.smtp_code, error.smtp_error, is_for_address=False)
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            return Answer(Outcome.CUT_OFF, _told(error))
        except Exception as error:  # noqa: BLE001 (one mail must not keep back the others)
            return _unwritable(error, address)
        self._is_used = True
        return Answer(Outcome.SENT, "")

    def _hand_over(self, message: EmailMessage, address: str) -> None:
        """Send the mail; Django's way would parse sender and address anew for each."""
        talking = getattr(self._connection, "connection", None)
        if isinstance(talking, smtplib.SMTP) and _PLAIN_ADDRESS.fullmatch(address):
            content = message.message().as_bytes(linesep="\r\n")  # type: ignore[call-arg]
            talking.sendmail(_sender(message.from_email), [address], content)
        else:
            self._connection.send_messages([message])

    def _open(self) -> None:
        """Connect, and exchange greetings, where Django leaves these to the first mail."""
        self._connection.open()
        talking = getattr(self._connection, "connection", None)
        if isinstance(talking, smtplib.SMTP):
            talking.ehlo_or_helo_if_needed()

    def _answer(self, code: int, words: bytes | str, *, is_for_address: bool) -> Answer:
        """Tell a refusal for good (5xx) from one for now (4xx; RFC 5321, 4.2.1)."""
        told = _readable(code, words)
        if code == _GOODBYE:
            self.close()
            return Answer(Outcome.SERVER_AWAY, told)
        self._is_used = True
        if code < 500:
            return Answer(Outcome.LATER, told)
        if _blames_address(told, is_for_address=is_for_address):
            return Answer(Outcome.ADDRESS_REFUSED, told)
        return Answer(Outcome.REFUSED, told)

    def _answer_to_sender(self, error: smtplib.SMTPSenderRefused) -> Answer:
        told = _readable(error.smtp_code, error.smtp_error)
        if error.smtp_code == _TOO_LARGE:
            return Answer(Outcome.REFUSED, told)
        self.close()
        return Answer(Outcome.SERVER_AWAY, told)


# What an envelope holds as it is written (RFC 5321, Dot-string and Domain).
_PLAIN_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@[A-Za-z0-9.-]+", re.ASCII)


@lru_cache(maxsize=8)
def _sender(address: str) -> str:
    return sanitize_address(address, "utf-8")


class _QuickPolicy(Compat32):
    """Writes short plain headers as they are; the library's own way takes half of all the time."""

    def fold_binary(self, name: str, value: str) -> bytes:
        """Return a header as it goes into the mail."""
        is_short = isinstance(value, str) and len(name) + len(value) < _SHORT
        if is_short and value.isascii() and value.isprintable():
            return f"{name}: {value}{self.linesep}".encode("ascii")
        return super().fold_binary(name, value)


_SHORT = 76
_QUICK = _QuickPolicy()


def _composed_quickly(message: EmailMessage) -> EmailMessage:
    """Have the mail composed once, without the search for a boundary that no line holds.

    The search costs as much as sending a mail; 96 random bits are in no text. Attachments
    arrive byte for byte: Django would change the ends of lines of some.
    """
    message.attachments = [
        each if isinstance(each, MIMEBase) else _part(*each) for each in message.attachments
    ]
    composed = message.message()
    for part in composed.walk():
        part.policy = _QUICK
        if part.is_multipart():
            part.set_boundary(f"={token_hex(12)}=")
    message.message = lambda *_args, **_values: composed  # type: ignore[method-assign]
    return message


def _part(name: str, content: bytes | str, mimetype: str | None) -> MIMEBase:
    """Return an attachment that arrives byte for byte; Django would change the ends of lines."""
    kind, _, subkind = (mimetype or "application/octet-stream").partition("/")
    part = MIMEBase(kind, subkind)
    part.set_payload(content.encode() if isinstance(content, str) else content)
    encode_base64(part)
    part.add_header("Content-Disposition", "attachment", filename=("utf-8", "", name))
    return part


_GOODBYE = 421
_TOO_LARGE = 552
_UNWRITABLE = "Cette adresse ne peut pas s'écrire dans un mail."
_LONGEST = 1000
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
# RFC 3463: X.1 and X.2 speak of the address and its mailbox, except of the sender's (X.1.7, X.1.8)
# and of the mail's length (X.2.3).
_ENHANCED = re.compile(r"\d{3} 5\.(\d{1,3})\.(\d{1,3})\b")
_NOT_OF_ADDRESS = {("1", "7"), ("1", "8"), ("2", "3")}
# RFC 5321: mailbox unavailable, not local, its name not allowed.
_OF_MAILBOX = ("550", "551", "553")


def _blames_address(told: str, *, is_for_address: bool) -> bool:
    """Whether a refusal speaks of the address, not of us or of what the mail says."""
    enhanced = _ENHANCED.match(told)
    if enhanced:
        return enhanced[1] in ("1", "2") and enhanced.groups() not in _NOT_OF_ADDRESS
    return is_for_address or told.startswith(_OF_MAILBOX)


def _readable(code: int, words: bytes | str) -> str:
    text = words.decode(errors="replace") if isinstance(words, bytes) else words
    return _CONTROL.sub(" ", f"{code} {text}")[:_LONGEST]


def _told(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return _readable(error.smtp_code, error.smtp_error)
    return f"Le serveur de mail ne répond pas ({type(error).__name__})."


def _unwritable(error: Exception, address: str) -> Answer:
    """Tell an address that no mail can hold from a mail that cannot be written."""
    try:
        sanitize_address(address, "utf-8")
    except ValueError:
        return Answer(Outcome.ADDRESS_REFUSED, _UNWRITABLE)
    kind = type(error).__name__
    logger.error("A mail could not be composed (%s)", kind)
    return Answer(Outcome.REFUSED, f"Ce mail n'a pas pu être composé ({kind}).")
