"""What people with eyes see: messages in view, fields and focus against the page, whole words."""

import re

import pytest
from playwright.sync_api import expect

from tests.factories import ContactFactory, MemberFactory


@pytest.fixture
def member(transactional_db):
    """A member with more contacts than a window shows."""
    member = MemberFactory(name="Ferme des Érables")
    for number in range(30):
        ContactFactory(member=member, name=f"Personne {number}", type=2)
    return member


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("javascript", [True, False])
def test_what_was_done_is_in_view_wherever_the_page_is(
    open_page, back_office_user, member, width, javascript
):
    page = open_page(back_office_user, width=width, javascript=javascript)
    page.goto(member.get_absolute_url())
    page.get_by_role("link", name="Supprimer le contact : Personne 29").click()
    page.get_by_role("button", name="Supprimer le contact").last.click()
    undo = page.get_by_role("button", name="Annuler la suppression")
    expect(undo).to_be_in_viewport(ratio=1)
    expect(page.get_by_role("heading", name="Contact", exact=True)).to_be_in_viewport(ratio=1)


def test_a_message_that_is_closed_leaves_the_page_where_it_is(open_page, back_office_user, member):
    page = open_page(back_office_user)
    page.emulate_media(reduced_motion="reduce")  # Else the page is still on its way.
    page.goto(member.get_absolute_url())
    page.get_by_role("button", name="Descendre Personne 28").click()
    page.get_by_role("button", name="Fermer ce message").dispatch_event("click")
    expect(page.locator(".message")).to_have_count(0)
    expect(page.get_by_role("button", name="Descendre Personne 28")).to_be_in_viewport()


def test_what_has_the_focus_is_never_behind_a_message(open_page, back_office_user, member):
    page = open_page(back_office_user)
    page.emulate_media(reduced_motion="reduce")  # Else the page is still on its way.
    page.goto(member.get_absolute_url())
    page.get_by_role("button", name="Monter Personne 29").click()
    expect(page.locator(".message")).to_be_visible()
    for _ in range(60):
        page.keyboard.press("Shift+Tab")
        top, bottom = page.evaluate(
            "[document.activeElement.getBoundingClientRect().top,"
            " document.querySelector('.message').getBoundingClientRect().bottom]"
        )
        assert top >= bottom


@pytest.mark.parametrize("name", ["name", "note", "type"])
def test_a_field_is_seen_against_the_page(open_page, back_office_user, member, name):
    page = open_page(back_office_user)
    page.goto(f"{member.get_absolute_url()}contacts/ajouter/")
    field = page.locator(f"[name={name}]").last
    page.get_by_role("button", name="Enregistrer").focus()
    assert contrast_of_border(field) >= 3
    field.focus()
    assert contrast_of_border(field) >= 3


@pytest.mark.parametrize("width", [1280, 390])
def test_words_are_not_broken_where_they_fit(open_page, back_office_user, member, width):
    page = open_page(back_office_user, width=width)
    page.goto(member.get_absolute_url())
    assert line_count(page.get_by_role("rowheader", name="Commandes")) == 1


def contrast_of_border(field):
    """Return the contrast of a field's border with white, as WCAG 2 reckons it."""
    colour = field.evaluate(
        "one => { one.getAnimations().forEach((change) => change.finish());"
        " return getComputedStyle(one).borderTopColor; }"
    )
    shares = [int(number) / 255 for number in re.findall(r"\d+", colour)[:3]]
    linear = [s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares]
    return 1.05 / (0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05)


def line_count(words):
    """Return on how many lines the text of an element stands."""
    return words.evaluate(
        "one => { const range = document.createRange(); range.selectNodeContents(one);"
        " const tops = [...range.getClientRects()].map((box) => box.top);"
        " return new Set(tops).size; }"
    )
