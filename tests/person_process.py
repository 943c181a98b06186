"""A person at work in a process of their own, on the tests' database.

`tests.concurrency.run_at_once` starts several, each a module that calls `work`.
"""

import os
import sys

import django
from django.test import Client, override_settings

PLAIN_FILES = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}


def work(act) -> None:
    """Print `ready`, wait for a line, then call `act(client, member_pk, name)`, signed in.

    The key of the member and the name of the account come from the command line.
    """
    os.environ["DJANGO_SETTINGS_MODULE"] = "contacts_site.settings"
    django.setup()
    from django.conf import settings
    from django.test.utils import setup_test_environment

    from tests.factories import UserFactory

    setup_test_environment()
    member_pk, name = sys.argv[1:]
    client = Client()
    client.force_login(UserFactory(is_superuser=True, username=name))
    write("ready")
    sys.stdin.readline()
    with override_settings(STORAGES={**settings.STORAGES, "staticfiles": PLAIN_FILES}):
        act(client, member_pk, name)


def write(word) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()
