"""Writing to members as a browser does, and having the mail delivered."""

from urllib.parse import urlencode

from mailing.messages.preparation import prepare
from mailing.models import Delivery, Message
from mailing.outbox.delivery import deliver_due
from tests.pages import page

WRITE = "/messages/nouveau/"
WORDS = {"subject": "Fermeture", "text": "Bonjour {{ nom }} ({{ reference }})"}


def to_members(*members) -> str:
    """The address at which one writes to these members."""
    return f"{WRITE}?{urlencode([('members', member.pk) for member in members])}"


def to_search(**parameters) -> str:
    """The address at which one writes to all that the search finds."""
    return f"{WRITE}?{urlencode({'to': 'search', 'screen': '?' + urlencode(parameters)})}"


def confirmation(client, address, **words):
    """The page that asks before sending."""
    return client.post(
        address, {**hidden(client.get(address)), **WORDS, **words, "step": "confirm"}
    )


def send(client, address, **words):
    """Write, confirm and send; return the page on which one ends."""
    asked = confirmation(client, address, **words)
    return client.post(address, {**hidden(asked), "step": "send"}, follow=True)


def hidden(response) -> dict[str, str]:
    """What a form of the page sends that nobody typed."""
    found = page(response).xpath("//main//form//input[@type='hidden']")
    return {each.get("name"): each.get("value") for each in found}


def deliver() -> None:
    """Do what the worker does."""
    for message in Message.objects.filter(prepared_at=None):
        prepare(message.pk)
    deliver_due()


def recipients(mailoutbox) -> list[str]:
    """Whom the mails that left went to, each to one address and nobody else."""
    for mail in mailoutbox:
        assert (len(mail.to), mail.cc, mail.bcc) == (1, [], [])
        assert mail.recipients() == mail.to
    return sorted(mail.to[0] for mail in mailoutbox)


def nothing_left(mailoutbox) -> bool:
    """Whether nothing was stored or sent, whatever the worker does."""
    deliver()
    return not mailoutbox and not Message.objects.exists() and not Delivery.objects.exists()
