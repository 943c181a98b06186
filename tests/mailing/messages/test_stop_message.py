"""A message is stopped while it leaves, and goes on later."""

import pytest

from mailing.messages import preparation
from mailing.messages.halt import resume_message, stop_message
from mailing.messages.preparation import prepare, prepare_message, prepare_overdue
from mailing.models import Delivery, DeliveryState, Message
from mailing.outbox.claims import LOOKED_UP_FOR, claimed_mails
from mailing.outbox.delivery import deliver_due
from members.models import Member
from tests.factories import MemberFactory
from tests.mailing.messages.writing import deliver, send, to_search
from tests.mailing.outbox.mails import Clock, numbered
from tests.pages import page, text

pytestmark = pytest.mark.django_db
STOPPED = DeliveryState.STOPPED


@pytest.fixture
def message(back_office, mail_server, monkeypatch):
    """A message to nine members, of which six mails are queued and two have left."""
    monkeypatch.setattr(preparation, "_SLICE", 3)
    for address in numbered(9):
        MemberFactory(email=address)
    send(back_office, to_search())
    message = Message.objects.get()
    prepare(message.pk, 2)
    assert deliver_due(2) == 2
    return message


def address(message, step=""):
    return f"/messages/{message.pk}/{step}"


def test_what_has_left_has_left_and_the_rest_is_stopped_and_counted(
    back_office, message, mail_server
):
    assert "Arrêter l'envoi" in text(back_office.get(address(message)))
    asked = text(back_office.get(address(message, "arreter/")))
    assert "est parti à 2 membres sur 9." in asked
    assert Message.objects.get().stopped_at is None
    said = text(back_office.post(address(message, "arreter/"), follow=True))
    assert "Le message « Fermeture » est arrêté." in said
    assert "2 envoyés, 7 arrêtés, sur 9" in said
    deliver()
    prepare_overdue()
    assert prepare_message.call(message.pk) == 0
    assert deliver_due() == 0
    assert len(mail_server.letters) == 2
    response = back_office.get(address(message))
    assert "Arrêter l'envoi" not in text(response)
    assert not page(response).xpath("//*[@hx-trigger]")
    assert "2 envoyés, 7 arrêtés, sur 9" in text(back_office.get("/messages/"))


def test_a_stopped_message_goes_on_to_those_who_did_not_get_it(back_office, message, mail_server):
    stop_message(message.pk)
    Member.objects.filter(email="m8@example.org").update(email="neuf@example.org")
    said = text(back_office.post(address(message, "reprendre/"), follow=True))
    assert "Le message « Fermeture » repart." in said
    deliver()
    assert sorted(mail_server.addresses) == [*numbered(8), "neuf@example.org"]
    assert "9 envoyés" in text(back_office.get(address(message)))


def test_resuming_twice_or_stopping_what_is_over_does_nothing(back_office, message, mail_server):
    assert not resume_message(message.pk)
    assert "n'est pas arrêté" in text(back_office.post(address(message, "reprendre/"), follow=True))
    deliver()
    assert not stop_message(message.pk)
    assert "plus rien à arrêter" in text(back_office.get(address(message, "arreter/")))
    said = text(back_office.post(address(message, "arreter/"), follow=True))
    assert "Il n'y a plus rien à arrêter." in said
    assert Message.objects.get().stopped_at is None
    stop_message(message.pk)
    assert not stop_message(message.pk)


def test_a_worker_at_the_mails_of_a_stopped_message_leaves_the_rest(message, monkeypatch):
    clock = Clock(monkeypatch)
    claimed = claimed_mails(lambda: False)
    next(claimed)
    stop_message(message.pk)
    clock.advance(seconds=LOOKED_UP_FOR.total_seconds())
    assert list(claimed) == []
    assert Delivery.objects.filter(state=STOPPED).count() == 4


def test_refused_mails_of_a_stopped_message_are_not_sent_again(back_office, message, mail_server):
    Delivery.objects.filter(state=DeliveryState.SENT).update(state=DeliveryState.REFUSED)
    stop_message(message.pk)
    assert "Renvoyer" not in text(back_office.get(address(message)))
    asked = text(back_office.get(address(message, "renvoyer/")))
    assert "l'envoi est arrêté." in asked
    back_office.post(address(message, "renvoyer/"))
    assert deliver_due() == 0


def test_others_may_neither_stop_nor_resume(without_role, nobody, administrator, message):
    for step in ("arreter/", "reprendre/"):
        assert without_role.post(address(message, step)).status_code == 403
        assert "/connexion/" in nobody.post(address(message, step))["Location"]
        assert Message.objects.get().stopped_at is None
    assert administrator.get(address(message, "reprendre/")).status_code == 405
    assert administrator.post(address(message, "arreter/")).status_code == 302
    assert Message.objects.get().stopped_at
