"""What became of an attempt to send a mail, read from what the mail server answered."""

import re
import smtplib
from enum import Enum, auto
from typing import NamedTuple


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
    # The server takes no mail at present, or none of ours: neither mail nor address is why.
    SERVER_AWAY = auto()
    # An error in this program: neither mail, address nor server is why.
    FAULT = auto()


class Answer(NamedTuple):
    """What became of an attempt, and the server's words."""

    outcome: Outcome
    words: str


SENT = Answer(Outcome.SENT, "")
ADDRESS_UNWRITABLE = Answer(
    Outcome.ADDRESS_REFUSED, "Cette adresse ne peut pas s'écrire dans un mail."
)
SMTPUTF8_UNKNOWN = Answer(
    Outcome.REFUSED,
    "Le serveur de mail de ce site ne sait pas écrire à une adresse qui a des lettres accentuées "
    "avant le @ (SMTPUTF8).",
)
_GOODBYE = 421
_TOO_LARGE = 552
# Not signed in, not paid, not allowed, too slow, too often.
_HTTP_FOR_US = (401, 402, 403, 408, 429)
_LONGEST = 1000
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
# RFC 3463: X.1 and X.2 speak of the address and its mailbox, except of the sender's (X.1.7, X.1.8)
# and of the mail's length (X.2.3).
_ENHANCED = re.compile(r"\d{3} 5\.(\d{1,3})\.(\d{1,3})\b")
_NOT_OF_ADDRESS = {("1", "7"), ("1", "8"), ("2", "3")}
# RFC 5321: mailbox unavailable, not local, its name not allowed.
_OF_MAILBOX = ("550", "551", "553")


def answer_to(error: OSError) -> Answer:
    """Return what an exception of sending means (smtplib's exceptions are OSErrors)."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, words = next(iter(error.recipients.values()))
        return _refusal(code, words, is_for_address=True)
    if isinstance(error, smtplib.SMTPSenderRefused):
        is_too_large = error.smtp_code == _TOO_LARGE
        outcome = Outcome.REFUSED if is_too_large else Outcome.SERVER_AWAY
        return Answer(outcome, _readable(error.smtp_code, error.smtp_error))
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return SMTPUTF8_UNKNOWN
    if isinstance(error, smtplib.SMTPDataError):
        return _refusal(error.smtp_code, error.smtp_error, is_for_address=False)
    return Answer(Outcome.CUT_OFF, words_of(error))


def answer_of_service(error: Exception) -> Answer | None:
    """Return what a sending service answered by HTTP; None where the exception is not of one.

    Read from what django-anymail documents of its exceptions. A service does not tell a mail that
    it refuses from a site that is set up wrongly: what it calls a bad request is tried again.
    """
    status = getattr(getattr(error, "email_message", None), "anymail_status", None)
    refused: set[str] = getattr(status, "status", None) or set()
    if refused and refused <= {"invalid", "rejected"}:
        words = ", ".join(sorted(refused))
        return Answer(
            Outcome.ADDRESS_REFUSED, f"Le service d'envoi refuse cette adresse ({words})."
        )
    code = getattr(error, "status_code", None)
    if not isinstance(code, int):
        return None
    is_for_mail = 400 <= code < 500 and code not in _HTTP_FOR_US
    return Answer(
        Outcome.LATER if is_for_mail else Outcome.SERVER_AWAY, _readable(code, str(error))
    )


def words_of(error: Exception) -> str:
    """Return the server's words, or that it has none."""
    if isinstance(error, smtplib.SMTPResponseException):
        return _readable(error.smtp_code, error.smtp_error)
    return f"Le serveur de mail ne répond pas ({type(error).__name__})."


def _refusal(code: int, reply: bytes | str, *, is_for_address: bool) -> Answer:
    """Tell a refusal for good (5xx) from one for now (4xx; RFC 5321, 4.2.1)."""
    words = _readable(code, reply)
    if code == _GOODBYE:
        return Answer(Outcome.SERVER_AWAY, words)
    if code < 500:
        return Answer(Outcome.LATER, words)
    if _blames_address(words, is_for_address=is_for_address):
        return Answer(Outcome.ADDRESS_REFUSED, words)
    return Answer(Outcome.REFUSED, words)


def _blames_address(words: str, *, is_for_address: bool) -> bool:
    """Whether a refusal speaks of the address, not of us or of what the mail says."""
    enhanced = _ENHANCED.match(words)
    if enhanced:
        return enhanced[1] in ("1", "2") and enhanced.groups() not in _NOT_OF_ADDRESS
    return is_for_address or words.startswith(_OF_MAILBOX)


def _readable(code: int, reply: bytes | str) -> str:
    text = reply.decode(errors="replace") if isinstance(reply, bytes) else reply
    return _CONTROL.sub(" ", f"{code} {text}")[:_LONGEST]
