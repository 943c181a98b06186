"""`manage.py worker` as a process of its own, on the test's database."""

import os
from pathlib import Path

from django.conf import settings

from tests.site_processes import Worker, database_url
from tests.smtp_server import SmtpServer


class WorkerProcess(Worker):
    """A worker that runs until it is told to stop, or killed; `log` is what it wrote.

    It sends mail to the server, if there is one, and keeps files in the folder as the tests do.
    """

    def __init__(
        self, server: SmtpServer | None, folder: Path, *options: str, **environment: str
    ) -> None:
        settled = {
            "SECRET_KEY": settings.SECRET_KEY,
            "DATABASE_URL": database_url(),
            "EMAIL_URL": f"smtp://127.0.0.1:{server.port}" if server else "dummymail://",
            "EMAIL_TIMEOUT": "5",
            "MAIL_LEASE_SECONDS": "1",
        }
        super().__init__(folder, os.environ | settled | environment, *options)

    def __enter__(self) -> "WorkerProcess":
        return self

    def __exit__(self, *details: object) -> None:
        self.kill()
