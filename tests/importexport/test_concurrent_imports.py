"""What happens while an import runs happens before it or after it: never in between, and no error.

An import is stopped once it holds its members, at the moment of its confirmation; another person
acts in a thread of their own until the database makes them wait.
"""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.test import Client

from contacts.conflicts import sealed_version
from contacts.models import Contact
from importexport.files.table import FileRefused
from importexport.runs import MEMBERS_CHANGED, import_contacts
from members.holding import held_member
from members.models import Member
from tests.factories import ContactFactory, MemberFactory, UserFactory
from tests.importexport.files_made import csv_file, names
from tests.side_by_side import in_thread, wait_until_held_up

pytestmark = pytest.mark.django_db(transaction=True)
# SQLite lets only one transaction write at a time: nobody acts while an import holds it.
side_by_side = pytest.mark.only_on("postgresql")
MEMBER = {"reference": "C1", "name": "Cantine", "kind": "professional"}


@pytest.fixture
def member():
    """Member C1, with Anne and Bruno; beside it member C2, with Zoé."""
    member = MemberFactory(reference="C1")
    for name in ("Anne", "Bruno"):
        ContactFactory(member=member, name=name)
    ContactFactory(member__reference="C2", name="Zoé")
    return member


@pytest.fixture
def others():
    """Someone else's thread."""
    with ThreadPoolExecutor() as threads:
        yield threads


@pytest.fixture
def client():
    client = Client()
    client.force_login(UserFactory(is_superuser=True))
    return client


def import_while(others, action, *rows, sync=True):
    """Import rows; once the members are held, let someone else act. Return what they got."""
    started = []

    def meanwhile(_outcome):
        started.append(others.submit(in_thread, action))
        wait_until_held_up(started[0].done)
        return True

    import_contacts(csv_file(*rows), sync=sync, is_confirmed=meanwhile)
    return started[0].result(timeout=20)


def address(member, rest=""):
    return f"/membres/{member.pk}/{rest}"


def places_are_distinct():
    found = list(Contact.objects.values_list("member_id", "position"))
    return len(set(found)) == len(found)


@side_by_side
@pytest.mark.parametrize("kept", ["Anne", "Denis"])
def test_a_member_is_deleted_after_the_import(member, client, others, kept):
    response = import_while(
        others, lambda: client.post(address(member, "supprimer/")), ["C1", kept, 4], ["C2", "Y", 1]
    )
    assert response.status_code == 302
    assert names() == ["Y"]


@side_by_side
def test_a_member_is_changed_after_the_import(member, client, others):
    response = import_while(
        others, lambda: client.post(address(member, "modifier/"), MEMBER), ["C1", "Denis", 1]
    )
    assert response.status_code == 302
    assert Member.objects.get(pk=member.pk).name == "Cantine"
    assert names() == ["Denis"]


@side_by_side
def test_a_member_who_gets_contacts_does_not_become_an_individual(client, others):
    member = MemberFactory(reference="C1")
    values = MEMBER | {"kind": "individual"}
    response = import_while(
        others, lambda: client.post(address(member, "modifier/"), values), ["C1", "Denis", 1]
    )
    assert response.status_code == 200
    assert "Ce membre a un contact" in response.content.decode()
    assert Member.objects.get().kind == "professional"


@side_by_side
@pytest.mark.parametrize("sync", [False, True])
def test_a_contact_is_added_below_those_of_the_import(member, client, others, sync):
    values = {"name": "Yves", "type": "1"}
    response = import_while(
        others,
        lambda: client.post(address(member, "contacts/ajouter/"), values),
        *(["C1", "Denis", 1], ["C1", "Éric", 1]),
        sync=sync,
    )
    assert response.status_code == 302
    assert names(member)[-3:] == ["Denis", "Éric", "Yves"]
    assert places_are_distinct()


@side_by_side
@pytest.mark.parametrize("kept", ["Anne", "Denis"])
@pytest.mark.parametrize("act", ["modifier/", "supprimer/", "retablir/"])
def test_a_contact_is_changed_before_or_after_the_import(member, client, others, act, kept):
    anne = member.contacts.get(name="Anne")
    values = {"name": "Anne-Lise", "type": "4", "version": sealed_version(anne)}
    response = import_while(
        others,
        lambda: client.post(address(member, f"contacts/{anne.pk}/{act}"), values),
        *(["C1", "Bruno", 4], ["C1", kept, 4]),
    )
    assert response.status_code in (200, 302)
    found = [name for name in names() if name != "Anne-Lise"]
    assert found in (["Bruno"], ["Bruno", kept])
    assert places_are_distinct()


@side_by_side
def test_an_order_of_before_the_import_is_refused_after_it(member, client, others):
    order = [contact.pk for contact in member.contacts.order_by("-position")]
    response = import_while(
        others,
        lambda: client.post(address(member, "contacts/ordre/"), {"contact": order}, follow=True),
        *(["C1", "Anne", 4], ["C1", "Denis", 4]),
    )
    assert "Les contacts de ce membre ont changé entre-temps." in response.content.decode()
    assert names() == ["Anne", "Denis"]


@side_by_side
def test_an_order_of_contacts_that_stay_comes_after_the_import(member, client, others):
    order = [contact.pk for contact in member.contacts.order_by("position")]
    response = import_while(
        others,
        lambda: client.post(address(member, "contacts/ordre/"), {"contact": order}),
        *(["C1", "Bruno", 4], ["C1", "Anne", 4]),
    )
    assert response.status_code == 302
    assert names() == ["Anne", "Bruno"]
    assert places_are_distinct()


@side_by_side
def test_two_synchronisations_end_as_one_after_the_other(member, others):
    second = csv_file(["C2", "Éric", 1], ["C1", "Anne", 4], ["C1", "Fleur", 1])
    outcome = import_while(
        others,
        lambda: import_contacts(second, sync=True),
        *(["C1", "Denis", 1], ["C1", "Anne", 4], ["C2", "Zoé", 4]),
    )
    assert (outcome.added, outcome.removed, outcome.unchanged) == (2, 2, 1)
    assert names() == ["Anne", "Fleur", "Éric"]
    assert places_are_distinct()


@side_by_side
def test_two_additions_end_as_one_after_the_other(member, others):
    rows = [["C1", "Denis", 1], ["C2", "Denis", 1]]
    import_while(
        others, lambda: import_contacts(csv_file(*rows[::-1]), sync=False), *rows, sync=False
    )
    assert names() == ["Anne", "Bruno", "Denis", "Denis", "Zoé", "Denis", "Denis"]
    assert places_are_distinct()


def test_many_synchronisations_at_once_leave_one_of_them(member):
    files = [
        csv_file(*[[reference, f"{n}", 1] for reference in ("C1", "C2")[:: n % 2 * 2 - 1]] * 50)
        for n in range(8)
    ]
    with ThreadPoolExecutor() as threads:
        running = [threads.submit(in_thread, import_contacts, file, sync=True) for file in files]
    assert [one.result().rows for one in running] == [100] * 8
    assert len(names()) == 100
    assert len(set(names())) == 1


@side_by_side
@pytest.mark.parametrize("sync", [False, True])
@pytest.mark.parametrize("change", ["deleted", "an individual"])
def test_a_member_who_goes_while_the_file_is_read_stops_the_import(member, others, sync, change):
    with held_member(member.pk) as held:
        late = others.submit(in_thread, import_contacts, csv_file(["C1", "x", 1]), sync=sync)
        wait_until_held_up(late.done)
        held.contacts.all().delete()
        if change == "deleted":
            held.delete()
        else:
            Member.objects.filter(pk=held.pk).update(kind="individual")
    with pytest.raises(FileRefused, match=MEMBERS_CHANGED[:30]):
        late.result(timeout=20)
    assert names() == ["Zoé"]


@side_by_side
@pytest.mark.parametrize(
    "rest", ["modifier/", "supprimer/", "contacts/ajouter/", "contacts/ordre/"]
)
def test_whoever_comes_too_late_for_a_deleted_member_is_told(member, client, others, rest):
    values = MEMBER | {"type": "1", "contact": list(member.contacts.values_list("pk", flat=True))}
    with held_member(member.pk) as held:
        late = others.submit(in_thread, client.post, address(member, rest), values)
        wait_until_held_up(late.done)
        held.delete()
    assert late.result(timeout=20).status_code == 404
    assert names() == ["Zoé"]
