"""Messages from the members' screen, in a real browser."""

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from mailing.messages.preparation import prepare
from mailing.models import Delivery, DeliveryState, Message
from mailing.outbox.delivery import deliver_due
from members.models import Member
from tests.factories import ContactFactory, MemberFactory
from tests.mailing.messages.writing import deliver


@pytest.fixture
def members(transactional_db):
    """Two pages of farms, one of them without a main address, and another member."""
    farms = [
        MemberFactory.build(name=f"Ferme {number:02}", email=f"ferme{number}@x.fr")
        for number in range(60)
    ]
    farms[7].email = ""
    Member.objects.bulk_create(farms)
    ContactFactory(member=farms[7], email="contact@x.fr")
    return MemberFactory(name="Moulin", email="moulin@x.fr")


def write(page, subject="Fermeture", text="Bonjour {{ nom }}"):
    page.get_by_label("Objet").fill(subject)
    page.get_by_label("Texte").fill(text)


def state_of(box):
    """Return what a box of three states shows."""
    return box.evaluate("box => box.indeterminate ? 'half' : box.checked ? 'ticked' : 'empty'")


def addresses(mail_server):
    return {address for letter in mail_server.letters for address in letter.to}


@pytest.mark.both_databases
def test_a_message_goes_to_all_members_of_a_search(
    open_page, back_office_user, members, mail_server
):
    page = open_page(back_office_user)
    page.goto("/membres/")
    page.get_by_label("Rechercher").type("ferme")
    expect(page.get_by_text("60 membres, page 1 sur 2")).to_be_visible()
    page.get_by_text("Envoyer un message").click()
    page.get_by_role("button", name="aux 60 membres que trouve cette recherche").click()
    write(page, text="Bonjour {{ nmo }}")
    page.get_by_role("button", name="Continuer").click()
    expect(page.get_by_text("« {{ nmo }} » n'existe pas.")).to_be_visible()
    expect(page.get_by_label("Texte")).to_be_focused()
    write(page)
    page.get_by_role("button", name="Aperçu").click()
    expect(page.get_by_text("Bonjour Ferme 00")).to_be_visible()
    page.get_by_role("button", name="Continuer").click()
    expect(page.get_by_text("Le message va à 59 membres")).to_be_visible()
    expect(page.get_by_role("link", name="Ferme 07")).to_be_visible()
    page.get_by_role("button", name="Envoyer aux 59 membres").click()
    expect(page.get_by_text("En préparation pour 59 membres")).to_be_visible()
    mail_server.refuse("RCPT", "550 Personne de ce nom", only="ferme3@")
    deliver()
    # The page follows by itself.
    expect(page.get_by_text("58 envoyés, 1 refusé, sur 59")).to_be_visible()
    expect(page.get_by_role("status").get_by_text("Chaque mail a sa réponse.")).to_be_visible()
    expected = {f"ferme{number}@x.fr" for number in range(60) if number not in (3, 7)}
    assert addresses(mail_server) == expected
    assert len(mail_server.letters) == 58


@pytest.mark.both_databases
def test_failures_are_sent_again_from_the_journal(
    open_page, back_office_user, members, mail_server
):
    page = open_page(back_office_user)
    page.goto(f"/messages/nouveau/?members={members.pk}")
    write(page)
    page.get_by_role("button", name="Continuer").click()
    page.get_by_role("button", name="Envoyer au 1 membre").click()
    expect(page.get_by_role("heading", level=1, name="Fermeture")).to_be_visible()
    mail_server.refuse("RCPT", "550 Personne de ce nom")
    deliver()
    page.get_by_role("link", name="Messages", exact=True).first.click()
    expect(page.get_by_role("cell", name="0 envoyé, 1 refusé, sur 1")).to_be_visible()
    page.get_by_role("link", name="Fermeture").click()
    page.get_by_role("link", name="Refusé", exact=True).click()
    expect(page.get_by_text("550 Personne de ce nom")).to_be_visible()
    page.get_by_role("link", name="Renvoyer à l'échec (1)").click()
    mail_server.refuse("QUIT", "221 Au revoir")
    page.get_by_role("button", name="Renvoyer au 1 membre").click()
    expect(page.get_by_text("1 mail à nouveau en attente")).to_be_visible()
    deliver_due()
    expect(page.get_by_text("1 envoyé", exact=True)).to_be_visible()
    assert addresses(mail_server) == {"moulin@x.fr"}


def test_members_are_chosen_by_keyboard(open_page, back_office_user, members):
    page = open_page(back_office_user)
    page.goto("/membres/")
    page.get_by_label("Choisir Ferme 01").focus()
    page.keyboard.press("Space")
    expect(page.get_by_role("status").get_by_text("1 membre choisi")).to_be_visible()
    whole = page.get_by_label("Tous les membres de la page")
    assert state_of(whole) == "half"
    whole.focus()
    page.keyboard.press("Space")
    expect(page.get_by_role("status").get_by_text("50 membres choisis")).to_be_visible()
    assert state_of(whole) == "ticked"
    page.keyboard.press("Space")
    expect(page.get_by_text("membres choisis")).to_have_count(0)
    assert state_of(whole) == "empty"
    page.get_by_label("Choisir Ferme 02").check()
    page.get_by_text("Envoyer un message").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Le message va à 1 membre,")).to_be_visible()
    expect(page.get_by_label("Objet")).to_be_focused()
    page.keyboard.type("Bonjour")
    page.keyboard.press("Tab")
    page.keyboard.type("Texte")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Envoyer au 1 membre")).to_be_visible()


def test_a_new_search_begins_with_no_member_chosen(open_page, back_office_user, members):
    page = open_page(back_office_user)
    page.goto("/membres/")
    page.get_by_label("Tous les membres de la page").check()
    page.get_by_label("Rechercher").type("moulin")
    expect(page.get_by_text("1 membre", exact=True)).to_be_visible()
    expect(page.get_by_label("Choisir Moulin")).not_to_be_checked()
    expect(page.get_by_text("choisis")).to_have_count(0)
    page.get_by_label("Choisir Moulin").check()
    expect(page.get_by_role("status").get_by_text("1 membre choisi")).to_be_visible()
    expect(page.get_by_label("Tous les membres de la page")).to_be_checked()


@pytest.mark.parametrize("choice", ["boxes", "page", "search"])
def test_all_works_without_javascript(open_page, back_office_user, members, mail_server, choice):
    page = open_page(back_office_user, javascript=False)
    page.goto("/membres/?q=ferme")
    page.get_by_label("Choisir Ferme 01").check()
    page.get_by_text("Envoyer un message").click()
    names = {
        "boxes": "aux membres cochés",
        "page": "aux 50 membres de cette page",
        "search": "aux 60 membres que trouve cette recherche",
    }
    page.get_by_role("button", name=names[choice]).click()
    write(page)
    page.get_by_role("button", name="Aperçu").click()
    page.get_by_role("button", name="Continuer").click()
    page.get_by_role("button", name="Modifier").click()
    expect(page.get_by_label("Texte")).to_have_value("Bonjour {{ nom }}")
    page.get_by_role("button", name="Continuer").click()
    page.get_by_role("button", name="Envoyer au").click()
    expect(page.get_by_text("En préparation")).to_be_visible()
    deliver()
    page.get_by_role("link", name="Actualiser la liste").click()
    number = {"boxes": 1, "page": 49, "search": 59}[choice]
    sent = f"{number} envoyé{'s' if number > 1 else ''}"
    expect(page.get_by_text(sent, exact=True)).to_be_visible()
    assert len(mail_server.letters) == number


def test_a_double_click_sends_once(open_page, back_office_user, members):
    page = open_page(back_office_user)
    page.goto(f"/messages/nouveau/?members={members.pk}")
    write(page)
    page.get_by_role("button", name="Continuer").click()
    page.get_by_role("button", name="Envoyer au 1 membre").dblclick()
    expect(page.get_by_role("heading", level=1, name="Fermeture")).to_be_visible()
    page.reload()
    assert Message.objects.count() == 1


def test_a_page_that_comes_back_can_be_sent_again(open_page, back_office_user, members):
    page = open_page(back_office_user)
    page.goto(f"/messages/nouveau/?members={members.pk}")
    write(page)
    page.get_by_role("button", name="Continuer").click()
    button = page.get_by_role("button", name="Envoyer au 1 membre")
    expect(button).to_be_visible()
    # An answer without content leaves the page where it is, as one that one comes back to.
    page.route("**/*", lambda route: route.fulfill(status=204))
    for _ in range(2):
        with page.expect_request(lambda request: request.method == "POST"):
            button.dblclick()
        expect(page.locator("form[data-sent]")).to_have_count(1)
        page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
        expect(page.locator("form[data-sent]")).to_have_count(0)


def test_axe_finds_nothing_on_any_page(
    open_page, back_office_user, members, accessible_at_each_width, mail_server
):
    page = open_page(back_office_user)
    # Colours in the middle of a transition are no colours to judge.
    page.emulate_media(reduced_motion="reduce")

    def check():
        accessible_at_each_width(page)

    page.goto(reverse("messages:list"))
    check()
    page.goto("/membres/")
    page.get_by_label("Tous les membres de la page").check()
    page.get_by_text("Envoyer un message").click()
    check()
    page.get_by_role("button", name="aux 61 membres").click()
    check()
    write(page, subject="x" * 120, text="{{ nmo }}")
    page.get_by_role("button", name="Continuer").click()
    check()
    write(page, subject="x" * 120, text="y" * 500)
    page.get_by_role("button", name="Aperçu").click()
    check()
    page.get_by_role("button", name="Continuer").click()
    check()
    page.get_by_role("button", name="Envoyer aux 60 membres").click()
    expect(page.get_by_text("En préparation")).to_be_visible()
    check()
    mail_server.refuse("RCPT", "550 " + "z" * 300, only="ferme1")
    deliver()
    expect(page.get_by_text("Chaque mail a sa réponse.")).to_be_visible()
    check()
    message = Message.objects.get()
    for address in (
        reverse("messages:detail", args=[message.pk]),
        reverse("messages:detail", args=[message.pk]) + "?state=refused",
        reverse("messages:detail", args=[message.pk]) + "?state=waiting",
        reverse("messages:resend", args=[message.pk]),
        reverse("messages:list"),
    ):
        page.goto(address)
        check()


@pytest.mark.parametrize("javascript", [True, False])
def test_a_message_is_stopped_and_goes_on(
    open_page, back_office_user, members, mail_server, javascript
):
    page = open_page(back_office_user, javascript=javascript)
    page.goto(f"/messages/nouveau/?members={members.pk}")
    write(page)
    page.get_by_role("button", name="Continuer").click()
    page.get_by_role("button", name="Envoyer au 1 membre").click()
    page.get_by_role("link", name="Arrêter l'envoi").click()
    expect(page.get_by_text("Vous pourrez reprendre l'envoi.")).to_be_visible()
    page.get_by_role("button", name="Arrêter l'envoi").click()
    expect(page.get_by_text("0 envoyé, 1 arrêté, sur 1")).to_be_visible()
    deliver()
    assert addresses(mail_server) == set()
    page.get_by_role("button", name="Reprendre l'envoi").click()
    deliver()
    page.goto(page.url)
    expect(page.get_by_text("1 envoyé", exact=True)).to_be_visible()
    assert addresses(mail_server) == {"moulin@x.fr"}


@pytest.mark.parametrize("javascript", [True, False])
def test_all_who_get_nothing_are_named_by_pages(
    open_page, back_office_user, members, mail_server, javascript
):
    Member.objects.filter(name__startswith="Ferme").update(email="")
    page = open_page(back_office_user, javascript=javascript)
    page.goto("/messages/nouveau/?to=search&screen=%3Fq%3D")
    write(page)
    page.get_by_role("button", name="Continuer").click()
    expect(page.get_by_role("link", name="Ferme 00")).to_be_visible()
    page.get_by_role("button", name="Page suivante").click()
    expect(page.get_by_text("Page 2 sur 2")).to_be_visible()
    expect(page.get_by_role("link", name="Ferme 59")).to_be_visible()
    page.get_by_role("button", name="Envoyer au 1 membre").click()
    deliver()
    assert addresses(mail_server) == {"moulin@x.fr"}


def test_one_press_sends_again_what_was_given_up(open_page, back_office_user, members, mail_server):
    page = open_page(back_office_user)
    page.goto(f"/messages/nouveau/?members={members.pk}")
    write(page)
    page.get_by_role("button", name="Continuer").click()
    page.get_by_role("button", name="Envoyer au 1 membre").click()
    expect(page.get_by_role("heading", name="Avancement")).to_be_visible()
    for message in Message.objects.filter(prepared_at=None):
        prepare(message.pk)
    Delivery.objects.update(state=DeliveryState.GIVEN_UP, finished_at=timezone.now())
    page.goto("/messages/")
    page.get_by_role("button", name="Renvoyer tout ce qui a été abandonné (1)").click()
    expect(page.get_by_text("1 mail à nouveau en attente d'envoi.")).to_be_visible()
    deliver_due()
    assert addresses(mail_server) == {"moulin@x.fr"}
