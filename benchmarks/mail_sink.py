"""A mail server of its own process that takes every mail and keeps none.

`python -m benchmarks.mail_sink` prints its port, and once its input ends how many mails it took.
"""

import socket
import sys
from contextlib import closing
from typing import Any

from aiosmtpd.controller import Controller


class _Sink:
    """Counts the mails."""

    def __init__(self) -> None:
        self.mails = 0

    async def handle_DATA(self, _server: Any, _session: Any, _envelope: Any) -> str:  # noqa: N802
        """Take a mail."""
        self.mails += 1
        return "250 OK"


def main() -> None:
    """Serve until the input ends."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    sink = _Sink()
    controller = Controller(sink, hostname="127.0.0.1", port=port)
    controller.start()
    print(port, flush=True)
    sys.stdin.read()
    controller.stop()
    print(sink.mails, flush=True)


if __name__ == "__main__":
    main()
