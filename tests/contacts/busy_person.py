"""Someone who works on a member's contacts, in a process of their own on the tests' database.

`python -m tests.contacts.busy_person MEMBER NAME` says `ready`, waits for a line, works as the
pages allow, and prints the status of each answer.
"""

import os
import sys

import django
from django.test import override_settings

ROUNDS = 5
PLAIN_FILES = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}


def main(member_pk: str, name: str) -> None:
    from django.conf import settings
    from django.test import Client
    from django.test.utils import setup_test_environment

    from contacts.conflicts import sealed_version
    from members.models import Member
    from tests.factories import UserFactory

    setup_test_environment()
    client = Client()
    client.force_login(UserFactory(is_superuser=True, username=name))
    member = Member.objects.get(pk=member_pk)
    say("ready")
    sys.stdin.readline()

    def post(rest, values=None):
        answer = client.post(f"{member.get_absolute_url()}contacts/{rest}/", values)
        say(answer.status_code)

    with override_settings(STORAGES={**settings.STORAGES, "staticfiles": PLAIN_FILES}):
        for _ in range(ROUNDS):
            post("ajouter", {"name": "neuf", "note": name, "type": 1})
            contact = member.contacts.get(note=name)
            values = {"name": name, "note": name, "type": 1, "version": sealed_version(contact)}
            post(f"{contact.pk}/modifier", values)
            order = list(member.contacts.values_list("pk", flat=True))
            post("ordre", {"contact": order, "up": contact.pk})
            post(f"{contact.pk}/supprimer")
        post(f"{contact.pk}/retablir")


def say(word):
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "contacts_site.settings"
    django.setup()
    main(*sys.argv[1:])
