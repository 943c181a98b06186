from datetime import UTC, datetime

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from mailing.messages.preparation import prepare
from mailing.messages.rendering import render_mail
from mailing.models import Delivery, DeliveryState, Message
from mailing.outbox.delivery import deliver_due
from mailing.outbox.queue import Draft, queue
from members.models import Member
from tests.factories import MemberFactory, UserFactory
from tests.mailing.messages.writing import send, to_search
from tests.pages import AWKWARD_TEXTS, cells, links, page, text

JOURNAL = "/messages/"
PART = {"HX-Request": "true", "HX-Target": "message-progress"}


def make_message(*states, subject="Fermeture", **values):
    """A message with a mail for each of the states."""
    message = Message.objects.create(
        subject=subject, text="Bonjour", **{"prepared_at": timezone.now(), **values}
    )
    members = [MemberFactory.build(email=f"m{count}@x.fr") for count, _ in enumerate(states)]
    Member.objects.bulk_create(members)
    deliveries = queue(
        (Draft(member, member.email, subject, "a", "b") for member in members), message=message
    )
    for delivery, state in zip(deliveries, states, strict=True):
        delivery.state = state
    Delivery.objects.bulk_update(deliveries, ["state"])
    return message


def address(message):
    return f"{JOURNAL}{message.pk}/"


WAITING, SENT, REFUSED = DeliveryState.WAITING, DeliveryState.SENT, DeliveryState.REFUSED
GIVEN_UP, STOPPED, NOBODY = (
    DeliveryState.GIVEN_UP,
    DeliveryState.STOPPED,
    DeliveryState.NOBODY,
)


def test_a_message_is_in_the_journal_with_its_mails(back_office, mailoutbox):
    MemberFactory(name="Ferme", email="ferme@x.fr")
    MemberFactory(name="Moulin")
    send(back_office, to_search(), text="Bonjour {{ nom }}")
    message = Message.objects.get()
    Message.objects.update(
        created_at=datetime(2026, 7, 1, 8, 5, tzinfo=UTC),
        author=UserFactory(username="camille"),
    )
    prepare(message.pk)
    deliver_due()
    response = back_office.get(JOURNAL)
    assert cells(response, "Objet") == ["Fermeture"]
    assert cells(response, "Envoyé le") == ["01/07/2026 10:05"]
    assert cells(response, "Par") == ["camille"]
    assert cells(response, "État") == ["1 envoyé"]
    response = back_office.get(next(iter(links(response, JOURNAL + str(message.pk)))))
    assert "Envoyé le 01/07/2026 à 10:05 par camille, à l'adresse principale de 1 membre." in text(
        response
    )
    assert "1 membre choisi n'avait pas d'adresse principale." in text(response)
    assert "Bonjour {{ nom }}" in text(response)
    assert cells(response, "Membre") == ["Ferme"]
    assert cells(response, "Adresse") == ["ferme@x.fr"]
    assert cells(response, "État")[0].startswith("Envoyé, ")


def test_the_journal_is_empty_at_first(back_office):
    assert "Aucun message n'a encore été envoyé." in text(back_office.get(JOURNAL))


def test_the_newest_message_comes_first_and_a_long_journal_in_pages(back_office):
    Message.objects.bulk_create(
        Message(subject=f"Message {number}", text="x") for number in range(52)
    )
    first = back_office.get(JOURNAL)
    assert cells(first, "Objet")[:2] == ["Message 51", "Message 50"]
    assert "52 messages aux membres, page 1 sur 2" in text(first)
    (following,) = page(first).xpath("//a[@rel='next']/@href")
    assert cells(back_office.get(JOURNAL + following), "Objet") == ["Message 1", "Message 0"]


@pytest.mark.parametrize(
    ("states", "said"),
    [
        ([WAITING], "0 envoyé, 1 en attente, sur 1"),
        ([SENT, SENT, WAITING], "2 envoyés, 1 en attente, sur 3"),
        ([SENT, REFUSED, REFUSED, WAITING], "1 envoyé, 2 refusés, 1 en attente, sur 4"),
        ([SENT, REFUSED], "1 envoyé, 1 refusé, sur 2"),
        ([SENT, GIVEN_UP, NOBODY], "1 envoyé, 1 abandonné, 1 sans destinataire, sur 3"),
        ([GIVEN_UP, GIVEN_UP, WAITING], "0 envoyé, 2 abandonnés, 1 en attente, sur 3"),
        ([SENT, SENT], "2 envoyés"),
        ([], "0 envoyé"),
    ],
)
def test_the_progress_is_told_in_words_and_by_a_bar(back_office, states, said):
    message = make_message(*states)
    assert cells(back_office.get(JOURNAL), "État") == [said]
    response = back_office.get(address(message))
    assert said in text(response)
    done = len(states) - states.count(WAITING)
    bars = [(bar.get("max"), bar.get("value")) for bar in page(response).xpath("//progress")]
    assert bars == ([(str(len(states)), str(done))] if states else [])
    assert bool(page(response).xpath("//*[@hx-trigger='every 4s']")) == (WAITING in states)


def test_a_message_in_preparation_says_so(back_office):
    message = make_message(prepared_at=None, recipient_count=7)
    assert cells(back_office.get(JOURNAL), "État") == ["En préparation pour 7 membres"]
    (bar,) = page(back_office.get(address(message))).xpath("//progress")
    assert bar.get("value") is None


@pytest.mark.parametrize(("states", "status"), [([SENT, WAITING], 200), ([SENT, REFUSED], 286)])
def test_htmx_gets_the_progress_alone_until_all_is_done(back_office, states, status):
    response = back_office.get(address(make_message(*states)), headers=PART)
    assert response.status_code == status
    assert "HX-Request" in response["Vary"]
    assert "<h1" not in response.content.decode()
    assert "1 envoyé" in text(response)
    assert ("Chaque mail a sa réponse." in text(response)) == (status == 286)


def test_the_words_of_the_server_are_shown(back_office, mail_server):
    message = make_message(WAITING, WAITING)
    mail_server.refuse("RCPT", "550 5.1.1 Personne de ce nom", only="m1@x.fr")
    deliver_due()
    response = back_office.get(address(message))
    assert cells(response, "Réponse du serveur") == ["", "550 5.1.1 Personne de ce nom"]


@pytest.mark.parametrize(
    ("state", "found"), [("waiting", 1), ("sent", 2), ("refused", 3), ("", 6), ("x", 6), ("\0", 6)]
)
def test_the_mails_of_one_state_are_shown(back_office, state, found):
    message = make_message(WAITING, SENT, SENT, REFUSED, REFUSED, REFUSED)
    response = back_office.get(address(message), {"state": state})
    assert len(cells(response, "Adresse")) == found
    assert len(page(response).xpath("//nav//a[@aria-current]")) == 1


def test_many_mails_come_in_pages_of_their_state(back_office):
    message = make_message(*[SENT] * 51, WAITING)
    response = back_office.get(address(message), {"state": "sent"})
    assert len(cells(response, "Adresse")) == 50
    (following,) = page(response).xpath("//a[@rel='next']/@href")
    assert cells(back_office.get(address(message) + following), "Adresse") == ["m50@x.fr"]


def test_what_was_deleted_since_is_told(back_office):
    message = make_message(SENT, author=UserFactory())
    Member.objects.all().delete()
    get_user_model().objects.filter(pk=message.author_id).delete()
    response = back_office.get(address(message))
    assert cells(response, "Membre") == ["membre supprimé"]
    assert "par un compte supprimé" in text(response)
    assert cells(back_office.get(JOURNAL), "Par") == ["compte supprimé"]


@pytest.mark.parametrize("awkward", AWKWARD_TEXTS)
def test_awkward_texts_are_shown_as_typed(back_office, awkward):
    message = make_message(REFUSED, subject=awkward)
    Message.objects.update(text=awkward)
    Member.objects.update(name=awkward)
    Delivery.objects.update(answer=awkward)
    response = back_office.get(address(message))
    assert page(response).xpath("//h1/text()") == [awkward]
    assert cells(response, "Membre") == [awkward]
    assert cells(response, "Réponse du serveur") == [awkward]
    assert cells(back_office.get(JOURNAL), "Objet") == [awkward]
    assert f"« {awkward} »" in text(back_office.get(address(message) + "renvoyer/"))


@pytest.mark.parametrize("pk", ["0", "999", "9" * 18])
def test_an_unknown_message_is_not_found(back_office, pk):
    for end in ("/", "/renvoyer/"):
        assert back_office.get(JOURNAL + pk + end).status_code == 404


@pytest.mark.parametrize("number", ["0", "x", "-1", "9" * 30])
def test_an_unknown_page_is_harmless(back_office, number):
    message = make_message(SENT)
    for url in (JOURNAL, address(message)):
        assert back_office.get(url, {"page": number}).status_code == 200


def test_a_thousand_mails_cost_as_many_queries_as_ten(back_office):
    def queries(message):
        with CaptureQueriesContext(connection) as captured:
            for url in (JOURNAL, address(message)):
                assert back_office.get(url).status_code == 200
            back_office.get(address(message), headers=PART)
        return len(captured)

    ten = queries(make_message(*[SENT] * 10))
    for _ in range(9):
        make_message(SENT)
    assert queries(make_message(*[SENT] * 1000)) == ten


def test_the_page_of_a_message_is_only_for_those_who_may_write(nobody, without_role, administrator):
    message = make_message(SENT)
    for url in (JOURNAL, address(message)):
        assert administrator.get(url).status_code == 200
        assert without_role.get(url).status_code == 403
        assert nobody.get(url)["Location"] == f"/connexion/?next={url}"
        assert administrator.post(url).status_code == 405
    assert "/messages/" in links(administrator.get("/membres/"), "/messages/")


def test_who_may_only_see_members_is_offered_no_message(without_role):
    MemberFactory()
    user = without_role.get("/mot-de-passe/").wsgi_request.user
    user.user_permissions.set(Permission.objects.filter(codename="view_member"))
    response = without_role.get("/membres/")
    assert response.status_code == 200
    assert not links(response, "/messages/")
    assert not page(response).xpath("//form[@id='selection'] | //input[@type='checkbox']")


def test_a_mail_says_whom_to_answer(settings, db):
    settings.REPLY_TO_EMAIL = "bureau@coop.fr"
    body = render_mail("a", "b", MemberFactory(name="L'Été & Cie"))
    assert "de L'Été & Cie, référence" in body.text
    assert "L&#x27;Été &amp; Cie, référence" in body.html
    for part in body:
        assert "écrivez à bureau@coop.fr." in part
