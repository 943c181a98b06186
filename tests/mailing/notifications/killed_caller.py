"""`python -m tests.mailing.notifications.killed_caller MOMENT`

Tells member C1, and dies at that moment:

`traced`: the notification is written, no mail yet; `queued`: all is written, nothing committed;
`committed`: all is done, and the caller was not told so.
"""

import os
import signal
import sys

import django


def main(moment: str) -> None:
    django.setup()
    from django.db import transaction

    from mailing.notifications import dispatch as notifications
    from members.models import Member

    def die(*_, **__):
        os.kill(os.getpid(), signal.SIGKILL)

    if moment == "traced":
        notifications.queue = die
    with transaction.atomic():
        member = Member.objects.get(reference="C1")
        notifications.notify(member, "invoices", "Facture", "Voici.", key="facture-7")
        if moment == "queued":
            die()
    die()


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contacts_site.settings")
    main(sys.argv[1])
