"""A real mail server on this machine: keeps what comes, and fails in the ways that servers do."""

import asyncio
import email
import email.policy
import logging
import socket
from collections.abc import Callable
from contextlib import closing
from email.message import EmailMessage
from typing import NamedTuple

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult

# It tells each command.
logging.getLogger("mail.log").setLevel(logging.ERROR)
# Instead of an answer: none ever, or the line is dropped.
HANG, DROP = "hang", "drop"
# What to answer to a command and its argument; None: as a server does that is content.
Rule = Callable[[str, str], str | None]


class Letter(NamedTuple):
    """A mail as it came: from whom and to whom the envelope says, and what is in it."""

    sender: str
    to: list[str]
    message: EmailMessage

    @property
    def key(self) -> str:
        """The Message-ID."""
        return str(self.message["Message-ID"])

    def text(self, kind: str = "plain") -> str:
        """The plain text, or the HTML."""
        part = self.message.get_body((kind,))
        assert part is not None
        return str(part.get_content()).replace("\r\n", "\n")


class SmtpServer:
    """A mail server; `rule` decides what it answers, `connections` counts who called."""

    def __init__(self, **options) -> None:
        self.rule: Rule = _content
        self.letters: list[Letter] = []
        self.connections = 0
        # Seconds for each mail.
        self.delay = 0.0
        self.port = free_port()
        self._options = options
        self._controller: Controller | None = None

    def __enter__(self) -> "SmtpServer":
        self.start()
        return self

    def __exit__(self, *details: object) -> None:
        self.stop()

    def start(self) -> None:
        handler = _Handler(self)
        self._controller = Controller(
            handler, hostname="127.0.0.1", port=self.port, **self._options
        )
        self._controller.start()
        self.connections = 0

    def stop(self) -> None:
        if self._controller:
            self._controller.stop()
            self._controller = None

    def refuse(self, command: str, answer: str, only: str = "") -> None:
        """Answer so to a command, to each or to those with such an argument."""

        def rule(asked: str, argument: str) -> str | None:
            return answer if asked == command and only in argument else None

        self.rule = rule

    def accept(self) -> None:
        """Be content again."""
        self.rule = _content

    @property
    def addresses(self) -> list[str]:
        """To whom the mails went, in the order in which they came."""
        return [address for letter in self.letters for address in letter.to]


def _content(_command: str, _argument: str) -> None:
    return None


class _Handler:
    def __init__(self, server: SmtpServer) -> None:
        self._server = server

    async def handle_EHLO(self, server, session, envelope, hostname, responses):  # noqa: N802
        self._server.connections += 1
        session.host_name = hostname
        answer = await self._answer(server, "EHLO", hostname)
        return [answer] if answer else responses

    async def handle_HELO(self, server, session, envelope, hostname):  # noqa: N802
        session.host_name = hostname
        return await self._answer(server, "EHLO", hostname) or f"250 {server.hostname}"

    async def handle_MAIL(self, server, session, envelope, address, options):  # noqa: N802
        answer = await self._answer(server, "MAIL", address)
        if answer:
            return answer
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        answer = await self._answer(server, "RCPT", address)
        if answer:
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        answer = await self._answer(server, "DATA", envelope.rcpt_tos[0])
        await asyncio.sleep(self._server.delay)
        if answer and answer.startswith(("4", "5")):
            return answer
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self._server.letters.append(Letter(envelope.mail_from, envelope.rcpt_tos, message))
        if answer:
            server.transport.abort()
        return "250 OK"

    async def _answer(self, server: SMTP, command: str, argument: str) -> str | None:
        answer = self._server.rule(command, argument)
        if answer == HANG:
            await asyncio.sleep(30)
        if answer == DROP:
            server.transport.abort()
            return "451 Dropped"
        return answer


def refusing_passwords(*details) -> AuthResult:
    """An authenticator to whom no password is right."""
    return AuthResult(success=False, handled=False)


def free_port() -> int:
    """Return a port of this machine at which nobody listens."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def django_settings(port: int) -> dict[str, object]:
    """Return the settings that send Django's mail to such a server."""
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": port,
        "EMAIL_TIMEOUT": 5,
        "DEFAULT_FROM_EMAIL": "Halle aux légumes <contacts@halle.example>",
        "REPLY_TO_EMAIL": "bureau@halle.example",
    }
