import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mailing.messages.preparation import prepare
from mailing.models import Delivery, DeliveryState, Message
from mailing.outbox.delivery import deliver_due
from members.models import Member
from tests.factories import ContactFactory, MemberFactory
from tests.mailing.messages.writing import deliver, send, to_search
from tests.pages import cells, page, text


@pytest.fixture
def refused(back_office, mail_server):
    """A message that came to one member, and was refused by three."""
    for name in ("a", "b", "c", "d"):
        MemberFactory(name=f"Membre {name}", email=f"{name}@x.fr")
    send(back_office, to_search())
    mail_server.rule = lambda command, argument: (
        "550 inconnu" if command == "RCPT" and "a@" not in argument else None
    )
    deliver()
    mail_server.refuse("QUIT", "221 Au revoir")
    mail_server.letters.clear()
    return Message.objects.get()


def address(message):
    return f"/messages/{message.pk}/renvoyer/"


def recipients(mail_server):
    return sorted(address for letter in mail_server.letters for address in letter.to)


def test_the_failures_of_a_message_are_sent_again(back_office, refused, mail_server):
    response = back_office.get(f"/messages/{refused.pk}/")
    assert "1 envoyé, 3 refusés, sur 4" in text(response)
    assert "Renvoyer aux échecs (3)" in text(response)
    asked = back_office.get(address(refused))
    assert "Le message « Fermeture » repart à 3 membres, chacun" in text(asked)
    response = back_office.post(address(refused), follow=True)
    assert "3 mails à nouveau en attente d'envoi." in text(response)
    deliver_due()
    assert recipients(mail_server) == ["b@x.fr", "c@x.fr", "d@x.fr"]
    assert "4 envoyés" in text(back_office.get(f"/messages/{refused.pk}/"))


def test_asking_sends_nothing(back_office, refused, mail_server):
    back_office.get(address(refused))
    deliver_due()
    assert not mail_server.letters


def test_a_corrected_main_address_is_written_to(back_office, refused, mail_server):
    Member.objects.filter(email="b@x.fr").update(email="neuf@x.fr")
    back_office.post(address(refused))
    deliver_due()
    assert recipients(mail_server) == ["c@x.fr", "d@x.fr", "neuf@x.fr"]
    assert "neuf@x.fr" in cells(back_office.get(f"/messages/{refused.pk}/"), "Adresse")
    assert {letter.message["To"] for letter in mail_server.letters} >= {"neuf@x.fr"}


def test_a_member_without_main_address_gets_nothing_anew(back_office, refused, mail_server):
    member = Member.objects.get(email="b@x.fr")
    ContactFactory(member=member, email="b@x.fr")
    Member.objects.filter(pk=member.pk).update(email="")
    Member.objects.get(email="c@x.fr").delete()
    asked = text(back_office.get(address(refused)))
    assert "repart à 1 membre, à l'adresse principale d'aujourd'hui." in asked
    assert "2 autres échecs ne repartent pas" in asked
    assert "1 mail à nouveau" in text(back_office.post(address(refused), follow=True))
    deliver_due()
    assert recipients(mail_server) == ["d@x.fr"]


def test_twice_sends_once(back_office, refused, mail_server):
    back_office.post(address(refused))
    response = back_office.post(address(refused), follow=True)
    assert "Il n'y a plus d'échec à renvoyer." in text(response)
    deliver_due()
    assert len(mail_server.letters) == 3
    asked = back_office.get(address(refused))
    assert "Il n'y a pas d'échec à renvoyer." in text(asked)
    assert not page(asked).xpath("//main//button")


def test_what_is_refused_again_is_a_failure_again(back_office, refused, mail_server):
    mail_server.refuse("RCPT", "550 toujours inconnu")
    back_office.post(address(refused))
    deliver_due()
    assert Delivery.objects.filter(state=DeliveryState.REFUSED).count() == 3
    answers = cells(back_office.get(f"/messages/{refused.pk}/"), "Réponse du serveur")
    assert answers == ["", *["550 toujours inconnu"] * 3]


def test_many_failures_are_sent_again(back_office, refused):
    Delivery.objects.all().delete()
    members = [MemberFactory.build(email=f"m{number}@x.fr") for number in range(1100)]
    Member.objects.bulk_create(members)
    Message.objects.update(
        prepared_at=None, member_ids=[member.pk for member in members], prepared_count=0
    )
    prepare(refused.pk)
    Delivery.objects.update(state=DeliveryState.REFUSED)
    Member.objects.update(email="neuf@x.fr")
    assert "1100 mails" in text(back_office.post(address(refused), follow=True))
    assert set(Delivery.objects.values_list("state", "address")) == {("waiting", "neuf@x.fr")}


def test_sending_many_again_joins_no_tables_that_may_be_large(back_office, refused):
    with CaptureQueriesContext(connection) as queries:
        back_office.post(address(refused))
    updates = [query["sql"] for query in queries if query["sql"].startswith("UPDATE")]
    assert any("mailing_delivery" in update for update in updates)
    assert not [update for update in updates if "SELECT" in update]


def test_others_may_not_send_again(administrator, without_role, nobody, refused, mail_server):
    for method in ("get", "post"):
        assert getattr(without_role, method)(address(refused)).status_code == 403
        response = getattr(nobody, method)(address(refused))
        assert response["Location"] == f"/connexion/?next={address(refused)}"
    deliver_due()
    assert not mail_server.letters
    assert administrator.get(address(refused)).status_code == 200
    assert administrator.put(address(refused)).status_code == 405
    assert administrator.post(address(refused)).status_code == 302
