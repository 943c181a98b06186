from datetime import datetime

import pytest
from django.utils import timezone

from mailing.models import Delivery, Notification
from mailing.outbox.delivery import deliver_due
from members.models import MemberKind
from tests.api.software import NOTIFICATIONS, Software, file
from tests.factories import MemberFactory


def kept(mail):
    """Return the name, type and content of a mail's attachments."""
    found = []
    for one in mail.attachments.order_by("pk"):
        with one.file.open() as stored:
            found.append((one.name, one.mimetype, stored.read()))
    return found


def test_a_notification_is_queued_and_its_recipients_are_told(software):
    response = software.notify()
    told = Notification.objects.get()
    assert response.status_code == 202
    assert response.json() == {
        "id": told.pk,
        "url": f"{NOTIFICATIONS}{told.pk}/",
        "recipients": ["a@x.fr", "b@x.fr"],
        "repeated": False,
    }
    assert response["Location"] == response.json()["url"]
    assert "no-store" in response["Cache-Control"]
    assert not response.cookies
    assert (told.topic, told.subject, told.body) == ("invoices", "Facture 7", "Voici.")
    assert told.sender == software.token.name
    addresses = Delivery.objects.order_by("pk").values_list("address", flat=True)
    assert list(addresses) == ["a@x.fr", "b@x.fr"]


def test_attachments_go_along_under_their_names(software):
    files = [file(), file("bon é.csv", b"a;b", "text/csv"), file("x", b"\0", "")]
    assert software.notify(attachments=files).status_code == 202
    mails = list(Delivery.objects.all())
    assert len(mails) == 2
    for mail in mails:
        assert kept(mail) == [
            ("facture.pdf", "application/pdf", b"%PDF-1.7"),
            ("bon é.csv", "text/csv", b"a;b"),
            ("x", "application/octet-stream", b"\0"),
        ]


def test_a_large_attachment_comes_whole(software, settings):
    content = bytes(range(256)) * (settings.MAIL_MAX_ATTACHMENT_BYTES // 256)
    assert software.notify(attachments=file(content=content)).status_code == 202
    with Delivery.objects.first().attachments.get().file.open() as stored:
        assert stored.read() == content


def test_the_state_of_each_mail_is_told(software, mail_server):
    told = software.notify(attachments=file()).json()
    state = software.get(told["url"])
    assert state.status_code == 200
    assert state.json() == {
        "id": told["id"],
        "reference": "C1",
        "topic": "invoices",
        "created_at": Notification.objects.get().created_at.isoformat(),
        "recipients": [
            {"address": address, "state": "waiting", "answer": "", "finished_at": None}
            for address in ("a@x.fr", "b@x.fr")
        ],
    }
    mail_server.refuse("RCPT", "550 Inconnu", only="a@x.fr")
    deliver_due()
    refused, sent = software.get(told["url"]).json()["recipients"]
    assert (refused["address"], refused["state"], refused["answer"]) == (
        "a@x.fr",
        "refused",
        "550 Inconnu",
    )
    assert (sent["address"], sent["state"], sent["answer"]) == ("b@x.fr", "sent", "")
    for one in (refused, sent):
        assert datetime.fromisoformat(one["finished_at"]) <= timezone.now()
    assert mail_server.addresses == ["b@x.fr"]
    (attachment,) = mail_server.letters[0].message.iter_attachments()
    assert attachment.get_filename() == "facture.pdf"
    assert software.client.head(told["url"], headers=software.headers).status_code == 200


def test_the_state_can_be_asked_for_when_the_member_is_gone(software, member):
    url = software.notify().json()["url"]
    member.delete()
    assert software.get(url).json()["reference"] is None


def test_the_same_key_sends_once_and_says_so(software):
    first = software.notify(key="facture-7").json()
    again = software.notify(key="facture-7", subject="Facture 8")
    assert again.status_code == 202
    assert again.json() == {**first, "repeated": True}
    assert Delivery.objects.count() == 2


def test_a_key_means_the_same_member_and_topic(software):
    software.notify(key="facture-7")
    response = software.notify(key="facture-7", topic="orders")
    assert (response.status_code, list(response.json()["errors"])) == (400, ["key"])
    assert Delivery.objects.count() == 2


def test_a_new_token_of_the_same_software_carries_on(software):
    first = software.notify(key="facture-7").json()
    successor = Software()
    assert successor.get(first["url"]).status_code == 200
    assert successor.notify(key="facture-7").json() == {**first, "repeated": True}


def test_another_software_sees_nothing_and_has_keys_of_its_own(software):
    told = software.notify(key="facture-7").json()
    other = Software("Commandes")
    assert other.get(told["url"]).status_code == 404
    response = other.notify(key="facture-7")
    assert (response.status_code, response.json()["repeated"]) == (202, False)
    assert response.json()["id"] != told["id"]
    assert Delivery.objects.count() == 4
    assert other.notify(key="facture-7").json() == {**response.json(), "repeated": True}
    assert Delivery.objects.count() == 4


def test_a_key_that_reached_nobody_reaches_who_hears_of_it_later(software, member):
    member.email = ""
    member.save()
    member.contacts.all().delete()
    first = software.notify(key="facture-7").json()
    assert first["recipients"] == []
    member.email = "neuf@x.fr"
    member.save()
    second = software.notify(key="facture-7").json()
    assert second == {**first, "recipients": ["neuf@x.fr"], "repeated": False}
    assert software.notify(key="facture-7").json() == {**second, "repeated": True}


def test_an_individual_is_told_at_the_main_address(software):
    MemberFactory(reference="P1", kind=MemberKind.INDIVIDUAL, email="p@x.fr")
    assert software.notify(reference="P1").json()["recipients"] == ["p@x.fr"]


@pytest.mark.parametrize("module", [True, False])
def test_a_topic_that_reaches_nobody_is_taken_and_says_so(software, member, settings, module):
    settings.MODULE_AFTER_SALES = module
    member.email = ""
    member.save()
    response = software.notify(topic="after_sales")
    assert (response.status_code, response.json()["recipients"]) == (202, [])
    assert software.get(response.json()["url"]).json()["recipients"] == []
