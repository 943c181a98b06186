"""Who hears of what, what needs a look, and the journal, in a real browser."""

import pytest
from playwright.sync_api import expect

from contacts.models import ContactType
from mailing.models import Delivery, DeliveryState
from mailing.notifications.dispatch import notify
from tests.factories import ContactFactory, MemberFactory


@pytest.fixture
def member(transactional_db):
    member = MemberFactory(name="Ferme des Érables")
    ContactFactory(member=member, name="Anne", type=ContactType.ALL, email="")
    ContactFactory(member__name="Cantine du Parc", email="chef@example.org")
    return member


@pytest.fixture
def refused(member):
    """An invoice that Bruno's server refused."""
    ContactFactory(member=member, name="Bruno", type=1, email="bruno@example.org")
    notification = notify(member, "invoices", "Facture 12", "Voici la facture.")
    Delivery.objects.update(state=DeliveryState.REFUSED, answer="550 inconnu")
    return notification


def test_a_flag_goes_when_the_contact_is_mended(open_page, back_office_user, member):
    page = open_page(back_office_user)
    page.goto(member.get_absolute_url())
    routing = page.locator("#routing")
    expect(routing).to_contain_text("« Anne » (Toutes les notifications) n'a pas d'adresse mail")
    expect(routing.get_by_role("row", name="Factures")).to_contain_text("personne")
    page.get_by_role("link", name="Modifier le contact : Anne").click()
    expect(page.get_by_label("Dénomination")).to_be_focused()
    page.get_by_label("Mail").fill("anne@example.org")
    page.get_by_role("button", name="Enregistrer").click()
    expect(routing.get_by_role("row", name="Factures")).to_contain_text("Anne : anne@example.org")
    expect(routing).not_to_contain_text("n'a pas d'adresse mail")


def test_members_are_filtered_by_what_needs_a_look(open_page, back_office_user, member):
    page = open_page(back_office_user)
    page.goto("/membres/")
    choice = page.get_by_label("À vérifier")
    expect(choice.locator("option", has_text="sans adresse mail (1)")).to_have_count(1)
    choice.select_option("sans-adresse")
    expect(page.get_by_text("1 membre", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="Ferme des Érables")).to_be_visible()


def test_the_filter_works_without_javascript(open_page, back_office_user, member):
    page = open_page(back_office_user, javascript=False)
    page.goto("/membres/")
    page.get_by_label("À vérifier").select_option("sans-adresse")
    page.get_by_role("button", name="Rechercher").click()
    expect(page.get_by_text("1 membre", exact=True)).to_be_visible()
    expect(page.get_by_label("À vérifier")).to_have_value("sans-adresse")


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "no javascript"])
def test_a_refused_mail_is_sent_again_from_the_journal(
    open_page, administrator_user, refused, javascript
):
    page = open_page(administrator_user, javascript=javascript)
    page.goto("/membres/")
    page.get_by_role("link", name="Notifications").click()
    page.get_by_label("État").select_option("refused")
    page.get_by_role("button", name="Afficher").click()
    page.get_by_role("link", name="Facture 12").click()
    expect(page.get_by_role("row", name="bruno@example.org")).to_contain_text("550 inconnu")
    page.get_by_role("button", name="Renvoyer à 1 destinataire").click()
    expect(page.get_by_text("Un mail part à nouveau.")).to_be_visible()
    expect(page.get_by_role("row", name="bruno@example.org")).to_contain_text("En attente")


@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing(open_page, administrator_user, refused, accessible, width):
    page = open_page(administrator_user, width=width, complains=False)
    addresses = (
        refused.member.get_absolute_url(),
        "/membres/?check=sans-adresse",
        "/notifications/",
        "/notifications/?state=sent",
        f"/notifications/{refused.pk}/",
        "/nulle-part/",
    )
    for address in addresses:
        page.goto(address)
        page.wait_for_load_state("networkidle")
        accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), address
