"""A queued mail as it is sent: Django's object for any backend, and its bytes."""

import email
import email.policy
import re
from email.header import Header
from email.message import EmailMessage, MIMEPart
from email.policy import Policy
from email.utils import formataddr, formatdate
from functools import lru_cache
from secrets import token_hex
from typing import Any
from urllib.parse import quote

from django.core.exceptions import ValidationError
from django.core.mail import (
    DEFAULT_ATTACHMENT_MIME_TYPE,
    EmailAttachment,
    EmailMultiAlternatives,
)

from base.addresses import check_address, wire_address
from base.database import slices
from base.named_addresses import Mailbox, parse_mailboxes
from mailing.models import Attachment, Delivery

_POLICY = email.policy.SMTP
# What an envelope holds as it is written (RFC 5321, Dot-string and Domain).
_PLAIN_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@[A-Za-z0-9.-]+", re.ASCII)
# A header up to this length stands on one line; RFC 5322 wants lines of at most 78 characters.
_SHORT = 76
# What stands in quotation marks on one line as it is.
_PLAIN_NAME = re.compile(r"[\w.+-]{1,40}", re.ASCII)
# A letter takes twelve places at most when it is encoded.
_LETTERS_A_LINE = 5
# RFC 5322: no line of a mail is longer.
_LONGEST_LINE = 998


class AddressUnwritable(ValueError):
    """No mail can be sent to such an address."""


class MailUnwritable(ValueError):
    """The mail cannot be sent as it is; the message says why, in French."""


class Mail(EmailMultiAlternatives):
    """A mail to one address, for any backend of Django's.

    `message` gives the same bytes to each of them. Django's own `message` would change the ends
    of lines in attachments that are texts.
    """

    def __init__(self, delivery: Delivery) -> None:
        super().__init__(
            subject=_one_line(delivery.subject),
            body=delivery.text,
            from_email=delivery.sender,
            to=[writable(delivery.address)],
            headers={**delivery.headers, "Message-ID": delivery.mail_id},
        )
        if delivery.html:
            self.attach_alternative(delivery.html, "text/html")
        # As they are stored: `attachments` may hold them decoded, for other backends.
        self._files = [_read(each) for each in delivery.attachments.all()]
        for file in self._files:
            self.attach(*file)

    @property
    def smtp_sender(self) -> str:
        """The sender's address alone."""
        return _mailbox(self.from_email).address

    @property
    def smtp_recipient(self) -> str:
        """The recipient's address, its domain in ASCII."""
        return self.to[0]

    @property
    def needs_smtputf8(self) -> bool:
        """Whether only a mail server that knows SMTPUTF8 (RFC 6531) takes this mail."""
        return not self.smtp_recipient.isascii()

    def message(  # type: ignore[override]
        self, *, policy: "Policy[Any]" = email.policy.default
    ) -> EmailMessage:
        """Return the mail as Python's own object."""
        message: EmailMessage = email.message_from_bytes(
            self.content(), _class=_Message, policy=policy
        )
        if self.needs_smtputf8:
            # The parser takes no UTF-8 in a header.
            message.replace_header("To", self.smtp_recipient)
        return message

    def content(self) -> bytes:
        """Return the bytes that travel.

        Written by hand: queueing and sending mails of two short texts takes 1.8 times as long
        (processor time, mail server included) where Django's own message composes them, and 2.6
        times where Python's EmailMessage does.
        """
        body = _text_part("plain", str(self.body))
        if self.alternatives:
            html = [_text_part("html", str(each)) for each, _ in self.alternatives]
            body = _multipart("alternative", [body, *html])
        if self._files:
            body = _multipart("mixed", [body, *map(_file_part, self._files)])
        headers = {
            "MIME-Version": "1.0",
            "Subject": self.subject,
            "From": self.from_email,
            "Date": formatdate(),
            **self.extra_headers,
        }
        # The address alone may hold UTF-8 (RFC 6532).
        head = [f"To: {self.smtp_recipient}\r\n".encode()]
        head += [_header(name, value) for name, value in headers.items()]
        return b"".join(head) + body


class _Message(EmailMessage):
    """Takes what Django 5.2 gives for the end of a line; later ones give a policy."""

    def as_bytes(
        self,
        unixfrom: bool = False,
        policy: "Policy[Any] | None" = None,
        linesep: str | None = None,
    ) -> bytes:
        if linesep:
            policy = (policy or self.policy).clone(linesep=linesep)
        return super().as_bytes(unixfrom, policy)


def writable(address: str) -> str:
    """Return an address as mails hold it, its domain in ASCII; raise AddressUnwritable."""
    if _PLAIN_ADDRESS.fullmatch(address):
        return address
    try:
        written = _mailbox(address).address
        if not written.isascii():
            check_address(written)
    except (ValueError, ValidationError):
        raise AddressUnwritable from None
    return written


def _mailbox(text: str) -> Mailbox:
    """Return the one mailbox of a text; raise ValueError."""
    (found,) = _mailboxes(text)
    return found


def _mailboxes(text: str) -> list[Mailbox]:
    """Return the mailboxes of a text, domains in ASCII; raise ValueError."""
    found = [Mailbox(each.name, wire_address(each.address)) for each in parse_mailboxes(text)]
    if not all(each.address.rpartition("@")[2].isascii() for each in found):
        raise ValueError("a domain that IDNA does not know")
    return found


def _one_line(subject: str) -> str:
    if len(subject.splitlines()) > 1:
        raise MailUnwritable("son objet a plusieurs lignes")
    return subject


def _read(attachment: Attachment) -> EmailAttachment:
    kind, _, subkind = attachment.mimetype.partition("/")
    # A reader would take the first two for parts of the mail.
    is_file = subkind and kind not in ("multipart", "message")
    with attachment.file.open("rb") as file:
        return EmailAttachment(
            attachment.name,
            file.read(),
            attachment.mimetype if is_file else DEFAULT_ATTACHMENT_MIME_TYPE,
        )


# --- The parts of a mail --------------------------------------------------------------------


def _header(name: str, value: str) -> bytes:
    is_plain = value.isascii() and value.isprintable()
    # Without a space a line has no place to be folded at.
    if is_plain and (len(name) + len(value) < _SHORT or " " not in value):
        return f"{name}: {value}\r\n".encode("ascii")
    return _folded(name, value)


@lru_cache(maxsize=64)
def _folded(name: str, value: str) -> bytes:
    """Return a header whose value is long or not ASCII; most mails of a message share it.

    By Python's older class: the newer one loses spaces between French words up to Python 3.12.
    """
    if len(value.splitlines()) > 1:
        raise ValueError(f"{name} has several lines")
    if name in ("From", "Reply-To"):
        found = _mailboxes(value)
        value = ", ".join(formataddr(each) for each in found)
    charset = None if value.isascii() else "utf-8"
    folded = Header(value, charset, header_name=name).encode(linesep="\r\n")
    return f"{name}: {folded}\r\n".encode("ascii")


def _text_part(kind: str, text: str) -> bytes:
    lines = text.encode().splitlines()
    if any(len(line) > _LONGEST_LINE for line in lines):
        part = MIMEPart(_POLICY)
        part.set_content(text, subtype=kind, cte="quoted-printable")
        return part.as_bytes()
    head = f'Content-Type: text/{kind}; charset="utf-8"\r\nContent-Transfer-Encoding: 8bit\r\n\r\n'
    return head.encode("ascii") + b"\r\n".join([*lines, b""])


def _multipart(kind: str, parts: list[bytes]) -> bytes:
    # 96 random bits are in no text.
    boundary = f"={token_hex(12)}="
    between = f"--{boundary}\r\n".encode("ascii")
    head = f'Content-Type: multipart/{kind}; boundary="{boundary}"\r\n\r\n'.encode("ascii")
    return head + b"".join(between + part + b"\r\n" for part in parts) + between[:-2] + b"--\r\n"


def _file_part(file: EmailAttachment) -> bytes:
    """Return an attachment that arrives byte for byte under its name."""
    part = MIMEPart(_POLICY)
    kind, subkind = file.mimetype.split("/", 1)
    part.set_content(file.content, kind, subkind)
    return _disposition(file.filename or "") + part.as_bytes()


def _disposition(name: str) -> bytes:
    """Return the header that names an attachment, the name in pieces as RFC 2231 has them.

    By hand: Python drops letters of a long name that has many quotation marks or spaces.
    """
    if _PLAIN_NAME.fullmatch(name):
        return f'Content-Disposition: attachment; filename="{name}"\r\n'.encode("ascii")
    letters = [quote(letter, safe="") for letter in name]
    pieces = ["".join(part) for part in slices(letters, _LETTERS_A_LINE)]
    pieces[0] = f"utf-8''{pieces[0]}"
    named = [f"filename*{number}*={piece}" for number, piece in enumerate(pieces)]
    header = ";\r\n ".join(["Content-Disposition: attachment", *named])
    return f"{header}\r\n".encode("ascii")
