import uuid
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mailing.messages.audience import audience
from mailing.models import Message
from members.models import Member
from tests.factories import ContactFactory, MemberFactory
from tests.mailing.messages.writing import (
    WORDS,
    WRITE,
    confirmation,
    deliver,
    hidden,
    nothing_left,
    recipients,
    send,
    to_members,
    to_search,
)
from tests.pages import alerts, page, text


def test_a_message_goes_to_each_chosen_member(back_office, farm, mill, mailoutbox):
    MemberFactory(email="autre@x.fr")
    response = send(back_office, to_members(farm, mill))
    assert "Le message « Fermeture » part." in text(response)
    assert "En préparation pour 2 membres" in text(response)
    deliver()
    assert recipients(mailoutbox) == ["ferme@x.fr", "moulin@x.fr"]
    mail = mailoutbox[0]
    assert mail.subject == "Fermeture"
    assert mail.body.startswith("Bonjour Ferme (F1)\n\n-- \nVous recevez ce message parce que")
    assert "l'adresse principale de Ferme, référence F1." in mail.body
    (html, kind) = mail.alternatives[0]
    assert kind == "text/html"
    assert "<p>Bonjour Ferme (F1)</p>" in html
    message = Message.objects.get()
    assert (message.recipient_count, message.skipped_count) == (2, 0)
    assert message.author == response.wsgi_request.user


def test_a_message_goes_to_all_that_the_search_finds_over_all_pages(back_office, mailoutbox):
    found = MemberFactory.create_batch(60, city="Lyon", kind="supplier")
    for member in found:
        Member.objects.filter(pk=member.pk).update(email=f"m{member.pk}@ferme.fr")
    MemberFactory(email="autre@ferme.fr", kind="individual")
    MemberFactory(email="autre@x.fr", kind="supplier")
    response = back_office.get("/membres/", {"q": "ferme.fr", "kind": "supplier", "page": "2"})
    assert "aux 60 membres que trouve cette recherche" in text(response)
    address = f"{WRITE}?{urlencode({'to': 'search', **hidden(response)})}"
    send(back_office, address)
    deliver()
    assert recipients(mailoutbox) == sorted(f"m{member.pk}@ferme.fr" for member in found)


def test_a_filter_of_the_screen_counts_too(back_office, farm, mailoutbox):
    topicless = ContactFactory(member=farm, email="").member
    MemberFactory(email="autre@x.fr")
    checks = page(back_office.get("/membres/")).xpath("//select[@name='check']/option/@value")
    found = [
        key for key in checks if key and "Ferme" in text(back_office.get(f"/membres/?check={key}"))
    ]
    assert found
    send(back_office, to_search(check=found[0]))
    deliver()
    assert recipients(mailoutbox) == [topicless.email]


def test_the_whole_page_is_chosen_by_one_button(back_office, farm, mill):
    (value,) = page(back_office.get("/membres/")).xpath("//button[@name='members']/@value")
    response = back_office.get(f"{WRITE}?members={value}&members={farm.pk}")
    assert "Le message va à 2 membres, chacun à son adresse principale." in text(response)


def test_the_page_that_asks_says_who_gets_nothing(back_office, farm):
    MemberFactory.create_batch(53, name="Sans")
    said = text(confirmation(back_office, to_search()))
    assert "Le message va à 1 membre, à son adresse principale." in said
    assert "53 membres sans adresse principale ne reçoivent rien." in said
    assert said.count("Sans (C") == 50
    assert not Message.objects.exists()


@pytest.mark.parametrize("confirmed", [{}, {"confirmed": ""}, {"confirmed": "[[1], []]"}])
def test_sending_without_what_was_confirmed_asks_again(back_office, farm, mailoutbox, confirmed):
    values = {**WORDS, "token": uuid.uuid4(), "step": "send", **confirmed}
    assert "Envoyer ce message ?" in text(back_office.post(to_members(farm), values))
    assert nothing_left(mailoutbox)


WITHOUT_MEMBERS = pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ("", "Cochez d'abord les membres à qui vous voulez écrire."),
        ("?to=chosen&screen=%3Fq%3Dfer", "Cochez d'abord"),
        ("?members=", "Cochez d'abord"),
        ("?members=x,-1,%C2%B2,1e3,,", "Cochez d'abord"),
        ("?members=" + "9" * 30, "Cochez d'abord"),
        ("?members=" + "9" * 18, "Les membres choisis n'existent plus."),
        ("?members=0", "Les membres choisis n'existent plus."),
        ("?to=search&screen=%3Fq%3Dintrouvable", "Cette recherche ne trouve plus aucun membre."),
        ("?to=search&screen=%3Fkind%3Dfriend", "Cette recherche n'est pas valable"),
        ("?to=search&screen=%3Fcheck%3Dfriend", "Cette recherche n'est pas valable"),
        ("?to=search&screen=%3Fq%3D%2500", "Cette recherche n'est pas valable"),
        ("?to=search&screen=%3Fq%3D" + "x" * 201, "Cette recherche n'est pas valable"),
    ],
)


@WITHOUT_MEMBERS
def test_without_members_one_comes_back_to_their_screen(back_office, farm, parameters, said):
    response = back_office.get(WRITE + parameters, follow=True)
    assert response.redirect_chain[0][0].startswith("/membres/")
    assert said in text(response)
    if "fer" in parameters:
        assert response.redirect_chain[0][0] == "/membres/?q=fer"


@WITHOUT_MEMBERS
def test_what_was_written_to_members_who_are_gone_is_shown(
    back_office, farm, mailoutbox, parameters, said
):
    values = {**WORDS, "token": uuid.uuid4(), "reached": "1", "skipped": "0", "step": "send"}
    response = back_office.post(WRITE + parameters, values)
    assert said in alerts(response)
    assert f"Objet {WORDS['subject']}" in text(response)
    assert f"Texte {' '.join(WORDS['text'].split())}" in text(response)
    (back,) = page(response).xpath("//main//a/@href")
    assert back == ("/membres/?q=fer" if "fer" in parameters else back)
    assert back.startswith("/membres/")
    assert nothing_left(mailoutbox)


def test_where_nobody_has_an_address_nothing_can_be_sent(back_office, mailoutbox):
    address = to_members(MemberFactory())
    asked = confirmation(back_office, address)
    assert "Le message ne va à personne" in text(asked)
    assert not page(asked).xpath("//button[@value='send']")
    response = back_office.post(address, {**hidden(asked), "step": "send"})
    assert "Le message ne va à personne" in text(response)
    assert nothing_left(mailoutbox)


@pytest.mark.parametrize("change", ["added", "deleted", "without address", "with address"])
def test_where_the_numbers_have_changed_nothing_is_sent(
    back_office, farm, mill, mailoutbox, change
):
    empty = MemberFactory()
    asked = confirmation(back_office, to_search())
    {
        "added": lambda: MemberFactory(email="neuf@x.fr"),
        "deleted": mill.delete,
        "without address": lambda: Member.objects.filter(pk=mill.pk).update(email=""),
        "with address": lambda: Member.objects.filter(pk=empty.pk).update(email="neuf@x.fr"),
    }[change]()
    response = back_office.post(to_search(), {**hidden(asked), "step": "send"})
    assert "les membres choisis ont changé. Rien n'est parti." in text(response)
    assert nothing_left(mailoutbox)
    number = audience(Member.objects.all()).reached
    (button,) = page(response).xpath("//button[@value='send']")
    assert f" {number} membre" in " ".join(button.text_content().split())
    back_office.post(to_search(), {**hidden(response), "step": "send"})
    deliver()
    assert len(recipients(mailoutbox)) == number


def test_a_member_swapped_after_the_confirmation_gets_no_message(
    back_office, farm, mill, mailoutbox
):
    MemberFactory(name="Sans", reference="F3")
    asked = confirmation(back_office, to_search())
    Member.objects.filter(pk=mill.pk).update(email="")
    Member.objects.filter(reference="F3").update(email="neuf@x.fr")
    response = back_office.post(to_search(), {**hidden(asked), "step": "send"})
    said = text(response)
    assert "les membres choisis ont changé. Rien n'est parti." in said
    assert "Reçoivent maintenant le message : Sans (F3)" in said
    assert "Ne le reçoivent plus : Moulin (F2)" in said
    assert nothing_left(mailoutbox)
    back_office.post(to_search(), {**hidden(response), "step": "send"})
    deliver()
    assert recipients(mailoutbox) == ["ferme@x.fr", "neuf@x.fr"]


def test_members_who_are_deleted_or_new_are_named_or_counted(back_office, farm, mill, mailoutbox):
    MemberFactory(name="Sans")
    asked = confirmation(back_office, to_search())
    Member.objects.exclude(pk=farm.pk).delete()
    MemberFactory.create_batch(23, name="Neuf")
    said = text(back_office.post(to_search(), {**hidden(asked), "step": "send"}))
    assert "Ne le reçoivent plus : 1 membre" in said
    assert "Ne sont plus choisis : 1 membre" in said
    assert "Choisis maintenant, sans adresse principale : Neuf (C" in said
    assert "et 3 autres" in said
    assert nothing_left(mailoutbox)


def test_who_gets_nothing_is_named_to_the_last_by_pages(back_office, farm, mailoutbox):
    MemberFactory.create_batch(53, name="Sans")
    asked = confirmation(back_office, to_search())
    named = {"".join(link.itertext()) + link.tail for link in skipped_on(asked)}
    (following,) = page(asked).xpath("//button[@name='page']/@value")
    second = back_office.post(to_search(), {**hidden(asked), "page": following})
    assert len(skipped_on(second)) == 3
    assert "Page 2 sur 2" in text(second)
    assert "ont changé" not in text(second)
    named |= {"".join(link.itertext()) + link.tail for link in skipped_on(second)}
    assert len(named) == 53
    assert nothing_left(mailoutbox)
    back_office.post(to_search(), {**hidden(second), "step": "send"})
    deliver()
    assert recipients(mailoutbox) == ["ferme@x.fr"]


def skipped_on(response):
    return page(response).xpath("//ul[@class='skipped']//a")


def test_a_page_of_who_gets_nothing_says_what_changed_since_the_first(back_office, farm):
    MemberFactory.create_batch(53, name="Sans")
    asked = confirmation(back_office, to_search())
    MemberFactory(name="Neuf", reference="N1", email="neuf@x.fr")
    second = back_office.post(to_search(), {**hidden(asked), "page": "2"})
    assert "Reçoivent maintenant le message : Neuf (N1)" in text(second)


@pytest.mark.parametrize("number", ["0", "x", "99", "-1"])
def test_an_unknown_page_of_who_gets_nothing_is_harmless(back_office, farm, number):
    MemberFactory.create_batch(53)
    asked = confirmation(back_office, to_search())
    response = back_office.post(to_search(), {**hidden(asked), "page": number})
    assert "sur 2" in text(response)


def test_chosen_members_that_are_deleted_meanwhile_are_told(back_office, farm, mill):
    address = to_members(farm, mill)
    mill.delete()
    assert "1 membre choisi n'existe plus." in text(back_office.get(address))


@pytest.mark.parametrize("step", ["open", "confirm", "send"])
def test_a_thousand_members_cost_as_many_queries_as_ten(back_office, step):
    def queries():
        asked = confirmation(back_office, to_search())
        with CaptureQueriesContext(connection) as captured:
            if step == "open":
                back_office.get(to_search())
            elif step == "confirm":
                back_office.post(to_search(), {**hidden(asked), "step": "confirm"})
            else:
                back_office.post(to_search(), {**hidden(asked), "step": "send"})
        return len(captured)

    add_members(10)
    at_ten = queries()
    add_members(990)
    assert queries() == at_ten


def add_members(number):
    members = MemberFactory.build_batch(number)
    for count, member in enumerate(members):
        member.email = f"m{count}@x.fr" if count % 3 else ""
    Member.objects.bulk_create(members)


@pytest.mark.parametrize(("role", "status"), [("back_office", 200), ("administrator", 200)])
def test_both_roles_may_write(request, farm, role, status, mailoutbox):
    client = request.getfixturevalue(role)
    assert send(client, to_members(farm)).status_code == status
    deliver()
    assert recipients(mailoutbox) == ["ferme@x.fr"]


@pytest.mark.parametrize("method", ["get", "post"])
def test_others_may_not_write(nobody, without_role, farm, method, mailoutbox):
    values = {**WORDS, "token": uuid.uuid4(), "step": "send"}
    address = to_members(farm)
    assert getattr(without_role, method)(address, values).status_code == 403
    response = getattr(nobody, method)(address, values)
    assert response["Location"].startswith("/connexion/?next=/messages/nouveau/")
    assert nothing_left(mailoutbox)


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_no_other_method_is_accepted(back_office, farm, method):
    assert getattr(back_office, method)(to_members(farm)).status_code == 405
