"""The part « Qui reçoit quoi » of a member's page; what the form says of idle types."""

import pytest

from contacts.models import ContactType
from tests.factories import ContactFactory, MemberFactory
from tests.pages import HTMX, page, text

pytestmark = pytest.mark.django_db


def rows(client, member):
    """What the page says of each topic."""
    table = page(client.get(member.get_absolute_url())).xpath('//*[@id="routing"]//tbody/tr')
    found = [[" ".join(cell.text_content().split()) for cell in row] for row in table]
    return dict(found)


def test_each_topic_has_its_recipients(back_office):
    member = MemberFactory(email="main@example.org")
    ContactFactory(member=member, name="Anne", email="anne@example.org", type=1)
    ContactFactory(member=member, name="Bruno", email="bruno@example.org", type=4)
    ContactFactory(member=member, name="Chloé", type=ContactType.RECEIVER)
    main, anne, bruno = (
        "Adresse principale : main@example.org",
        "Anne : anne@example.org",
        "Bruno : bruno@example.org",
    )
    assert rows(back_office, member) == {
        "Factures": f"{main} {anne} {bruno}",
        "Commandes": f"{main} {bruno}",
        "Service après-vente": f"{main} {bruno}",
        "Réception": "Chloé signe le justificatif de livraison",
    }


def test_nobody_is_called_nobody(back_office):
    assert set(rows(back_office, MemberFactory()).values()) == {"personne"}


def test_a_module_that_is_off_has_no_row(back_office, settings):
    settings.MODULE_AFTER_SALES = settings.MODULE_DELIVERY_TRACKING = False
    assert list(rows(back_office, MemberFactory())) == ["Factures", "Commandes"]


def test_it_changes_with_the_contacts(back_office):
    member = MemberFactory()
    values = {"name": "Anne", "email": "anne@example.org", "type": "4"}
    response = back_office.post(f"/membres/{member.pk}/contacts/ajouter/", values, headers=HTMX)
    (part,) = page(response).xpath('//*[@id="routing"][@hx-swap-oob="true"]')
    assert "anne@example.org" in part.text_content()


def test_a_type_without_effect_is_told_and_can_be_chosen(back_office, settings):
    settings.MODULE_AFTER_SALES = settings.MODULE_DELIVERY_TRACKING = False
    member = MemberFactory()
    address = f"/membres/{member.pk}/contacts/ajouter/"
    assert text(back_office.get(address)).count("Sans effet pour l'instant") == 2
    back_office.post(address, {"name": "Anne", "type": ContactType.AFTER_SALES.value})
    assert member.contacts.get().type == ContactType.AFTER_SALES


def test_with_all_modules_every_type_has_an_effect(back_office):
    response = back_office.get(f"/membres/{MemberFactory().pk}/contacts/ajouter/")
    assert "Sans effet" not in text(response)
