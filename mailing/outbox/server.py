"""Handing mails to the mail server, by whichever of Django's mail backends the site has."""

import contextlib
import logging
import smtplib
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core import mail as django_mail
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend
from django.utils.module_loading import import_string

from mailing.models import Delivery
from mailing.outbox.answers import (
    ADDRESS_UNWRITABLE,
    SENT,
    SMTPUTF8_UNKNOWN,
    Answer,
    Outcome,
    answer_of_service,
    answer_to,
    words_of,
)
from mailing.outbox.composition import AddressUnwritable, Mail, MailUnwritable

logger = logging.getLogger(__name__)


class SmtpBackend(EmailBackend):
    """Django's own, for mails that are composed already, each to one address."""

    def open(self) -> bool | None:
        """Connect, and exchange greetings, which Django leaves to the first mail."""
        is_new = super().open()
        if self.connection and is_new:
            self.connection.ehlo_or_helo_if_needed()
        return is_new

    def send_messages(self, email_messages: Sequence[Any]) -> int:
        """Send the bytes of each mail as they are; raise the first exception."""
        assert self.connection  # noqa: S101 (opened by whoever keeps the line)
        for message in email_messages:
            content = message.content()
            to = [message.smtp_recipient]
            if not message.needs_smtputf8:
                self.connection.sendmail(message.smtp_sender, to, content)
            elif self.connection.has_extn("smtputf8"):
                self.connection.sendmail(message.smtp_sender, to, content, ["SMTPUTF8"])
            else:
                raise smtplib.SMTPNotSupportedError
        return len(email_messages)


def mail_backend() -> BaseEmailBackend:
    """Return an instance of the site's mail backend; ours in the place of Django's for SMTP."""
    mailer = getattr(settings, "MAILERS", {}).get("default")
    options: dict[str, Any] = {}
    if mailer:
        path = mailer.get("BACKEND", "django.core.mail.backends.smtp.EmailBackend")
        options = {"alias": "default", **mailer.get("OPTIONS", {})}
    else:
        path = settings.EMAIL_BACKEND
        if hasattr(django_mail, "mailers"):
            # Django 6.1 wants to be told that there is no alias.
            options = {"alias": None}
    backend = import_string(path)
    instance: BaseEmailBackend = (SmtpBackend if backend is EmailBackend else backend)(**options)
    return instance


def _writes_another_address(backend: BaseEmailBackend) -> bool:
    """Whether a backend encodes what stands before the @, as Django's own for SMTP does."""
    return isinstance(backend, EmailBackend) and not isinstance(backend, SmtpBackend)


class Line:
    """The connection to the mail server: opened when first needed, kept while it holds."""

    def __init__(self) -> None:
        self._backend = mail_backend()
        self._is_used = False

    def send(self, delivery: Delivery) -> Answer:
        """Send a mail; return what became of it.

        An error in this program is logged, and neither the mail nor its address is refused for it.
        """
        try:
            return self._send(Mail(delivery))
        except AddressUnwritable:
            return ADDRESS_UNWRITABLE
        except MailUnwritable as error:
            return Answer(Outcome.REFUSED, f"Ce mail n'a pas pu être composé ({error}).")
        except OSError as error:
            return Answer(Outcome.LATER, f"Pièce jointe illisible ({type(error).__name__}).")
        except Exception as error:
            logger.exception("Mail %s could not be sent", delivery.pk)
            self.close()
            kind = type(error).__name__
            return Answer(Outcome.FAULT, f"Erreur du site à l'envoi de ce mail ({kind}).")

    def close(self) -> None:
        """Say goodbye."""
        self._is_used = False
        # The line may be broken already; what it was for is noted.
        with contextlib.suppress(OSError):
            self._backend.close()

    def _send(self, mail: Mail) -> Answer:
        was_used = self._is_used
        answer = self._transmit(mail)
        if was_used and answer.outcome in (Outcome.CUT_OFF, Outcome.SERVER_AWAY):
            # A server may end a line after a number of mails: a new line shows whether.
            answer = self._transmit(mail)
        return answer

    def _transmit(self, mail: Mail) -> Answer:
        if mail.needs_smtputf8 and _writes_another_address(self._backend):
            return SMTPUTF8_UNKNOWN
        try:
            self._backend.open()
        except (OSError, ValueError) as error:
            self.close()
            return Answer(Outcome.SERVER_AWAY, words_of(error))
        try:
            taken = self._backend.send_messages([mail])
        except Exception as error:
            answer = answer_of_service(error)
            if answer is None and isinstance(error, OSError):
                answer = answer_to(error)
            if answer is None:
                raise
            self._keep_after(error, answer)
            return answer
        self._is_used = True
        # Some backends return nothing; 0 says that the mail was not taken.
        return Answer(Outcome.LATER, "Le mail n'a pas été pris.") if taken == 0 else SENT

    def _keep_after(self, error: Exception, answer: Answer) -> None:
        """Keep the line where only a mail was refused, and begin a new one otherwise.

        After a refused DATA the server may still wait for the end of the mail.
        """
        is_whole = answer.outcome not in (Outcome.CUT_OFF, Outcome.SERVER_AWAY)
        if is_whole and not isinstance(error, smtplib.SMTPDataError):
            self._is_used = True
        else:
            self.close()
