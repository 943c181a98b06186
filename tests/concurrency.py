"""Several people at once: in the test's own thread, in one beside it, in a process of their own."""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from django.conf import settings
from django.db import connection, connections
from django.test import Client

from members.locks import held_member
from tests.factories import UserFactory
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


def signed_in() -> Client:
    """Return the browser of somebody who may do everything."""
    client = Client()
    client.force_login(UserFactory(is_superuser=True))
    return client


def come_second(member, act, post):
    """Act while holding the member and while someone else posts; return what they get."""
    with ThreadPoolExecutor() as threads:
        with held_member(member.pk) as held:
            late = threads.submit(in_thread, post)
            wait_until_held_up(late.done)
            act(held)
        return late.result(timeout=20)


def run_at_once(module, member, number=4) -> list[list[str]]:
    """Run a module on a member in `number` processes at once; return the words that each printed.

    The module is one that tests/person_process.py describes.
    """
    people = [start(module, str(member.pk), str(n)) for n in range(number)]
    assert [person.stdout.readline() for person in people] == ["ready\n"] * number
    for person in people:
        person.stdin.write("\n")
        person.stdin.flush()
    printed = [person.communicate(timeout=60) for person in people]
    assert [person.returncode for person in people] == [0] * number, printed
    return [words.split() for words, _ in printed]


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
