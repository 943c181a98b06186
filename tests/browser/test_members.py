"""The members' screen, a member's pages and those of one's account, in a real browser."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from members.models import Member
from tests.factories import ContactFactory, MemberFactory

LONG = "Groupement d'achat " + "très-très-" * 15 + "loin"


@pytest.fixture
def member(transactional_db):
    member = ContactFactory(member__name="Ferme des Érables", name="Chloé").member
    MemberFactory(name=LONG, email="a" * 40 + "@example.org")
    return member


def test_members_are_found_as_one_types(open_page, back_office_user, member):
    page = open_page(back_office_user)
    page.goto("/membres/")
    page.get_by_label("Rechercher").type("chloe")
    expect(page.get_by_text("1 membre", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="Ferme des Érables")).to_be_visible()
    expect(page.get_by_label("Rechercher")).to_be_focused()
    page.go_back()
    expect(page.get_by_role("heading", name="Membres")).to_be_visible()


def test_a_member_is_added_by_keyboard(open_page, back_office_user, member):
    page = open_page(back_office_user)
    page.goto("/membres/ajouter/")
    expect(page.get_by_label("Référence")).to_be_focused()
    page.keyboard.type("F7")
    page.keyboard.press("Tab")
    page.keyboard.type("Moulin")
    page.keyboard.press("Tab")
    page.keyboard.type("Four")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="Moulin")).to_be_visible()
    assert Member.objects.get(reference="F7").kind == "supplier"


def test_the_first_tab_stop_leads_to_the_content(open_page, back_office_user, member):
    page = open_page(back_office_user)
    page.goto("/membres/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Aller au contenu")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#content")).to_be_focused()


def test_an_answer_that_fails_is_told(open_page, back_office_user, member):
    page = open_page(back_office_user, complains=False)
    page.goto(member.get_absolute_url())
    page.route("**/contacts/ajouter/", lambda route: route.abort())
    page.get_by_role("link", name="Ajouter un contact").click()
    expect(page.get_by_role("alert")).to_contain_text("Le site n'a pas répondu")
    page.get_by_role("button", name="Fermer ce message").click()
    expect(page.get_by_role("alert")).to_have_count(0)


def test_a_failure_in_a_window_is_told_in_the_window(open_page, back_office_user, member):
    page = open_page(back_office_user, complains=False)
    page.goto(member.get_absolute_url())
    page.get_by_role("link", name="Ajouter un contact").click()
    window = page.get_by_role("dialog", name="Ajout d'un contact")
    window.get_by_label("Dénomination").fill("Denis")
    page.route("**/contacts/ajouter/", lambda route: route.abort())
    window.get_by_role("button", name="Enregistrer").click()
    expect(window.get_by_role("alert")).to_contain_text("Le site n'a pas répondu")
    expect(window.get_by_label("Dénomination")).to_have_value("Denis")
    expect(page.get_by_role("alert")).to_have_count(1)


def test_members_are_filtered_as_soon_as_a_category_is_chosen(open_page, back_office_user, member):
    MemberFactory(name="Moulin", kind="supplier")
    page = open_page(back_office_user)
    page.goto("/membres/")
    page.get_by_label("Catégorie").select_option("Fournisseur")
    expect(page.get_by_text("1 membre", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="Moulin")).to_be_visible()


@pytest.fixture
def changed_by_marie(member, administrator_user):
    """Let Marie Dupont change the member, behind someone else's back."""
    administrator_user.first_name, administrator_user.last_name = "Marie", "Dupont"
    administrator_user.save()

    def change(name):
        member.name, member.updated_by = name, administrator_user
        member.save()

    return change


@pytest.mark.parametrize("javascript", [True, False])
@pytest.mark.parametrize("width", [1280, 390])
def test_two_people_edit_the_same_member(
    open_page, back_office_user, member, changed_by_marie, accessible, width, javascript
):
    page = open_page(back_office_user, width=width, javascript=javascript)
    page.goto(reverse("members:edit", args=[member.pk]))
    page.get_by_label("Ville").fill("Lyon " * 20)
    changed_by_marie("Ferme " + "x" * 190)
    page.get_by_role("button", name="Enregistrer").click()
    conflict = page.get_by_role("alert")
    expect(conflict).to_contain_text("Marie Dupont a modifié ce membre à")
    expect(conflict).to_be_focused()
    expect(page.get_by_label("Ville")).to_have_value("Lyon " * 20)
    if javascript:
        accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_text("est enregistré")).to_be_visible()
    assert Member.objects.get(pk=member.pk).city == ("Lyon " * 20).strip()


@pytest.mark.parametrize("javascript", [True, False])
@pytest.mark.parametrize("width", [1280, 390])
def test_a_member_who_has_changed_is_deleted_once_one_has_seen_that(
    open_page, back_office_user, member, changed_by_marie, accessible, width, javascript
):
    page = open_page(back_office_user, width=width, javascript=javascript)
    page.goto(reverse("members:delete", args=[member.pk]))
    changed_by_marie("Verger")
    ContactFactory(member=member)
    page.get_by_role("button", name="Supprimer le membre et son 1 contact").click()
    expect(page.get_by_role("alert")).to_contain_text("Marie Dupont a modifié ce membre à")
    expect(page.get_by_role("alert")).to_contain_text("Rien n'est encore supprimé.")
    expect(page.get_by_role("alert")).to_be_focused()
    if javascript:
        accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.get_by_role("button", name="Supprimer le membre et ses 2 contacts").click()
    expect(page.get_by_text("« Verger » est supprimé")).to_be_visible()
    assert not Member.objects.filter(pk=member.pk).exists()


def test_axe_finds_nothing_on_any_page(
    open_page, administrator_user, member, accessible_at_each_width
):
    page = open_page(administrator_user)
    other = Member.objects.get(name=LONG)
    for address in (
        reverse("directory:members"),
        reverse("directory:members") + "?q=introuvable",
        reverse("members:add"),
        other.get_absolute_url(),
        reverse("members:edit", args=[other.pk]),
        reverse("members:delete", args=[member.pk]),
        reverse("contacts:add", args=[member.pk]),
        reverse("importexport:import"),
        reverse("password_change"),
    ):
        page.goto(address)
        accessible_at_each_width(page)
    page.goto(reverse("members:add"))
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_text("Ce champ est obligatoire.").first).to_be_visible()
    accessible_at_each_width(page)


def test_axe_finds_nothing_on_the_sign_in_page(open_page, accessible, transactional_db):
    page = open_page()
    page.goto("/")
    accessible(page)
    page.get_by_role("button", name="Se connecter").click()
    expect(page.get_by_role("heading", name="Connexion")).to_be_visible()
    accessible(page)
