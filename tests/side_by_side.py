"""Several people at once: in the test's own thread, in one beside it, in a process of their own."""

import os
import subprocess
import sys
import time

from django.conf import settings
from django.db import connection, connections

from tests.importexport.commands import database_of_tests


def in_thread(action, *arguments, **values):
    """Act, and leave no connection behind."""
    try:
        return action(*arguments, **values)
    finally:
        connections.close_all()


def wait_until_held_up(done):
    """Wait until another connection waits for a lock, or has nothing more to wait for.

    Of this database only: other tests run beside it on the same server. SQLite tells nobody who
    waits: there, whoever has not come to an end after a while does.
    """
    for _ in range(500 if connection.vendor == "postgresql" else 10):
        if done() or is_someone_waiting():
            return
        time.sleep(0.01)
    assert connection.vendor == "sqlite", "nobody waits"


def is_someone_waiting() -> bool:
    if connection.vendor == "sqlite":
        return False
    with connection.cursor() as cursor:
        # What one transaction has seen of the others' activity stays the same for it otherwise.
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT 1 FROM pg_stat_activity "
            "WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return bool(cursor.fetchone())


def start(module, *arguments):
    """Start a module in a process of its own on the tests' database, and return the process."""
    return subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        cwd=settings.BASE_DIR,
        env={**os.environ, **database_of_tests()},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
