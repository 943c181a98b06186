from datetime import datetime

import pytest
from django.utils import timezone

from contacts.models import Contact, ContactType, FormerContact
from members.models import MemberKind
from tests.factories import BACK_OFFICE, ContactFactory, MemberFactory
from tests.pages import (
    AWKWARD_TEXTS,
    HTMX,
    alerts,
    cells,
    differences,
    errors,
    form_values,
    page,
    text,
)

GONE = "Ce contact a été supprimé entre-temps."


@pytest.fixture
def contact(db):
    return ContactFactory(name="Anne", job_title="Cheffe", email="anne@x.fr", type=ContactType.ALL)


def address(contact):
    return f"{contact.member.get_absolute_url()}contacts/{contact.pk}/modifier/"


def stored(contact):
    return Contact.objects.values("name", "job_title", "email", "type").get(pk=contact.pk)


def test_a_contact_is_changed(back_office, contact):
    values = form_values(back_office.get(address(contact)))
    assert (values["name"], values["type"]) == ("Anne", "4")
    values |= {"job_title": "Directrice", "type": "1"}
    response = back_office.post(address(contact), values, follow=True)
    assert response.redirect_chain == [(f"{contact.member.get_absolute_url()}#contacts", 302)]
    assert "Le contact « Anne » est enregistré." in text(response)
    assert stored(contact) == {
        "name": "Anne",
        "job_title": "Directrice",
        "email": "anne@x.fr",
        "type": 1,
    }


def test_in_a_window_only_the_panel_comes_back(back_office, contact):
    values = form_values(back_office.get(address(contact), headers=HTMX))
    response = back_office.post(address(contact), {**values, "name": "Ève"}, headers=HTMX)
    assert cells(response, "Dénomination") == ["Ève"]
    assert response["HX-Retarget"] == "#contacts"
    assert not page(response).xpath("//nav")


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("type", "", "Choisissez un type de contact."),
        ("email", "anne@", "adresse mail"),
        ("name", "x" * 201, "au plus 200 caractères"),
    ],
)
def test_a_wrong_value_is_refused_at_its_field(back_office, contact, field, typed, said):
    before = stored(contact)
    values = form_values(back_office.get(address(contact)))
    response = back_office.post(address(contact), {**values, "job_title": "DG", field: typed})
    assert said in errors(response, field)
    assert form_values(response)["job_title"] == "DG"
    assert stored(contact) == before


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_the_second_of_two_people_sees_both_values_and_loses_nothing(
    back_office, administrator, marie, contact, headers
):
    mine = form_values(back_office.get(address(contact)))
    theirs = form_values(administrator.get(address(contact)))
    administrator.post(address(contact), theirs | {"name": "Annie", "email": "a@x.fr"})
    changed_at = timezone.localtime(Contact.objects.get().updated_at)

    mine |= {"name": "Anna", "job_title": "Directrice"}
    response = back_office.post(address(contact), mine, headers=headers)
    told = f"Marie Dupont a modifié ce contact à {changed_at:%H:%M}, pendant que"
    assert told in alerts(response)
    taken = "anne@x.fr Vous n'y avez pas touché : la valeur enregistrée est reprise."
    assert differences(response) == {
        "Dénomination": ("Annie", "Anna"),
        "Fonction": ("Cheffe", "Directrice"),
        "Mail": ("a@x.fr", taken),
    }
    shown = form_values(response)
    assert shown | {"version": ""} == mine | {"email": "a@x.fr", "version": ""}
    assert stored(contact)["name"] == "Annie"

    assert back_office.post(address(contact), shown).status_code == 302
    assert stored(contact) == {
        "name": "Anna",
        "job_title": "Directrice",
        "email": "a@x.fr",
        "type": 4,
    }


def test_a_third_change_meanwhile_is_told_too(back_office, administrator, marie, contact):
    mine = form_values(back_office.get(address(contact))) | {"name": "Anna"}
    theirs = form_values(administrator.get(address(contact)))
    administrator.post(address(contact), theirs | {"name": "Annie"})
    mine = form_values(back_office.post(address(contact), mine))
    theirs = form_values(administrator.get(address(contact)))
    administrator.post(address(contact), theirs | {"name": "Annick"})
    response = back_office.post(address(contact), mine)
    assert differences(response) == {"Dénomination": ("Annick", "Anna")}
    assert stored(contact)["name"] == "Annick"


def test_changes_of_different_fields_are_both_kept(back_office, administrator, contact):
    mine = form_values(back_office.get(address(contact)))
    theirs = form_values(administrator.get(address(contact)))
    administrator.post(address(contact), theirs | {"type": "3"})
    response = back_office.post(address(contact), mine | {"job_title": "Directrice"})
    assert differences(response)["Type de contact"][0] == "Aucune notification"
    back_office.post(address(contact), form_values(response))
    assert stored(contact) == {
        "name": "Anne",
        "job_title": "Directrice",
        "email": "anne@x.fr",
        "type": 3,
    }


def test_a_change_of_ones_own_in_another_window_is_told_so(back_office, contact):
    mine = form_values(back_office.get(address(contact)))
    back_office.post(address(contact), mine | {"name": "Annie"})
    response = back_office.post(address(contact), mine | {"name": "Anna"})
    assert "Vous avez modifié ce contact à" in alerts(response)
    assert "dans une autre fenêtre" in alerts(response)


def test_a_change_of_another_day_is_told_with_its_day(back_office, marie, contact):
    mine = form_values(back_office.get(address(contact)))
    noon = datetime(2026, 3, 1, 12, 0, tzinfo=timezone.get_current_timezone())
    Contact.objects.update(name="Annie", updated_at=noon, updated_by=marie)
    response = back_office.post(address(contact), mine | {"name": "Anna"})
    assert "Marie Dupont a modifié ce contact le 1 mars 2026 à 12:00," in alerts(response)


def test_a_change_past_the_pages_is_told_without_a_name(back_office, marie, contact):
    Contact.objects.update(updated_by=marie)
    mine = form_values(back_office.get(address(contact)))
    Contact.objects.update(name="Annie")
    at = timezone.localtime(FormerContact.objects.get().at)
    response = back_office.post(address(contact), mine | {"name": "Anna"})
    assert f"Ce contact a été modifié à {at:%H:%M}," in alerts(response)
    assert "Marie" not in alerts(response)


def test_a_change_by_an_account_that_is_no_more_is_told(back_office, marie, contact):
    mine = form_values(back_office.get(address(contact)))
    Contact.objects.update(name="Annie", updated_at=timezone.now(), updated_by=marie)
    marie.delete()
    response = back_office.post(address(contact), mine | {"name": "Anna"})
    assert "Ce contact a été modifié à" in alerts(response)


@pytest.mark.parametrize("version", ["", "x", "of another contact"])
def test_without_the_values_that_were_shown_all_that_differs_is_told(back_office, contact, version):
    if version == "of another contact":
        version = form_values(back_office.get(address(ContactFactory(name="Ava"))))["version"]
    values = form_values(back_office.get(address(contact))) | {"name": "Anna", "version": version}
    response = back_office.post(address(contact), values)
    assert differences(response) == {"Dénomination": ("Anne", "Anna")}
    assert stored(contact)["name"] == "Anne"
    assert back_office.post(address(contact), form_values(response)).status_code == 302


def test_a_wrong_value_does_not_hide_what_someone_else_stored(back_office, contact):
    mine = form_values(back_office.get(address(contact))) | {"email": "eve@", "type": ""}
    contact.email = "annie@x.fr"
    contact.save()
    response = back_office.post(address(contact), mine)
    assert "adresse mail" in errors(response, "email")
    assert differences(response) == {
        "Mail": ("annie@x.fr", "eve@"),
        "Type de contact": ("Toutes les notifications", "(vide)"),
    }
    assert form_values(response)["email"] == "eve@"


def test_who_changed_a_contact_last_is_known(back_office, administrator, marie, contact):
    added = f"{contact.member.get_absolute_url()}contacts/ajouter/"
    administrator.post(added, {"name": "Bruno", "type": "1"})
    bruno = Contact.objects.get(name="Bruno")
    assert bruno.updated_by == marie
    values = form_values(back_office.get(address(bruno)))
    back_office.post(address(bruno), values)
    assert Contact.objects.get(pk=bruno.pk).updated_by == marie
    back_office.post(address(bruno), values | {"name": "Ben"})
    assert Contact.objects.get(pk=bruno.pk).updated_by.groups.get().name == BACK_OFFICE


def test_two_people_who_store_the_same_do_not_disturb_each_other(
    back_office, administrator, contact
):
    mine = form_values(back_office.get(address(contact)))
    administrator.post(address(contact), mine | {"name": "Annie"})
    assert back_office.post(address(contact), mine | {"name": "Annie"}).status_code == 302


def test_a_change_of_the_order_disturbs_nobody(back_office, contact):
    values = form_values(back_office.get(address(contact)))
    order = f"{contact.member.get_absolute_url()}contacts/ordre/"
    back_office.post(order, {"contact": [contact.pk]})
    assert back_office.post(address(contact), values | {"name": "Ève"}).status_code == 302


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_contact_deleted_meanwhile_can_be_added_anew(back_office, contact, headers):
    url = address(contact)
    values = form_values(back_office.get(url)) | {"job_title": "Directrice"}
    contact.delete()
    response = back_office.post(url, values, headers=headers)
    assert f"{GONE} Enregistrez pour l'ajouter à nouveau" in errors(response, None)
    assert form_values(response) | {"version": ""} == values | {"version": ""}
    (action,) = page(response).xpath("//form[.//*[@name='type']]/@action")
    assert not Contact.objects.exists()

    back_office.post(action, form_values(response), headers=headers)
    assert Contact.objects.get().job_title == "Directrice"


def test_a_contact_deleted_meanwhile_cannot_be_opened(back_office, contact):
    url = address(contact)
    contact.delete()
    assert GONE in text(back_office.get(url, follow=True))
    response = back_office.get(url, headers=HTMX)
    assert GONE in text(response)
    assert response["HX-Retarget"] == "#contacts"


def test_a_contact_is_not_reached_through_another_member(back_office, contact):
    other = MemberFactory()
    url = f"{other.get_absolute_url()}contacts/{contact.pk}/modifier/"
    assert GONE in text(back_office.get(url, follow=True))
    assert GONE in errors(back_office.post(url, {"name": "Ève", "type": "1"}), None)
    assert stored(contact)["name"] == "Anne"


def test_a_contact_of_an_individual_cannot_be_added_anew(back_office):
    url = f"{MemberFactory(kind=MemberKind.INDIVIDUAL).get_absolute_url()}contacts/1/modifier/"
    assert GONE in text(back_office.post(url, {"name": "Ève", "type": "1"}, follow=True))
    assert not Contact.objects.exists()


@pytest.mark.parametrize("url", ["/membres/1/contacts/1/modifier/", f"/membres/{'9' * 30}/"])
def test_a_member_that_does_not_exist_is_not_found(back_office, url):
    assert back_office.get(url).status_code == 404


@pytest.mark.parametrize("awkward", AWKWARD_TEXTS)
def test_awkward_texts_are_shown_as_typed(back_office, contact, awkward):
    Contact.objects.update(name=awkward, note=awkward)
    values = form_values(back_office.get(address(contact)))
    assert (values["name"], values["note"]) == (awkward, awkward)
    response = back_office.post(address(contact), values | {"name": "x", "version": ""})
    assert differences(response)["Dénomination"] == (" ".join(awkward.split()), "x")


def test_who_may_not_add_is_not_offered_to_add_a_contact_that_is_gone(allowed, contact):
    client = allowed("contacts.change_contact", "members.view_member")
    values = form_values(client.get(address(contact)))
    url = address(contact)
    contact.delete()
    response = client.post(url, values, follow=True)
    assert response.redirect_chain == [(f"{contact.member.get_absolute_url()}#contacts", 302)]
    assert GONE in text(response)
    assert not Contact.objects.exists()


def test_phones_are_counted_as_they_are_stored(back_office, contact):
    number = "01 02 03 04 05"
    typed = (" " * 30 + ";" + " " * 30).join([number] * 5)
    assert len(typed) > 200
    values = form_values(back_office.get(address(contact))) | {"phones": typed}
    assert back_office.post(address(contact), values).status_code == 302
    assert Contact.objects.get().phones == ";".join([number] * 5)


def test_the_same_phones_typed_otherwise_are_no_conflict(back_office, administrator, contact):
    mine = form_values(back_office.get(address(contact))) | {"phones": " 01 02 ;  03 04 "}
    theirs = form_values(administrator.get(address(contact))) | {"phones": "01 02;03 04"}
    assert administrator.post(address(contact), theirs).status_code == 302
    assert back_office.post(address(contact), mine).status_code == 302
    assert Contact.objects.get().phones == "01 02;03 04"


def test_the_version_of_a_twin_opens_no_other_contact(back_office, contact):
    values = {"name": "Anne", "job_title": "Cheffe", "email": "anne@x.fr", "type": ContactType.ALL}
    twin = ContactFactory(**values)
    Contact.objects.update(updated_at=timezone.now())
    wrong = form_values(back_office.get(address(twin))) | {"name": "Annie"}
    response = back_office.post(address(contact), wrong)
    assert "Ce contact a été modifié" in alerts(response)
    assert stored(contact) == values
