"""The journal of notifications, the part of a member's page, and sending again."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts.models import ContactType
from mailing.models import Delivery, DeliveryState, Notification, NotificationRecipient
from mailing.notifications.dispatch import notify
from tests.factories import ContactFactory, MemberFactory
from tests.pages import AWKWARD_TEXTS, cells, text

pytestmark = pytest.mark.django_db
JOURNAL = "/notifications/"


@pytest.fixture
def member():
    member = MemberFactory(name="Cantine du Parc", email="main@example.org")
    ContactFactory(member=member, name="Anne", email="anne@example.org", type=ContactType.ALL)
    return member


@pytest.fixture
def notification(member):
    """An invoice that reached the main address, and was refused by Anne's."""
    notification = notify(member, "invoices", "Facture 12", "Voici la facture.")
    mails = Delivery.objects.order_by("pk")
    mails.filter(address="main@example.org").update(state=DeliveryState.SENT)
    mails.filter(address="anne@example.org").update(
        state=DeliveryState.REFUSED, answer="550 inconnue", attempts=1
    )
    return notification


def test_the_journal_shows_what_became_of_each_mail(administrator, notification):
    response = administrator.get(JOURNAL)
    assert cells(response, "Objet") == ["Facture 12"]
    assert cells(response, "Membre") == ["Cantine du Parc"]
    (mails,) = cells(response, "Destinataires")
    assert mails == "main@example.org : envoyé anne@example.org : refusé (550 inconnue)"


def test_a_notification_shows_its_text_and_the_servers_words(administrator, notification):
    response = administrator.get(f"{JOURNAL}{notification.pk}/")
    assert "Voici la facture." in text(response)
    assert cells(response, "Adresse") == ["main@example.org", "anne@example.org"]
    assert cells(response, "Contact") == ["Adresse principale", "Anne"]
    assert cells(response, "Réponse") == ["", "550 inconnue"]


def test_the_page_of_a_member_shows_its_notifications(back_office, member, notification):
    notify(MemberFactory(email="x@example.org"), "orders", "Autre membre", "…")
    response = back_office.get(member.get_absolute_url())
    assert "Notifications envoyées" in text(response)
    assert "Facture 12" in text(response)
    assert "Autre membre" not in text(response)
    assert JOURNAL not in response.content.decode()


def test_refused_mails_are_sent_again(administrator, notification):
    response = administrator.post(f"{JOURNAL}{notification.pk}/renvoyer/", follow=True)
    assert "Un mail part à nouveau." in text(response)
    states = dict(Delivery.objects.values_list("address", "state"))
    assert states == {"main@example.org": "sent", "anne@example.org": "waiting"}
    response = administrator.post(f"{JOURNAL}{notification.pk}/renvoyer/", follow=True)
    assert "rien à renvoyer" in text(response)


def test_the_journal_filters_by_topic_and_state(administrator, member, notification):
    notify(member, "orders", "Bon de livraison", "…")
    for query, subjects in (
        ({"topic": "orders"}, ["Bon de livraison"]),
        ({"state": "refused"}, ["Facture 12"]),
        ({"state": "waiting"}, ["Bon de livraison"]),
        ({"state": "waiting", "topic": "invoices"}, []),
        ({"state": "?", "topic": "?"}, ["Bon de livraison", "Facture 12"]),
    ):
        assert cells(administrator.get(JOURNAL, query), "Objet") == subjects


def test_an_empty_journal_says_where_notifications_come_from(administrator):
    assert "Elles partent de vos autres logiciels" in text(administrator.get(JOURNAL))


def test_a_mail_outlives_its_contact_and_finds_it_again(administrator, member, notification):
    address = f"{member.get_absolute_url()}contacts/{member.contacts.get().pk}"
    administrator.post(f"{address}/supprimer/")
    detail = f"{JOURNAL}{notification.pk}/"
    assert cells(administrator.get(detail), "Contact") == ["Adresse principale", "Contact supprimé"]
    assert "anne@example.org" in text(administrator.get(JOURNAL))
    administrator.post(f"{address}/retablir/")
    assert cells(administrator.get(detail), "Contact") == ["Adresse principale", "Anne"]


def test_a_notification_outlives_its_member(administrator, member, notification):
    member.delete()
    assert cells(administrator.get(JOURNAL), "Membre") == ["membre supprimé"]
    assert administrator.get(f"{JOURNAL}{notification.pk}/").status_code == 200


@pytest.mark.parametrize("awkward", AWKWARD_TEXTS)
def test_texts_are_shown_and_never_run(administrator, member, awkward):
    notification = notify(member, "orders", awkward, awkward)
    assert " ".join(awkward.split()) in text(administrator.get(JOURNAL))
    assert " ".join(awkward.split()) in text(administrator.get(f"{JOURNAL}{notification.pk}/"))


@pytest.mark.parametrize(
    ("who", "status"), [("nobody", 302), ("without_role", 403), ("back_office", 403)]
)
def test_the_journal_is_the_administrators(request, notification, who, status):
    client = request.getfixturevalue(who)
    for address in (JOURNAL, f"{JOURNAL}{notification.pk}/"):
        assert client.get(address).status_code == status
    assert client.post(f"{JOURNAL}{notification.pk}/renvoyer/").status_code == status
    assert Delivery.objects.filter(state=DeliveryState.REFUSED).exists()


def test_sending_again_is_never_done_by_a_link(administrator, notification):
    assert administrator.get(f"{JOURNAL}{notification.pk}/renvoyer/").status_code == 405


def test_an_unknown_notification_is_not_found(administrator):
    assert administrator.get(f"{JOURNAL}999/").status_code == 404
    assert administrator.post(f"{JOURNAL}999/renvoyer/").status_code == 404


def test_the_journal_asks_the_database_as_often_for_many(administrator, member):
    counts = []
    for _ in range(2):
        for number in range(15):
            notify(member, "orders", f"Bon {number}", "…")
        with CaptureQueriesContext(connection) as queries:
            administrator.get(JOURNAL)
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert Notification.objects.count() == 30


def with_recipients(member, count):
    """Return a notification of the member that went to as many addresses."""
    notification = Notification.objects.create(
        member=member, topic="orders", subject="Commande", body="Bonjour"
    )
    mails = Delivery.objects.bulk_create(
        Delivery(member=member, address=f"a{n}@example.org", mail_id=f"<{n}@x>", subject="x")
        for n in range(count)
    )
    NotificationRecipient.objects.bulk_create(
        NotificationRecipient(notification=notification, delivery=mail) for mail in mails
    )
    return notification


def test_many_recipients_are_named_by_pages_and_beside_others_the_first(administrator, member):
    notification = with_recipients(member, 450)
    address = f"{JOURNAL}{notification.pk}/"
    seen = []
    for number in (1, 2, 3):
        seen += cells(administrator.get(f"{address}?page={number}"), "Adresse")
    assert seen == [f"a{n}@example.org" for n in range(450)]
    for response in (administrator.get(JOURNAL), administrator.get(member.get_absolute_url())):
        (mails,) = cells(response, "Destinataires")[-1:]
        assert mails.count("@") == 50
        assert "et d'autres : 450 destinataires en tout" in mails


@pytest.mark.slow
def test_the_pages_cost_the_same_for_ten_recipients_and_for_twenty_thousand(administrator):
    asked, sent = {}, {}
    for count in (10, 1_000, 20_000):
        Notification.objects.all().delete()
        member = MemberFactory()
        address = f"{JOURNAL}{with_recipients(member, count).pk}/"
        for name in (JOURNAL, address, member.get_absolute_url()):
            with CaptureQueriesContext(connection) as queries:
                response = administrator.get(name)
            asked.setdefault(count, []).append(len(queries))
            sent[count, name] = len(response.content)
    assert asked[10] == asked[1_000] == asked[20_000]
    assert max(sent.values()) < 150_000, sent
