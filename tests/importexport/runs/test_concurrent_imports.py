"""Whatever a person does during an import takes effect before it or after it, without an error.

An import is stopped once it holds the contacts, when it is about to change them; another person
acts in a thread of their own until the database makes them wait.
"""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.test import Client

from base.conflicts import sealed_version
from contacts.models import CONTACT_FIELDS, Contact
from importexport.runs import apply, undo
from importexport.runs.apply import apply_changes
from importexport.runs.intake import ImportRefused
from importexport.runs.steps import ask_to_undo, confirm, work_on
from importexport.runs.undo import undo_changes
from members.locks import held_member
from members.models import Member
from tests.concurrency import in_thread, wait_until_held_up
from tests.factories import ContactFactory, MemberFactory, UserFactory
from tests.importexport.files_made import csv_file, names, plain, untouched
from tests.importexport.importing import import_contacts, ready, run_import
from tests.pages import form_values, main_form, text

pytestmark = pytest.mark.django_db(transaction=True)
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


@pytest.fixture
def meanwhile(monkeypatch, others):
    """Have an action done once an import, or its undoing, has locked the contacts."""

    def set_up(action):
        started = []

        def acting(change):
            def act_first(*arguments):
                if not started:
                    started.append(others.submit(in_thread, action))
                    wait_until_held_up(started[0].done)
                change(*arguments)

            return act_first

        monkeypatch.setattr(apply, "apply_changes", acting(apply_changes))
        monkeypatch.setattr(undo, "undo_changes", acting(undo_changes))
        return lambda: started[0].result(timeout=20)

    return set_up


@pytest.fixture
def import_while(meanwhile):
    """Import rows, have an action done once the contacts are locked, and return its result."""

    def run(action, *rows, sync=True):
        result = meanwhile(action)
        import_contacts(csv_file(*rows), sync=sync)
        return result()

    return run


def address(member, rest=""):
    return f"/membres/{member.pk}/{rest}"


def places_are_distinct():
    found = list(Contact.objects.values_list("member_id", "position"))
    return len(set(found)) == len(found)


@pytest.mark.parametrize("kept", ["Anne", "Denis"])
def test_a_member_is_deleted_after_the_import(member, client, import_while, kept):
    asked = main_form(client.get(address(member, "supprimer/")))
    response = import_while(
        lambda: client.post(address(member, "supprimer/"), asked),
        *(["C1", kept, 4], ["C1", "Éric", 4], ["C2", "Y", 1]),
    )
    assert response.status_code == 302
    assert names() == ["Y"]


def test_a_member_whose_contacts_the_import_adds_to_is_not_deleted(member, client, import_while):
    asked = main_form(client.get(address(member, "supprimer/")))
    response = import_while(
        lambda: client.post(address(member, "supprimer/"), asked), ["C1", "Denis", 1], sync=False
    )
    assert "Ce membre avait 2 contacts quand vous avez ouvert cette page, 3" in text(response)
    assert len(names(member)) == 3


def test_a_member_is_changed_after_the_import(member, client, import_while):
    values = form_values(client.get(address(member, "modifier/"))) | MEMBER
    response = import_while(
        lambda: client.post(address(member, "modifier/"), values), ["C1", "Denis", 1]
    )
    assert response.status_code == 302
    assert Member.objects.get(pk=member.pk).name == "Cantine"
    assert names() == ["Denis"]


def test_a_member_who_gets_contacts_does_not_become_an_individual(client, import_while):
    member = MemberFactory(reference="C1")
    values = MEMBER | {"kind": "individual"}
    response = import_while(
        lambda: client.post(address(member, "modifier/"), values), ["C1", "Denis", 1]
    )
    assert response.status_code == 200
    assert "Ce membre a un contact" in response.content.decode()
    assert Member.objects.get().kind == "professional"


@pytest.mark.parametrize("sync", [False, True])
def test_a_contact_is_added_below_those_of_the_import(member, client, import_while, sync):
    values = {"name": "Yves", "type": "1"}
    response = import_while(
        lambda: client.post(address(member, "contacts/ajouter/"), values),
        *(["C1", "Denis", 1], ["C1", "Éric", 1]),
        sync=sync,
    )
    assert response.status_code == 302
    assert names(member)[-3:] == ["Denis", "Éric", "Yves"]
    assert places_are_distinct()


@pytest.mark.parametrize("kept", ["Anne", "Denis"])
@pytest.mark.parametrize("act", ["modifier/", "supprimer/", "retablir/"])
def test_a_contact_is_changed_before_or_after_the_import(member, client, import_while, act, kept):
    anne = member.contacts.get(name="Anne")
    values = {"name": "Anne-Lise", "type": "4", "version": sealed_version(anne, CONTACT_FIELDS)}
    response = import_while(
        lambda: client.post(address(member, f"contacts/{anne.pk}/{act}"), values),
        *(["C1", "Bruno", 4], ["C1", kept, 4]),
    )
    assert response.status_code in (200, 302)
    found = [name for name in names() if name != "Anne-Lise"]
    assert found in (["Bruno"], ["Bruno", kept])
    assert places_are_distinct()


def test_a_write_past_the_pages_comes_after_the_import(member, import_while):
    # It holds no member: the table itself makes it wait, and then there is no Anne any more.
    anne = Contact.objects.filter(name="Anne")
    assert import_while(lambda: anne.update(note="x"), ["C1", "Denis", 1]) == 0
    assert names() == ["Denis"]


def test_an_order_of_before_the_import_is_refused_after_it(member, client, import_while):
    order = [contact.pk for contact in member.contacts.order_by("-position")]
    response = import_while(
        lambda: client.post(address(member, "contacts/ordre/"), {"contact": order}, follow=True),
        *(["C1", "Anne", 4], ["C1", "Denis", 4]),
    )
    assert "Les contacts de ce membre ont changé entre-temps." in response.content.decode()
    assert names() == ["Anne", "Denis"]


def test_an_order_of_contacts_that_stay_comes_after_the_import(member, client, import_while):
    order = [contact.pk for contact in member.contacts.order_by("position")]
    response = import_while(
        lambda: client.post(address(member, "contacts/ordre/"), {"contact": order}),
        *(["C1", "Bruno", 4], ["C1", "Anne", 4]),
    )
    assert response.status_code == 302
    assert names() == ["Anne", "Bruno"]
    assert places_are_distinct()


def test_two_synchronisations_end_as_one_after_the_other(member, import_while):
    second = csv_file(["C2", "Éric", 1], ["C1", "Anne", 4], ["C1", "Fleur", 1])
    outcome = import_while(
        lambda: import_contacts(second, sync=True),
        *(["C1", "Denis", 1], ["C1", "Anne", 4], ["C2", "Zoé", 4]),
    )
    assert (outcome.added, outcome.removed, outcome.unchanged) == (2, 2, 1)
    assert names() == ["Anne", "Fleur", "Éric"]
    assert places_are_distinct()


def test_two_additions_end_as_one_after_the_other(member, import_while):
    rows = [["C1", "Denis", 1], ["C2", "Denis", 1]]
    import_while(lambda: import_contacts(csv_file(*rows[::-1]), sync=False), *rows, sync=False)
    assert names() == ["Anne", "Bruno", "Denis", "Denis", "Zoé", "Denis", "Denis"]
    assert places_are_distinct()


def test_of_two_confirmed_synchronisations_the_second_is_checked_again(member, meanwhile):
    first = ready(csv_file(["C1", "Denis", 1], ["C1", "Anne", 4]), sync=True)
    second = ready(csv_file(["C2", "Éric", 1], ["C1", "Anne", 4]), sync=True)
    for run in (first, second):
        assert confirm(run, run.preview_key)
    result = meanwhile(lambda: work_on(second.pk))
    work_on(first.pk)
    result()
    for run in (first, second):
        run.refresh_from_db()
    assert (first.state, second.state, second.claim) == ("done", "received", None)
    assert names() == ["Denis", "Anne"]

    work_on(second.pk)
    second.refresh_from_db()
    assert second.state == "ready"
    assert (second.added_count, second.removed_count, second.unchanged_count) == (1, 1, 1)
    assert (second.outdated["removed"], second.outdated["has_more"]) == (2, False)
    assert len(second.outdated["changes"]) == 4
    assert names() == ["Denis", "Anne"]
    assert confirm(second, second.preview_key)
    work_on(second.pk)
    assert names() == ["Anne", "Éric"]


def test_two_synchronisations_that_modify_the_same_contacts_end_as_one_after_the_other(
    member, import_while
):
    keys = list(Contact.objects.order_by("pk").values_list("pk", flat=True))
    second = csv_file(["C2", "Zoé", 3], ["C1", "Bruno", 3], ["C1", "Anne", 1])
    outcome = import_while(
        lambda: import_contacts(second, sync=True),
        *(["C1", "Anne", 1], ["C1", "Bruno", 1], ["C2", "Zoé", 1]),
    )
    # Anne has her type by the first one already.
    assert (outcome.modified, outcome.added, outcome.removed) == (2, 0, 0)
    assert names() == ["Bruno", "Anne", "Zoé"]
    assert list(Contact.objects.order_by("pk").values_list("pk", "type")) == [
        *zip(keys, (1, 3, 3), strict=True)
    ]
    assert places_are_distinct()


@pytest.mark.parametrize("mode", ["sync", "update"])
def test_of_two_confirmed_imports_that_modify_a_contact_the_second_is_checked_again(
    member, meanwhile, mode
):
    rest = [["C1", "Bruno", 4], ["C2", "Zoé", 4]]
    first = ready(csv_file(["C1", "Anne", 1], *rest), **{mode: True})
    second = ready(csv_file(["C1", "Anne", 2], *rest), **{mode: True})
    for run in (first, second):
        assert confirm(run, run.preview_key)
    result = meanwhile(lambda: work_on(second.pk))
    work_on(first.pk)
    result()
    for run in (first, second):
        run.refresh_from_db()
    assert (first.state, second.state, second.claim) == ("done", "received", None)
    assert member.contacts.get(name="Anne").type == 1

    work_on(second.pk)
    second.refresh_from_db()
    assert second.state == "ready"
    (change,) = second.outdated["changes"]
    assert plain(change).startswith("Anne : modifié le")
    (previous,) = second.previous_values.all()
    assert previous.type == 1
    assert confirm(second, second.preview_key)
    work_on(second.pk)
    assert member.contacts.get(name="Anne").type == 2


@pytest.mark.parametrize("mode", ["sync", "update"])
def test_an_edit_between_preview_and_applying_is_not_written_over(member, client, mode):
    rows = [["C1", "Anne", 1], ["C1", "Bruno", 4], ["C2", "Zoé", 4]]
    run = ready(csv_file(*rows), **{mode: True})
    anne = member.contacts.get(name="Anne")
    edit = address(member, f"contacts/{anne.pk}/modifier/")
    typed = form_values(client.get(edit)) | {"job_title": "Cheffe", "note": "matin"}
    assert client.post(edit, typed).status_code == 302
    before = untouched()

    assert confirm(run, run.preview_key)
    work_on(run.pk)
    run.refresh_from_db()
    assert (run.state, run.applied_at) == ("received", None)
    assert untouched() == before
    work_on(run.pk)
    run.refresh_from_db()
    assert run.state == "ready"
    (change,) = run.outdated["changes"]
    assert plain(change).startswith("Anne : modifié le")
    assert confirm(run, run.preview_key)
    work_on(run.pk)
    anne.refresh_from_db()
    # The file has no columns of these two.
    assert (anne.type, anne.job_title, anne.note) == (1, "Cheffe", "matin")


@pytest.mark.parametrize("field", ["job_title", "type"])
def test_an_edit_of_a_contact_that_the_import_modifies_meets_its_new_values(
    member, client, import_while, field
):
    anne = member.contacts.get(name="Anne")
    edit = address(member, f"contacts/{anne.pk}/modifier/")
    typed = form_values(client.get(edit)) | {field: {"job_title": "Cheffe", "type": "2"}[field]}
    rows = [["C1", "Anne", 1], ["C1", "Bruno", 4], ["C2", "Zoé", 4]]
    response = import_while(lambda: client.post(edit, typed), *rows)
    assert response.status_code == 200
    assert "Notifications administratives" in text(response)
    anne.refresh_from_db()
    assert (anne.type, anne.job_title) == (1, "")


def test_an_edit_while_the_import_of_its_contact_is_undone_comes_after(member, client, meanwhile):
    rows = [["C1", "Anne", 1], ["C1", "Bruno", 4], ["C2", "Zoé", 4]]
    before = untouched()
    run, _ = run_import(csv_file(*rows), sync=True)
    anne = member.contacts.get(name="Anne")
    edit = address(member, f"contacts/{anne.pk}/modifier/")
    typed = form_values(client.get(edit)) | {"job_title": "Cheffe"}
    ask_to_undo(run, None)
    result = meanwhile(lambda: client.post(edit, typed))
    work_on(run.pk)
    assert result().status_code == 200
    run.refresh_from_db()
    assert run.state == "undone"
    assert untouched() == before


def test_an_edit_that_comes_before_the_undoing_of_its_contact_stops_it(member, client, others):
    rows = [["C1", "Anne", 1], ["C1", "Bruno", 4], ["C2", "Zoé", 4]]
    run, _ = run_import(csv_file(*rows), sync=True)
    ask_to_undo(run, None)
    with held_member(member.pk) as held:
        late = others.submit(in_thread, work_on, run.pk)
        wait_until_held_up(late.done)
        anne = held.contacts.get(name="Anne")
        anne.note = "matin"
        anne.save()
    late.result(timeout=20)
    run.refresh_from_db()
    assert run.state == "done"
    assert "Des contacts de cet import ont changé depuis" in run.message
    anne.refresh_from_db()
    assert (anne.type, anne.note) == (1, "matin")


def test_an_edit_during_an_undoing_comes_after_it(member, client, meanwhile):
    before = untouched()
    run, _ = run_import(csv_file(["C1", "Bruno", 4], ["C1", "Denis", 1]), sync=True)
    denis = member.contacts.get(name="Denis")
    values = {"name": "Denise", "type": "4", "version": sealed_version(denis, CONTACT_FIELDS)}
    ask_to_undo(run, None)
    result = meanwhile(
        lambda: client.post(address(member, f"contacts/{denis.pk}/modifier/"), values)
    )
    work_on(run.pk)
    assert result().status_code in (200, 302, 404)
    run.refresh_from_db()
    assert run.state == "undone"
    assert untouched() == before


def test_a_contact_added_during_an_undoing_stays_below(member, client, meanwhile):
    run, _ = run_import(csv_file(["C1", "Denis", 1]), sync=True)
    ask_to_undo(run, None)
    values = {"name": "Yves", "type": "1"}
    result = meanwhile(lambda: client.post(address(member, "contacts/ajouter/"), values))
    work_on(run.pk)
    assert result().status_code == 302
    assert names() == ["Anne", "Bruno", "Yves", "Zoé"]
    assert places_are_distinct()


@pytest.mark.parametrize("rest", ["", "contacts/importer/historique/"])
def test_pages_answer_with_what_was_before_while_an_import_holds_everything(
    member, client, others, monkeypatch, rest
):
    address = f"/{rest}" if rest else member.get_absolute_url()
    answers = []

    def get():
        response = client.get(address)
        content = b"".join(response) if response.streaming else response.content
        return response.status_code, content.decode()

    def apply_then_read(*arguments):
        apply_changes(*arguments)
        # Nobody lets go of anything before this answer has come.
        answers.append(others.submit(in_thread, get).result(timeout=20))

    monkeypatch.setattr(apply, "apply_changes", apply_then_read)
    rows = [["C1", f"Nouveau {number}", 1] for number in range(5_000)]
    import_contacts(csv_file(*rows), sync=True)
    ((status, content),) = answers
    assert status == 200
    assert "Nouveau" not in content
    assert "historique" in rest or "Bruno" in content
    assert len(names()) == 5_000


def test_many_synchronisations_at_once_leave_one_of_them(member):
    files = [
        csv_file(*[[reference, f"{n}", 1] for reference in ("C1", "C2")[:: n % 2 * 2 - 1]] * 50)
        for n in range(4)
    ]
    with ThreadPoolExecutor() as threads:
        running = [threads.submit(in_thread, import_contacts, file, sync=True) for file in files]
    assert [one.result().rows for one in running] == [100] * 4
    assert len(names()) == 100
    assert len(set(names())) == 1


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
    with pytest.raises(ImportRefused):
        late.result(timeout=20)
    assert names() == ["Zoé"]


@pytest.mark.parametrize("rest", ["contacts/ajouter/", "contacts/ordre/"])
def test_a_change_of_a_member_deleted_meanwhile_is_not_found(member, client, others, rest):
    values = MEMBER | {"type": "1", "contact": list(member.contacts.values_list("pk", flat=True))}
    with held_member(member.pk) as held:
        late = others.submit(in_thread, client.post, address(member, rest), values)
        wait_until_held_up(late.done)
        held.delete()
    assert late.result(timeout=20).status_code == 404
    assert names() == ["Zoé"]
