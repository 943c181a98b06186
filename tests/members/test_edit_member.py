import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone

from members.models import Member, MemberKind
from tests.factories import BACK_OFFICE, ContactFactory, MemberFactory, UserFactory
from tests.pages import (
    AWKWARD_TEXTS,
    alerts,
    differences,
    errors,
    form_values,
    page,
    text,
)

GONE = "Ce membre a été supprimé entre-temps."


def address(member):
    return f"{member.get_absolute_url()}modifier/"


def test_a_member_is_changed(back_office):
    member = MemberFactory(name="Ferme", city="Lyon")
    values = form_values(back_office.get(address(member)))
    assert (values["name"], values["city"]) == ("Ferme", "Lyon")
    response = back_office.post(address(member), {**values, "name": "Verger"}, follow=True)
    assert response.redirect_chain == [(member.get_absolute_url(), 302)]
    assert "Le membre « Verger » est enregistré." in text(response)
    member.refresh_from_db()
    assert (member.name, member.city) == ("Verger", "Lyon")


def test_a_member_keeps_its_own_reference(back_office):
    member = MemberFactory(reference="A")
    values = form_values(back_office.get(address(member)))
    assert back_office.post(address(member), values).status_code == 302


def test_the_reference_of_another_member_is_refused(back_office):
    MemberFactory(reference="A")
    member = MemberFactory(reference="B", name="Ferme")
    response = back_office.post(
        address(member), {"reference": "A", "name": "Verger", "kind": "supplier"}
    )
    assert errors(response, "reference") == "Cette référence est déjà celle d'un autre membre."
    assert form_values(response)["name"] == "Verger"
    member.refresh_from_db()
    assert (member.reference, member.name) == ("B", "Ferme")


@pytest.mark.parametrize(
    ("number", "said"),
    [(1, "Ce membre a un contact, et"), (2, "Ce membre a 2 contacts, et")],
)
def test_a_member_who_has_contacts_cannot_become_an_individual(back_office, number, said):
    member = MemberFactory()
    ContactFactory.create_batch(number, member=member)
    values = {**form_values(back_office.get(address(member))), "kind": "individual"}
    assert said in errors(back_office.post(address(member), values), "kind")
    member.refresh_from_db()
    assert member.kind == MemberKind.PROFESSIONAL


def test_a_member_that_does_not_exist_is_not_found(back_office):
    assert back_office.get("/membres/1/modifier/").status_code == 404


@pytest.mark.parametrize("awkward", AWKWARD_TEXTS)
def test_awkward_texts_stand_in_the_form_as_typed(back_office, awkward):
    member = MemberFactory(reference=awkward, name=awkward, note=awkward)
    values = form_values(back_office.get(address(member)))
    assert [values[name] for name in ("reference", "name", "note")] == [awkward] * 3


def test_the_way_back_leads_to_the_member(back_office):
    member = MemberFactory()
    links = page(back_office.get(address(member))).xpath("//main//a/@href")
    assert links == [member.get_absolute_url()]


def opened(client, member, **typed):
    """Return what a browser would send once this was typed into the form."""
    return form_values(client.get(address(member))) | typed


@pytest.fixture
def farm(db):
    return MemberFactory(name="Ferme", city="Lyon", email="ferme@x.fr", kind=MemberKind.SUPPLIER)


@pytest.fixture
def stored(farm):
    """What the farm is called and where it is, whenever that is asked for."""
    return lambda: Member.objects.values_list("name", "city", "email").get(pk=farm.pk)


def test_the_second_of_two_people_sees_both_values_and_loses_nothing(
    back_office, administrator, marie, farm, stored
):
    mine = opened(back_office, farm, name="Fermette", note="Sonner\ndeux fois")
    theirs = opened(administrator, farm, name="Verger", email="v@x.fr", kind="professional")
    administrator.post(address(farm), theirs)
    changed_at = timezone.localtime(Member.objects.get().updated_at)

    response = back_office.post(address(farm), mine)
    told = f"Marie Dupont a modifié ce membre à {changed_at:%H:%M}, pendant que"
    assert told in alerts(response)
    taken = "Vous n'y avez pas touché : la valeur enregistrée est reprise."
    assert differences(response) == {
        "Dénomination": ("Verger", "Fermette"),
        "Catégorie": ("Client professionnel", f"Fournisseur {taken}"),
        "Mail principal": ("v@x.fr", f"ferme@x.fr {taken}"),
        "Note": ("(vide)", "Sonnerdeux fois"),
    }
    shown = form_values(response)
    kept = mine | {"email": "v@x.fr", "kind": "professional"}
    assert shown | {"version": ""} == kept | {"version": ""}
    assert stored() == ("Verger", "Lyon", "v@x.fr")

    response = back_office.post(address(farm), shown, follow=True)
    assert "Le membre « Fermette » est enregistré." in text(response)
    assert stored() == ("Fermette", "Lyon", "v@x.fr")


def test_the_other_role_comes_second_too(back_office, administrator, farm, stored):
    mine = opened(administrator, farm, name="Fermette")
    back_office.post(address(farm), opened(back_office, farm, name="Verger"))
    response = administrator.post(address(farm), mine)
    assert differences(response) == {"Dénomination": ("Verger", "Fermette")}
    assert stored()[0] == "Verger"
    administrator.post(address(farm), form_values(response))
    assert stored()[0] == "Fermette"


def test_a_third_change_meanwhile_is_told_too(back_office, administrator, farm, stored):
    mine = opened(back_office, farm, name="Fermette")
    administrator.post(address(farm), opened(administrator, farm, name="Verger"))
    mine = form_values(back_office.post(address(farm), mine))
    administrator.post(address(farm), opened(administrator, farm, name="Moulin"))
    response = back_office.post(address(farm), mine)
    assert differences(response) == {"Dénomination": ("Moulin", "Fermette")}
    assert stored()[0] == "Moulin"


def test_changes_of_different_fields_are_both_kept(back_office, administrator, farm, stored):
    mine = opened(back_office, farm, city="Nantes")
    administrator.post(address(farm), opened(administrator, farm, name="Verger"))
    response = back_office.post(address(farm), mine)
    back_office.post(address(farm), form_values(response))
    assert stored() == ("Verger", "Nantes", "ferme@x.fr")


def test_two_people_who_store_the_same_do_not_disturb_each_other(back_office, administrator, farm):
    mine = opened(back_office, farm, name="Verger", address="1, rue\r\nHaute")
    administrator.post(address(farm), mine)
    assert back_office.post(address(farm), mine).status_code == 302


def test_what_is_not_in_the_form_disturbs_nobody(back_office, farm):
    mine = opened(back_office, farm, name="Verger")
    ContactFactory(member=farm)
    Member.objects.update(refused_address="ferme@x.fr")
    assert back_office.post(address(farm), mine).status_code == 302


def test_a_change_of_ones_own_in_another_window_is_told_so(back_office, farm):
    mine = opened(back_office, farm)
    back_office.post(address(farm), mine | {"name": "Verger"})
    response = back_office.post(address(farm), mine | {"name": "Fermette"})
    assert "Vous avez modifié ce membre à" in alerts(response)
    assert "dans une autre fenêtre" in alerts(response)


def test_a_change_past_the_pages_is_told_without_name_and_moment(back_office, marie, farm):
    Member.objects.update(updated_by=marie)
    mine = opened(back_office, farm, name="Fermette")
    Member.objects.update(name="Verger")
    response = back_office.post(address(farm), mine)
    assert "Ce membre a été modifié, pendant que vous l'aviez ouvert." in alerts(response)


def test_a_change_by_an_account_that_is_no_more_is_told(back_office, administrator, marie, farm):
    mine = opened(back_office, farm, name="Fermette")
    administrator.post(address(farm), opened(administrator, farm, name="Verger"))
    marie.delete()
    assert "Ce membre a été modifié à" in alerts(back_office.post(address(farm), mine))


@pytest.mark.parametrize("version", ["", "x", "of another member"])
def test_without_the_values_that_were_shown_all_that_differs_is_told(
    back_office, farm, stored, version
):
    if version == "of another member":
        version = opened(back_office, MemberFactory())["version"]
    mine = opened(back_office, farm, name="Fermette", version=version)
    response = back_office.post(address(farm), mine)
    assert differences(response) == {"Dénomination": ("Ferme", "Fermette")}
    assert stored()[0] == "Ferme"
    assert back_office.post(address(farm), form_values(response)).status_code == 302


def test_a_wrong_value_does_not_hide_what_someone_else_stored(back_office, farm):
    MemberFactory(reference="A")
    mine = opened(back_office, farm, reference="A", email="eve@")
    farm.email = "v@x.fr"
    farm.save()
    response = back_office.post(address(farm), mine)
    assert "adresse mail" in errors(response, "email")
    assert "déjà celle d'un autre membre" in errors(response, "reference")
    assert differences(response) == {
        "Référence": (farm.reference, "A"),
        "Mail principal": ("v@x.fr", "eve@"),
    }
    assert form_values(response)["email"] == "eve@"


def test_who_changed_a_member_last_is_known(back_office, administrator, marie):
    values = {"reference": "M", "name": "Moulin", "kind": "supplier"}
    administrator.post("/membres/ajouter/", values)
    mill = Member.objects.get()
    assert mill.updated_by == marie
    back_office.post(address(mill), opened(back_office, mill))
    assert Member.objects.get().updated_by == marie
    back_office.post(address(mill), opened(back_office, mill, name="Minoterie"))
    assert Member.objects.get().updated_by.groups.get().name == BACK_OFFICE


@pytest.mark.parametrize("role", ["back_office", "administrator"])
def test_a_member_deleted_meanwhile_can_be_added_anew(request, farm, role):
    client = request.getfixturevalue(role)
    url = address(farm)
    mine = opened(client, farm, name="Fermette")
    farm.delete()
    response = client.post(url, mine)
    assert f"{GONE} Enregistrez pour l'ajouter à nouveau" in errors(response, None)
    assert form_values(response) | {"version": ""} == mine | {"version": ""}
    assert "Ajout d'un membre" in text(response)
    (action,) = page(response).xpath("//main//form/@action")
    assert not Member.objects.exists()

    client.post(action, form_values(response))
    assert Member.objects.get().name == "Fermette"


def test_who_may_not_add_members_is_told_that_one_is_gone(client, farm):
    user = UserFactory()
    user.user_permissions.set(
        Permission.objects.filter(codename__in=["view_member", "change_member"])
    )
    client.force_login(user)
    url, mine = address(farm), opened(client, farm)
    farm.delete()
    assert GONE in text(client.post(url, mine, follow=True))
    assert not Member.objects.exists()


@pytest.mark.parametrize("awkward", AWKWARD_TEXTS)
def test_awkward_texts_are_shown_as_typed_in_a_conflict(back_office, farm, awkward):
    mine = opened(back_office, farm, name="x")
    Member.objects.update(name=awkward)
    response = back_office.post(address(farm), mine)
    assert differences(response) == {"Dénomination": (" ".join(awkward.split()), "x")}
