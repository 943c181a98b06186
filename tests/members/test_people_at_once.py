"""Two people change a member at once: one clear outcome, nothing lost, and no error, for each.

The first acts while holding the member; the second comes meanwhile, in a thread of their own, and
waits. On SQLite, where one transaction writes at a time, as on PostgreSQL.
"""

import pytest

from contacts.models import Contact
from members.models import Member
from tests.concurrency import come_second, run_at_once, signed_in
from tests.factories import ContactFactory, UserFactory
from tests.members.note_writer import ROUNDS
from tests.pages import alerts, differences, form_values, main_form, text

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def member():
    """A member who has a contact."""
    return ContactFactory(member__name="Ferme").member


@pytest.fixture
def second():
    """The browser of who comes second."""
    return signed_in()


def address(member, act):
    return f"{member.get_absolute_url()}{act}/"


def rename(held):
    held.name = "Verger"
    held.updated_by = UserFactory(first_name="Marie", last_name="Dupont")
    held.save()


def edit_second(member, second, act):
    """Have someone type another name while a first one acts; return what they get."""
    url = address(member, "modifier")
    mine = form_values(second.get(url)) | {"name": "Fermette"}
    return come_second(member, act, lambda: second.post(url, mine))


def delete_second(member, second, act):
    """Have someone confirm the deletion while a first one acts; return what they get."""
    url = address(member, "supprimer")
    asked = main_form(second.get(url))
    return come_second(member, act, lambda: second.post(url, asked, follow=True))


def test_the_second_to_edit_a_member_sees_what_the_first_stored(member, second):
    response = edit_second(member, second, rename)
    assert "Marie Dupont a modifié ce membre à" in alerts(response)
    assert differences(response) == {"Dénomination": ("Verger", "Fermette")}
    assert Member.objects.get().name == "Verger"
    second.post(address(member, "modifier"), form_values(response))
    assert Member.objects.get().name == "Fermette"


def test_an_edit_after_a_deletion_offers_to_add_the_member_anew(member, second):
    response = edit_second(member, second, lambda held: held.delete())
    assert "Ce membre a été supprimé entre-temps." in text(response)
    assert form_values(response)["name"] == "Fermette"
    assert not Member.objects.exists()


def test_a_deletion_after_an_edit_asks_again(member, second):
    response = delete_second(member, second, rename)
    assert "Marie Dupont a modifié ce membre à" in alerts(response)
    assert Member.objects.exists()


def test_a_deletion_after_an_addition_asks_again(member, second):
    response = delete_second(member, second, lambda held: ContactFactory(member=held))
    assert "Ce membre avait 1 contact quand" in alerts(response)
    assert Contact.objects.count() == 2


def test_the_second_to_delete_a_member_is_told(member, second):
    response = delete_second(member, second, lambda held: held.delete())
    assert "Ce membre a été supprimé entre-temps." in text(response)


@pytest.mark.slow
def test_many_people_at_once_lose_nothing(member):
    said = run_at_once("tests.members.note_writer", member)
    assert {status for statuses in said for status in statuses} <= {"200", "302"}
    assert [statuses.count("302") for statuses in said] == [ROUNDS] * 4
    lines = Member.objects.get().note.split("\n")
    assert sorted(lines) == sorted(f"{name}.{n}" for name in range(4) for n in range(ROUNDS))
