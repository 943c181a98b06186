"""The pages of a member with very many contacts, in a real browser."""

import pytest
from playwright.sync_api import expect

from contacts.models import Contact
from tests.factories import ContactFactory, MemberFactory

WIDTHS = [1280, 390]


@pytest.fixture
def member(transactional_db, monkeypatch):
    """A member of three pages, which are short: a browser draws long ones slowly."""
    for module in ("contacts.pages", "contacts.templatetags.routing"):
        monkeypatch.setattr(f"{module}.CONTACTS_A_PAGE", 20)
    member = MemberFactory(name="Ferme des Érables", email="ferme@x.fr")
    Contact.objects.bulk_create(
        ContactFactory.build(
            member=member, name=f"Contact {place}", email=f"c{place}@x.fr", position=place
        )
        for place in range(1, 46)
    )
    return member


def names(page):
    return page.locator("#contacts tbody th").all_inner_texts()


def stored(member):
    return list(member.contacts.values_list("name", flat=True))


@pytest.mark.parametrize("javascript", [True, False])
@pytest.mark.parametrize("width", WIDTHS)
def test_pages_are_walked_and_a_contact_moves_over_their_end(
    open_page, back_office_user, member, javascript, width
):
    page = open_page(back_office_user, javascript=javascript, width=width)
    page.goto(member.get_absolute_url())
    above = page.get_by_role("navigation", name="Pages des contacts", exact=True)
    expect(above).to_contain_text("1–20 sur 45")
    above.get_by_role("link", name="Page suivante").press("Enter")
    expect(above).to_contain_text("21–40 sur 45")
    assert page.url.endswith("?contacts=2#contacts")
    page.get_by_role("button", name="Monter Contact 21").press("Enter")
    expect(page.locator("#messages")).to_contain_text("Contact 21 : place 20 sur 45.")
    expect(above).to_contain_text("1–20 sur 45")
    assert names(page)[-1] == "Contact 21"
    page.get_by_role("button", name="Mettre Contact 7 tout en bas").press("Enter")
    expect(page.locator("#messages")).to_contain_text("Contact 7 : place 45 sur 45.")
    expect(above).to_contain_text("41–45 sur 45")
    assert names(page)[-1] == "Contact 7"
    page.reload()
    assert names(page)[-1] == "Contact 7"


def test_the_order_of_a_page_is_changed_by_dragging(open_page, back_office_user, member):
    page = open_page(back_office_user)
    page.goto(f"{member.get_absolute_url()}?contacts=3")
    handle = page.get_by_role("button", name="Modifier l'ordre des contacts : Contact 41,")
    box = handle.bounding_box()
    target = page.locator("tr[data-contact]").nth(2).bounding_box()
    page.mouse.move(box["x"] + 5, box["y"] + 5)
    page.mouse.down()
    page.mouse.move(box["x"] + 5, target["y"] + target["height"] - 3, steps=8)
    page.mouse.up()
    expect(page.locator("#messages")).to_contain_text("Contact 41 : place 43 sur 45.")
    assert names(page) == stored(member)[40:]


def test_windows_work_on_every_page(open_page, back_office_user, member):
    page = open_page(back_office_user)
    page.goto(member.get_absolute_url())
    above = page.get_by_role("navigation", name="Pages des contacts", exact=True)
    above.get_by_role("link", name="Page suivante").click()
    page.get_by_role("link", name="Modifier le contact : Contact 30").click()
    page.get_by_role("dialog").get_by_label("Fonction").fill("Cheffe")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_role("cell", name="Cheffe", exact=True)).to_be_visible()
    expect(above).to_contain_text("21–40 sur 45")
    page.get_by_role("link", name="Ajouter un contact").click()
    page.get_by_role("dialog").get_by_label("Dénomination").fill("Neuf")
    page.get_by_role("dialog").get_by_label("Réceptionnaire").check()
    page.get_by_role("button", name="Enregistrer").click()
    expect(above).to_contain_text("41–46 sur 46")
    assert names(page)[-1] == "Neuf"


@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing_on_a_page_among_others(
    open_page, back_office_user, member, accessible, width
):
    page = open_page(back_office_user, width=width)
    page.goto(f"{member.get_absolute_url()}?contacts=3")
    accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
