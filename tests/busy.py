"""Somebody at work in a process of their own on the tests' database (side_by_side.all_said)."""

import os
import sys

import django
from django.test import Client, override_settings

PLAIN_FILES = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}


def work(act) -> None:
    """Say `ready`, wait for a line, and act, signed in, with what the command line says."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "contacts_site.settings"
    django.setup()
    from django.conf import settings
    from django.test.utils import setup_test_environment

    from tests.factories import UserFactory

    setup_test_environment()
    member_pk, name = sys.argv[1:]
    client = Client()
    client.force_login(UserFactory(is_superuser=True, username=name))
    say("ready")
    sys.stdin.readline()
    with override_settings(STORAGES={**settings.STORAGES, "staticfiles": PLAIN_FILES}):
        act(client, member_pk, name)


def say(word) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()
