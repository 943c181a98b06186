"""The mail server is away for days: nothing is refused, and what was given up goes by one press."""

from datetime import timedelta

import pytest
from django.utils import timezone

from contacts.models import Topic
from mailing.messages.halt import stop_message
from mailing.messages.preparation import prepare
from mailing.models import Delivery, DeliveryState, Message
from mailing.notifications.dispatch import notify
from mailing.outbox.delivery import deliver_due
from members.models import Member
from tests.factories import MemberFactory
from tests.mailing.outbox.mails import Clock, states
from tests.pages import text

pytestmark = pytest.mark.django_db
SENT, WAITING, GIVEN_UP = DeliveryState.SENT, DeliveryState.WAITING, DeliveryState.GIVEN_UP
PRESS = "/courrier/abandonnes/renvoyer/"


@pytest.fixture
def clock(monkeypatch):
    return Clock(monkeypatch)


@pytest.fixture
def queued(db):
    """A message to a member and a notification to another one."""
    member, other = MemberFactory(email="a@x.fr"), MemberFactory(email="b@x.fr")
    message = Message.objects.create(
        subject="Objet", text="Texte", member_ids=[member.pk], recipient_count=1
    )
    prepare(message.pk)
    notify(other, Topic.ORDERS, "Bon", "Voici.")
    return message


def away(mail_server, clock, hours):
    """Let the server be away for as long, and the worker try."""
    until = timezone.now() + timedelta(hours=hours)
    mail_server.stop()
    while timezone.now() < until and clock.advance_to_next_attempt():
        deliver_due()


def test_a_long_weekend_without_mail_server_refuses_nothing(queued, mail_server, clock):
    away(mail_server, clock, 88)
    assert states() == [WAITING, WAITING]
    mail_server.start()
    clock.advance_to_next_attempt()
    assert deliver_due() == 2
    assert states() == [SENT, SENT]


def test_a_server_that_comes_and_goes_gives_up_no_mail_before_its_time(queued, mail_server, clock):
    """Each of many short outages counts as an attempt for all mails, the attempts do not matter."""
    mail_server.refuse("RCPT", "451 4.2.1 Plus tard")
    for _ in range(40):
        clock.advance_to_next_attempt()
        deliver_due()
        Delivery.objects.update(next_attempt_at=timezone.now() + timedelta(minutes=2))
    assert Delivery.objects.first().attempts >= 40
    assert states() == [WAITING, WAITING]


@pytest.mark.parametrize("place", ["/messages/", "/notifications/"])
def test_one_press_sends_again_all_that_was_given_up(queued, mail_server, clock, request, place):
    away(mail_server, clock, 110)
    # Signed in by now: no session lasts that long.
    administrator = request.getfixturevalue("administrator")
    assert states() == [GIVEN_UP, GIVEN_UP]
    assert "2 mails ont été abandonnés" in text(administrator.get(place))
    mail_server.start()
    Member.objects.filter(email="a@x.fr").update(email="neuf@x.fr")
    response = administrator.post(PRESS, {"back": place.strip("/")}, follow=True)
    assert response.redirect_chain == [(place, 302)]
    assert "2 mails à nouveau en attente d'envoi." in text(response)
    assert "abandonnés depuis" not in text(administrator.get(place))
    assert deliver_due() == 2
    assert sorted(mail_server.addresses) == ["b@x.fr", "neuf@x.fr"]
    assert "plus de mail abandonné" in text(administrator.post(PRESS, follow=True))


def test_who_may_send_messages_only_sends_these_again(queued, mail_server, clock, back_office):
    Delivery.objects.update(state=GIVEN_UP, finished_at=timezone.now())
    assert "1 mail a été abandonné" in text(back_office.get("/messages/"))
    back_office.post(PRESS)
    assert states() == [WAITING, GIVEN_UP]


def test_mail_of_a_stopped_message_and_of_long_ago_stays_given_up(queued, administrator):
    Delivery.objects.update(state=GIVEN_UP, finished_at=timezone.now() - timedelta(days=31))
    assert "été abandonné" not in text(administrator.get("/notifications/"))
    administrator.post(PRESS)
    assert states() == [GIVEN_UP, GIVEN_UP]
    Delivery.objects.update(state=WAITING)
    Message.objects.update(prepared_at=None)
    assert stop_message(queued.pk)
    Delivery.objects.update(state=GIVEN_UP, finished_at=timezone.now())
    administrator.post(PRESS)
    assert states() == [GIVEN_UP, WAITING]


def test_others_may_not_press(without_role, nobody, administrator, queued):
    Delivery.objects.update(state=GIVEN_UP, finished_at=timezone.now())
    assert without_role.post(PRESS).status_code == 403
    assert nobody.post(PRESS)["Location"] == f"/connexion/?next={PRESS}"
    assert administrator.get(PRESS).status_code == 405
    assert states() == [GIVEN_UP, GIVEN_UP]
