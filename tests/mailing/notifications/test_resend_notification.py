"""Sending the refused mails of a notification again: to the address of now, and to nobody else."""

import pytest

from contacts.models import ContactType
from mailing.models import Delivery, DeliveryState, Notification
from mailing.notifications.dispatch import notify
from mailing.outbox.delivery import deliver_due
from tests.factories import ContactFactory, MemberFactory
from tests.pages import text

pytestmark = pytest.mark.django_db


@pytest.fixture
def anne():
    """A contact that hears of all."""
    member = MemberFactory(email="main@example.org")
    return ContactFactory(member=member, name="Anne", type=ContactType.ALL, email="anne@x.fr")


@pytest.fixture
def notification(anne, mail_server):
    """An invoice that reached the main address, and was refused by Anne's."""
    mail_server.refuse("RCPT", "550 5.1.1 Inconnue", only="anne@")
    told = notify(anne.member, "invoices", "Facture 12", "Voici la facture.")
    deliver_due()
    assert mail_server.addresses == ["main@example.org"]
    mail_server.letters.clear()
    return told


def resend(client, notification):
    return text(client.post(f"/notifications/{notification.pk}/renvoyer/", follow=True))


def shown(client, notification):
    return text(client.get(f"/notifications/{notification.pk}/")).replace("\xa0", " ")


def test_it_goes_to_the_address_that_was_mended(administrator, notification, anne, mail_server):
    anne.email = "Anne.Durand@x.fr"
    anne.save()
    assert "à l'adresse actuelle de son destinataire : Anne.Durand@x.fr." in shown(
        administrator, notification
    )
    assert "Un mail part à nouveau." in resend(administrator, notification)
    assert deliver_due() == 1
    (letter,) = mail_server.letters
    assert letter.to == ["Anne.Durand@x.fr"]
    assert letter.message["To"] == "Anne.Durand@x.fr"
    assert letter.text().startswith("Voici la facture.")
    assert not Delivery.objects.exclude(state=DeliveryState.SENT).exists()


def test_it_goes_to_the_same_address_where_that_is_right(
    administrator, notification, anne, mail_server
):
    mail_server.accept()
    resend(administrator, notification)
    assert deliver_due() == 1
    assert mail_server.addresses == ["anne@x.fr"]
    anne.refresh_from_db()
    assert not anne.is_address_refused


def test_a_main_address_that_was_mended_gets_it(administrator, anne, mail_server):
    mail_server.refuse("RCPT", "550 5.1.1 Inconnue", only="main@")
    notification = notify(anne.member, "invoices", "Facture 12", "Voici.")
    deliver_due()
    mail_server.letters.clear()
    anne.member.email = "bureau@example.org"
    anne.member.save()
    resend(administrator, notification)
    assert deliver_due() == 1
    assert mail_server.addresses == ["bureau@example.org"]


def deleted(anne):
    anne.delete()


def without_address(anne):
    anne.email = ""
    anne.save()


def told_of_orders_only(anne):
    anne.type = ContactType.ORDERS
    anne.save()


def with_an_address_that_got_it(anne):
    anne.email = "MAIN@example.org"
    anne.save()


def of_no_member(anne):
    anne.member.delete()


@pytest.mark.parametrize(
    "become",
    [deleted, without_address, told_of_orders_only, with_an_address_that_got_it, of_no_member],
)
def test_who_is_no_recipient_any_more_gets_nothing(
    administrator, notification, anne, mail_server, become
):
    become(anne)
    page = shown(administrator, notification)
    assert "1 mail refusé ne peut pas repartir" in page
    assert "Renvoyer à" not in page
    assert "rien à renvoyer" in resend(administrator, notification)
    assert deliver_due() == 0
    assert mail_server.letters == []


def test_two_contacts_that_share_an_address_by_now_get_one_mail(administrator, anne, mail_server):
    other = ContactFactory(member=anne.member, type=ContactType.ALL, email="bruno@x.fr")
    mail_server.refuse("RCPT", "550 5.1.1 Inconnus", only="x.fr")
    notification = notify(anne.member, "invoices", "Facture 12", "Voici.")
    deliver_due()
    mail_server.accept()
    mail_server.letters.clear()
    for contact, address in ((anne, "compta@x.fr"), (other, "Compta@x.fr")):
        contact.email = address
        contact.save()
    assert "1 mail refusé ne peut pas repartir" in shown(administrator, notification)
    assert "Un mail part à nouveau." in resend(administrator, notification)
    assert deliver_due() == 1
    assert mail_server.addresses == ["compta@x.fr"]
    assert Notification.objects.get() == notification
