"""Mail to many members, as the site queues and sends it, and as Django's send_mass_mail does."""

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager

from django.core.mail import EmailMultiAlternatives, send_mass_mail
from django.core.mail.backends.smtp import EmailBackend
from django.core.management import call_command
from django.test import override_settings

from mailing.messages.preparation import prepare
from mailing.messages.rendering import render_mail
from mailing.models import Message
from mailing.outbox.delivery import deliver_due
from mailing.outbox.queue import Draft
from members.models import Member

_SENDER = "Halle <contacts@halle.example>"
_SUBJECT = "Fermeture exceptionnelle de la halle"
_TEXT = "Bonjour {{ nom }},\n\n" + "La halle sera fermée lundi prochain. " * 12 + "\n\nÀ bientôt"


def add_addressees(count: int) -> None:
    """Make this many members with an address each."""
    call_command("migrate", verbosity=0)
    Member.objects.bulk_create(
        Member(reference=f"M{n}", name=f"Cantine {n}", kind="individual", email=f"{n}@example.org")
        for n in range(count)
    )


def queue_and_deliver(port: int) -> dict[str, float]:
    """Queue a mail to each member, then send them all; return the seconds of both."""
    start = time.perf_counter()
    count = queue_all()
    queued = time.perf_counter()
    with _server(port):
        sent = deliver_due()
    if sent != count:
        raise ValueError(f"{sent} of {count} mails were sent")
    return {"queue": queued - start, "deliver": time.perf_counter() - queued}


def queue_all() -> int:
    """Queue a message to all members as a worker does, part by part; return how many mails."""
    keys = list(Member.objects.order_by("pk").values_list("pk", flat=True))
    message = Message.objects.create(
        subject=_SUBJECT, text=_TEXT, member_ids=keys, recipient_count=len(keys)
    )
    return prepare(message.pk)


def deliver_from(moment: float, port: int) -> float:
    """Send what is queued, from that moment on; return how many seconds it took."""
    time.sleep(max(0.0, moment - time.time()))
    with _server(port):
        deliver_due()
    return time.time() - moment


def deliver_with_django(port: int) -> int:
    """Send the same texts with send_mass_mail; return how many it sent."""
    with _server(port):
        return send_mass_mail(
            [(draft.subject, draft.text, _SENDER, [draft.address]) for draft in _drafts()]
        )


def deliver_with_django_and_html(port: int) -> int:
    """Send the same mails as the site does, over one connection; return how many were sent."""
    with _server(port):
        return EmailBackend().send_messages([_with_html(draft) for draft in _drafts()])


def _with_html(draft: Draft) -> EmailMultiAlternatives:
    mail = EmailMultiAlternatives(draft.subject, draft.text, _SENDER, [draft.address])
    mail.attach_alternative(draft.html, "text/html")
    return mail


def _drafts() -> Iterator[Draft]:
    for member in Member.objects.order_by("pk").iterator():
        body = render_mail(_SUBJECT, _TEXT, member)
        yield Draft(member, member.email, _SUBJECT, body.text, body.html)


def _server(port: int) -> AbstractContextManager[None]:
    return override_settings(
        EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend",
        EMAIL_HOST="127.0.0.1",
        EMAIL_PORT=port,
        DEFAULT_FROM_EMAIL=_SENDER,
    )
