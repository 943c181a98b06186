"""« Rétablir » in the history: a deleted contact, or what a contact was."""

import pytest
from django.test import Client
from django.utils import timezone

from contacts.models import CONTACT_FIELDS, NO_CONTACTS_FOR_INDIVIDUALS, Contact, FormerContact
from contacts.pages import contact_address
from members.models import MemberKind
from tests.factories import BACK_OFFICE, ContactFactory, MemberFactory, UserFactory
from tests.pages import AWKWARD_TEXTS, alerts, cells, links, main_form, page, text

FORGOTTEN = "Cet ancien état n'est plus dans l'historique : il a été effacé."
SAME = "Ce contact est déjà comme il était alors : il n'y a rien à rétablir."


@pytest.fixture
def member(db):
    return MemberFactory(name="Moulin")


@pytest.fixture
def anne(member):
    ContactFactory(member=member, name="Zoé")
    return ContactFactory(
        member=member,
        name="Anne",
        note="le matin",
        job_title="Cheffe",
        email="anne@x.fr",
        phones="04 78",
        fax="04 79",
        type=2,
    )


def history(member):
    return f"{member.get_absolute_url()}historique/"


def address(member, line):
    return f"{history(member)}etats/{line.pk}/retablir/"


def newest(contact_id):
    """Return the newest former state of a contact."""
    return FormerContact.objects.filter(contact_id=contact_id).order_by("-pk").first()


def restore(client, url):
    """Confirm what the page asks; return the answer after it."""
    return client.post(url, main_form(client.get(url)), follow=True)


def state(contact):
    """Return all of a contact but who changed it last, and when."""
    names = ("pk", "member_id", "position", "created_at", "refused_address", "refused_at")
    return [getattr(contact, name) for name in (*names, *CONTACT_FIELDS)]


# --- A deleted contact --------------------------------------------------------------------------


def test_a_deleted_contact_comes_back_as_it_was(back_office, member, anne):
    pk, before, moment = anne.pk, state(anne), timezone.now()
    anne.delete()
    url = address(member, newest(pk))
    assert url in links(back_office.get(f"{history(member)}supprimes/"), history(member))
    shown = text(back_office.get(url))
    assert "Rétablir le contact « Anne » ?" in shown
    assert "Dénomination Anne Note le matin Fonction Cheffe Mail anne@x.fr" in shown
    assert "Il reviendrait dans la fiche de Moulin, à sa place." in shown
    assert not Contact.objects.filter(pk=pk).exists()
    response = restore(back_office, url)
    assert "Le contact « Anne » est rétabli." in text(response)
    back = Contact.objects.get(pk=pk)
    assert response.redirect_chain == [(contact_address(back), 302)]
    assert state(back) == before
    assert back.updated_at > moment


def test_to_restore_is_itself_a_change_by_the_person(administrator, marie, member, anne):
    pk = anne.pk
    anne.delete()
    restore(administrator, address(member, newest(pk)))
    assert Contact.objects.get(pk=pk).updated_by == marie
    response = administrator.get(history(member))
    assert cells(response, "Changement")[0].startswith("Rétabli Dénomination Anne")
    assert cells(response, "Par")[0] == "Marie Dupont"


def test_a_deleted_contact_comes_back_with_the_values_of_an_older_state(back_office, member, anne):
    pk = anne.pk
    Contact.objects.filter(pk=pk).update(note="le soir")
    line = newest(pk)
    anne.delete()
    restore(back_office, address(member, line))
    assert Contact.objects.get(pk=pk).note == "le matin"


def test_a_refused_address_stays_refused(back_office, member, anne):
    anne.refused_address, anne.refused_at = "Anne@X.fr", timezone.now()
    anne.save()
    pk, before = anne.pk, state(anne)
    anne.delete()
    restore(back_office, address(member, newest(pk)))
    assert state(Contact.objects.get(pk=pk)) == before


def test_a_place_that_was_taken_is_left_to_the_other(back_office, member, anne):
    pk, place = anne.pk, anne.position
    anne.delete()
    bruno = ContactFactory(member=member, name="Bruno")
    assert bruno.position == place
    url = address(member, newest(pk))
    assert "en bas de la liste : un autre contact a pris sa place." in text(back_office.get(url))
    restore(back_office, url)
    assert list(member.contacts.values_list("name", flat=True)) == ["Zoé", "Bruno", "Anne"]


def test_a_contact_that_came_back_meanwhile_is_not_written_over(back_office, member, anne):
    pk = anne.pk
    anne.delete()
    url = address(member, newest(pk))
    sent = main_form(back_office.get(url))
    restore(back_office, url)
    Contact.objects.filter(pk=pk).update(note="le soir")
    response = back_office.post(url, sent)
    assert alerts(response).startswith("Ce contact est revenu entre-temps.")
    assert "Note avant : le soir → , après : le matin" in text(response)
    assert Contact.objects.get(pk=pk).note == "le soir"


def test_a_contact_comes_back_once(back_office, member, anne):
    pk = anne.pk
    anne.delete()
    url = address(member, newest(pk))
    sent = main_form(back_office.get(url))
    restore(back_office, url)
    assert SAME in text(back_office.post(url, sent, follow=True))
    assert Contact.objects.filter(name="Anne").count() == 1


# --- The values of then -------------------------------------------------------------------------


def test_a_contact_gets_back_what_it_was(back_office, member, anne):
    before = state(anne)
    Contact.objects.filter(pk=anne.pk).update(
        name="Ève", note="", job_title="", email="eve@x.fr", phones="06", fax="", type=1
    )
    url = address(member, newest(anne.pk))
    shown = text(back_office.get(url))
    assert "Dénomination avant : Ève → , après : Anne" in shown
    assert "Note avant : vide → , après : le matin" in shown
    response = restore(back_office, url)
    assert "Le contact « Anne » est de nouveau comme avant le " in text(response)
    assert state(Contact.objects.get(pk=anne.pk)) == before


def test_the_difference_is_with_what_the_contact_is_now(back_office, member, anne):
    Contact.objects.filter(pk=anne.pk).update(note="le soir")
    line = newest(anne.pk)
    Contact.objects.filter(pk=anne.pk).update(note="jamais", fax="")
    shown = text(back_office.get(address(member, line)))
    assert "Note avant : jamais → , après : le matin" in shown
    assert "Fax avant : vide → , après : 04 79" in shown


def test_a_contact_stays_at_its_place(back_office, member, anne):
    Contact.objects.filter(pk=anne.pk).update(note="le soir")
    line = newest(anne.pk)
    Contact.objects.filter(pk=anne.pk).update(position=9)
    restore(back_office, address(member, line))
    anne.refresh_from_db()
    assert (anne.position, anne.note) == (9, "le matin")


def test_restored_values_are_a_change_that_can_be_restored(back_office, member, anne):
    Contact.objects.filter(pk=anne.pk).update(note="le soir")
    restore(back_office, address(member, newest(anne.pk)))
    response = back_office.get(history(member))
    assert cells(response, "Changement")[0] == "Modifié Note avant : le soir → , après : le matin"
    restore(back_office, address(member, newest(anne.pk)))
    assert Contact.objects.get(pk=anne.pk).note == "le soir"


@pytest.mark.parametrize(
    ("stored", "spelt"), [("anne@x.fr", "Anne@x.fr"), ("eve@x.fr", "eve@x.fr")]
)
def test_the_mark_of_a_refused_address_stays_with_the_contact(
    back_office, member, anne, stored, spelt
):
    anne.email = "Anne@x.fr"
    anne.save()
    moment = timezone.now()
    Contact.objects.filter(pk=anne.pk).update(
        email=stored, refused_address=stored, refused_at=moment
    )
    restore(back_office, address(member, newest(anne.pk)))
    anne.refresh_from_db()
    # Spelt as the contact's address where it is the same one.
    spelt = "Anne@x.fr" if stored == "anne@x.fr" else stored
    assert (anne.email, anne.refused_address, anne.refused_at) == ("Anne@x.fr", spelt, moment)


@pytest.mark.parametrize("value", AWKWARD_TEXTS)
def test_awkward_texts_are_shown_and_come_back(back_office, member, anne, value):
    Contact.objects.filter(pk=anne.pk).update(note=value)
    Contact.objects.filter(pk=anne.pk).update(note="x")
    url = address(member, newest(anne.pk))
    assert " ".join(value.split()) in text(back_office.get(url))
    restore(back_office, url)
    assert Contact.objects.get(pk=anne.pk).note == value


# --- Refused ------------------------------------------------------------------------------------


@pytest.fixture
def changed(anne):
    """The state of Anne before her note was changed."""
    Contact.objects.filter(pk=anne.pk).update(note="le soir")
    return newest(anne.pk)


def refusal(client, url, sent=None):
    """Return where the refusal leads, and its sentence; nothing has changed."""
    before = list(Contact.objects.order_by("pk").values())
    answer = client.get(url, follow=True) if sent is None else client.post(url, sent, follow=True)
    assert list(Contact.objects.order_by("pk").values()) == before
    (message,) = page(answer).xpath("//*[@id='messages']//*[@class='message-text']")
    return answer.redirect_chain[-1][0], " ".join(message.text_content().split())


@pytest.mark.parametrize("is_sent", [False, True])
def test_where_nothing_differs_nothing_is_restored(back_office, member, anne, changed, is_sent):
    url = address(member, changed)
    sent = main_form(back_office.get(url)) if is_sent else None
    Contact.objects.filter(pk=anne.pk).update(note="le matin")
    assert refusal(back_office, url, sent) == (history(member), SAME)
    assert "Rétablir" not in cells(back_office.get(history(member)), "Actions")[1]


@pytest.mark.parametrize("is_sent", [False, True])
def test_a_state_that_was_forgotten_is_not_restored(back_office, member, changed, is_sent):
    url = address(member, changed)
    sent = main_form(back_office.get(url)) if is_sent else None
    FormerContact.lines.all().delete()
    assert refusal(back_office, url, sent) == (history(member), FORGOTTEN)


def test_the_addition_of_a_contact_is_no_state_to_restore(back_office, member, anne):
    line = FormerContact.lines.get(contact_id=anne.pk)
    assert refusal(back_office, address(member, line)) == (history(member), FORGOTTEN)


@pytest.mark.parametrize("is_sent", [False, True])
def test_an_individual_gets_no_contact_back(back_office, member, anne, is_sent):
    pk = anne.pk
    anne.delete()
    url = address(member, newest(pk))
    sent = main_form(back_office.get(url)) if is_sent else None
    member.contacts.all().delete()
    member.kind = MemberKind.INDIVIDUAL
    member.save()
    assert refusal(back_office, url, sent) == (history(member), NO_CONTACTS_FOR_INDIVIDUALS)
    assert not any(cells(back_office.get(f"{history(member)}supprimes/"), "Actions"))


def test_of_a_member_that_is_gone_nothing_is_restored(back_office, member, changed):
    url = address(member, changed)
    sent = main_form(back_office.get(url))
    member.delete()
    assert refusal(back_office, url, sent) == (
        "/membres/",
        "Ce membre a été supprimé entre-temps : rien n'est rétabli.",
    )
    assert back_office.get(url).status_code == 404


def test_a_contact_of_another_member_by_now_is_left_there(back_office, member, anne, changed):
    Contact.objects.filter(pk=anne.pk).update(member=MemberFactory(), position=1)
    assert refusal(back_office, address(member, changed)) == (
        history(member),
        "Ce contact appartient maintenant à un autre membre.",
    )


def test_a_state_is_not_restored_to_another_member(back_office, member, changed):
    other = MemberFactory()
    assert refusal(back_office, address(other, changed)) == (history(other), FORGOTTEN)


@pytest.mark.parametrize("version", ["", "autre chose", None])
def test_without_what_the_page_showed_nothing_is_restored(back_office, member, changed, version):
    url = address(member, changed)
    sent = {} if version is None else {"version": version}
    response = back_office.post(url, sent)
    assert "entre-temps. Relisez ce qui sera rétabli, puis confirmez." in alerts(response)
    assert Contact.objects.get(pk=changed.contact_id).note == "le soir"
    back_office.post(url, main_form(response))
    assert Contact.objects.get(pk=changed.contact_id).note == "le matin"


def test_a_contact_that_changed_meanwhile_is_shown_anew(back_office, member, changed):
    url = address(member, changed)
    sent = main_form(back_office.get(url))
    Contact.objects.filter(pk=changed.contact_id).update(fax="")
    response = back_office.post(url, sent)
    assert alerts(response).startswith(
        "Ce contact a changé entre-temps. Relisez ce qui sera rétabli"
    )
    assert "Fax avant : vide → , après : 04 79" in text(response)
    assert Contact.objects.get(pk=changed.contact_id).note == "le soir"
    back_office.post(url, main_form(response))
    contact = Contact.objects.get(pk=changed.contact_id)
    assert (contact.note, contact.fax) == ("le matin", "04 79")


def test_a_contact_that_was_deleted_meanwhile_is_asked_about_anew(back_office, member, changed):
    url = address(member, changed)
    sent = main_form(back_office.get(url))
    Contact.objects.filter(pk=changed.contact_id).delete()
    response = back_office.post(url, sent)
    assert alerts(response).startswith("Ce contact a été supprimé entre-temps.")
    assert not Contact.objects.filter(pk=changed.contact_id).exists()
    back_office.post(url, main_form(response))
    assert Contact.objects.get(pk=changed.contact_id).note == "le matin"


def test_without_the_token_of_the_form_nothing_is_restored(member, changed):
    client = Client(enforce_csrf_checks=True)
    client.force_login(UserFactory(role=BACK_OFFICE))
    response = client.post(address(member, changed), {"version": ""})
    assert response.status_code == 403
    assert Contact.objects.get(pk=changed.contact_id).note == "le soir"


@pytest.mark.parametrize(
    "permissions",
    [
        ["members.view_member", "contacts.view_contact"],
        ["contacts.add_contact"],
        ["contacts.change_contact"],
    ],
)
def test_who_may_not_change_contacts_restores_none(allowed, member, changed, permissions):
    client = allowed(*permissions)
    for method in (client.get, client.post):
        assert method(address(member, changed)).status_code == 403
    assert Contact.objects.get(pk=changed.contact_id).note == "le soir"


def test_nobody_is_led_to_sign_in(nobody, member, changed):
    for url in (history(member), address(member, changed)):
        assert nobody.get(url)["Location"].startswith("/connexion/")
