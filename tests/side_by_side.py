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

    Of this database only: other tests run beside it on the same server. SQLite does not say who
    waits: there the other one is given time to come to it.
    """
    if connection.vendor == "sqlite":
        time.sleep(0.3)
        return
    for _ in range(500):
        with connection.cursor() as cursor:
            # What one transaction has seen of the others' activity stays the same for it otherwise.
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(
                "SELECT 1 FROM pg_stat_activity "
                "WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            if cursor.fetchone() or done():
                return
        time.sleep(0.01)
    raise AssertionError("nobody waits")


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
