"""« Historique » and « Rétablir », with and without JavaScript, on wide and narrow screens."""

import pytest
from playwright.sync_api import expect

from contacts.models import Contact
from tests.factories import ContactFactory, MemberFactory

pytestmark = pytest.mark.both_databases
in_each_browser = pytest.mark.parametrize(
    ("javascript", "width"), [(True, 1280), (True, 390), (False, 1280), (False, 390)]
)


@pytest.fixture
def member(transactional_db, django_db_serialized_rollback):
    """A member with Anne, then Bruno."""
    member = MemberFactory(name="Moulin", city="Lyon")
    ContactFactory(member=member, name="Anne", email="anne@x.fr", note="le matin")
    ContactFactory(member=member, name="Bruno", phones="04 78 00 00 00")
    return member


@pytest.fixture
def author(back_office_user):
    back_office_user.first_name, back_office_user.last_name = "Marie", "Dupont"
    back_office_user.save()
    return back_office_user


def lines(page):
    return page.locator("table.history tbody tr")


def is_within(page):
    return page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@in_each_browser
def test_a_contact_gets_back_what_it_was(open_page, author, member, javascript, width):
    page = open_page(author, javascript=javascript, width=width)
    page.goto(member.get_absolute_url())
    page.get_by_role("link", name="Modifier le contact : Anne").press("Enter")
    page.get_by_label("Note").fill("le soir")
    page.get_by_role("button", name="Enregistrer").press("Enter")
    expect(page.locator("#messages")).to_contain_text("Le contact « Anne » est enregistré.")
    page.get_by_role("link", name="Historique du contact : Anne").press("Enter")
    expect(page.get_by_role("heading", name="Historique du contact « Anne »")).to_be_visible()
    newest = lines(page).first
    expect(newest).to_contain_text("Marie Dupont")
    expect(newest.locator("del")).to_have_text("matin")
    expect(newest.locator("ins")).to_have_text("soir")
    page.get_by_role("link", name="Rétablir Anne comme avant le").press("Enter")
    expect(page.locator("del")).to_have_text("soir")
    expect(page.locator("ins")).to_have_text("matin")
    assert is_within(page)
    page.get_by_role("button", name="Rétablir").press("Enter")
    expect(page.locator("#messages")).to_contain_text("« Anne » est de nouveau comme avant le")
    expect(page.locator("#contacts td[data-title='Note']").first).to_have_text("le matin")
    page.get_by_role("link", name="Historique", exact=True).press("Enter")
    expect(lines(page).first.locator("ins")).to_have_text("matin")
    expect(lines(page).nth(1).locator("ins")).to_have_text("soir")
    assert is_within(page)


@in_each_browser
def test_a_deleted_contact_comes_back(open_page, author, member, javascript, width):
    page = open_page(author, javascript=javascript, width=width)
    page.goto(member.get_absolute_url())
    page.get_by_role("link", name="Supprimer le contact : Anne").press("Enter")
    page.get_by_role("button", name="Supprimer le contact").press("Enter")
    expect(page.locator("#messages")).to_contain_text("Le contact « Anne » est supprimé.")
    page.get_by_role("link", name="Historique", exact=True).press("Enter")
    expect(lines(page).first).to_contain_text("Supprimé")
    page.get_by_role("link", name="Contacts supprimés").press("Enter")
    expect(lines(page)).to_have_count(1)
    page.get_by_role("link", name="Rétablir Anne comme avant le").press("Enter")
    expect(page.get_by_role("heading", name="Le contact rétabli")).to_be_visible()
    assert is_within(page)
    page.get_by_role("button", name="Rétablir").press("Enter")
    expect(page.locator("#messages")).to_contain_text("Le contact « Anne » est rétabli.")
    assert page.locator("#contacts tbody th").all_inner_texts() == ["Anne", "Bruno"]


def test_who_restores_what_a_colleague_changed_meanwhile_reads_it_first(open_page, author, member):
    anne = Contact.objects.get(name="Anne")
    Contact.objects.filter(pk=anne.pk).update(note="le soir")
    page = open_page(author)
    page.goto(f"{member.get_absolute_url()}historique/")
    page.get_by_role("link", name="Rétablir Anne comme avant le").click()
    Contact.objects.filter(pk=anne.pk).update(email="anne@y.fr")
    page.get_by_role("button", name="Rétablir").click()
    expect(page.locator(".conflict")).to_contain_text("Ce contact a changé entre-temps.")
    expect(page.locator(".conflict")).to_be_focused()
    expect(page.locator(".differences")).to_contain_text("anne@y.fr")
    page.get_by_role("button", name="Rétablir").click()
    expect(page.locator("#messages")).to_contain_text("est de nouveau comme avant le")
    anne.refresh_from_db()
    assert (anne.note, anne.email) == ("le matin", "anne@x.fr")


def test_axe_finds_nothing(open_page, author, member, accessible_at_each_width):
    anne = Contact.objects.get(name="Anne")
    pk = anne.pk
    Contact.objects.filter(pk=pk).update(note="le soir", position=9)
    Contact.objects.filter(name="Bruno").update(position=1)
    member.city = "Villeurbanne"
    member.save()
    page = open_page(author)
    history = f"{member.get_absolute_url()}historique/"
    page.goto(f"{history}contacts/{pk}/")
    accessible_at_each_width(page)
    page.get_by_role("link", name="Rétablir Anne comme avant le").click()
    accessible_at_each_width(page)
    Contact.objects.filter(pk=pk).delete()
    for address in (history, f"{history}supprimes/"):
        page.goto(address)
        accessible_at_each_width(page)
    page.get_by_role("link", name="Rétablir Anne comme avant le").click()
    accessible_at_each_width(page)
