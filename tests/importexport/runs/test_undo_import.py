"""« Annuler cet import »: exactly the contacts and the order from before, or nothing."""

import io

import pytest
from django.contrib.auth.models import Permission
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from contacts.models import CONTACT_FIELDS, Contact, Topic
from importexport.models import ImportRun
from importexport.runs.apply import apply_run
from importexport.runs.steps import ask_to_undo, confirm
from importexport.runs.undo import UndoRefused, undo_run
from importexport.states import RunState
from mailing.notifications.dispatch import notify
from members.models import Member
from tests.factories import ContactFactory, MemberFactory, UserFactory
from tests.importexport.files_made import csv_file, names, plain, untouched
from tests.importexport.importing import (
    import_contacts,
    imported,
    last_run,
    press,
    ready,
    run_import,
    work,
)
from tests.pages import page, text


@pytest.fixture
def farm(db):
    """Member C1, with Anne, Bruno and Chloé, and member C2, with Zoé."""
    farm = MemberFactory(reference="C1")
    for name in ("Anne", "Bruno", "Chloé"):
        ContactFactory(member=farm, name=name, refused_address="x@x.fr")
    ContactFactory(member__reference="C2", name="Zoé")
    return farm


ROWS = [["C1", "Denis", 1], ["C1", "Bruno", 4], ["C1", "Anne", 4]]


def undo(run):
    ask_to_undo(run, None)
    undo_run(run.pk)
    run.refresh_from_db()
    return run


def refusal(run):
    before = untouched()
    with pytest.raises(UndoRefused) as refused:
        ask_to_undo(run, None)
    assert untouched() == before
    return refused.value


def reasons(run):
    return [(obstacle.contact, plain(obstacle.reason)) for obstacle in refusal(run).obstacles]


@pytest.mark.parametrize("sync", [False, True])
def test_an_undone_import_leaves_exactly_what_was_before(farm, sync):
    before = untouched()
    run, _ = run_import(csv_file(*ROWS), sync=sync)
    assert untouched() != before
    assert undo(run).state == "undone"
    assert untouched() == before


def test_it_is_undone_in_the_browser_by_whoever_asks(administrator, farm, settings):
    settings.IMPORT_CONFIRM_REMOVALS_PERCENT = 100
    before = untouched()
    done = imported(administrator, csv_file(*ROWS), mode="sync")
    (address,) = page(done).xpath("//a[normalize-space()='Annuler cet import']/@href")
    asked = administrator.get(address)
    assert "1 contact ajouté sera supprimé, 2 contacts supprimés reviendront" in text(asked)
    assert untouched() != before
    response = press(administrator, asked, "Annuler cet import")
    assert "L'import est annulé" in text(response)
    assert untouched() == before
    run = last_run()
    assert run.undone_by == run.created_by
    assert "par " in text(response)
    assert "il n'y a rien à annuler" in text(administrator.get(address))


def test_a_notification_to_a_removed_contact_is_linked_to_it_again(farm):
    Contact.objects.filter(name="Zoé").update(email="zoe@x.fr")
    told = notify(Member.objects.get(reference="C2"), Topic.ORDERS, "Bon", "Bonjour")
    run, _ = run_import(csv_file(*ROWS), sync=True)
    undo(run)
    recipients = told.recipients.exclude(contact_id=None).select_related("contact")
    assert [recipient.contact.name for recipient in recipients] == ["Zoé"]


def test_a_refused_address_stays_marked_through_a_synchronisation_that_keeps_it(farm):
    at = timezone.now()
    Contact.objects.filter(name="Anne").update(email="anne@x.fr", refused_address="anne@x.fr")
    Contact.objects.filter(name="Bruno").update(email="b@x.fr", refused_address="b@x.fr")
    Contact.objects.update(refused_at=at)
    titles = ("Référence", "Dénomination", "Fonction", "Mail", "Type")
    rows = [["C1", "Anne", "Chef", "Anne@x.fr", 4], ["C1", "Bruno", "", "neuf@x.fr", 4]]
    run_import(csv_file(*rows, titles=titles), sync=True, only_members_in_file=True)
    anne, bruno = farm.contacts.order_by("position")
    assert (anne.job_title, anne.email, anne.is_address_refused) == ("Chef", "Anne@x.fr", True)
    assert anne.refused_at == at
    assert not bruno.is_address_refused


def test_who_changed_a_contact_comes_back_unless_the_account_is_gone(farm):
    kept, gone = UserFactory(), UserFactory()
    for name, user in (("Anne", kept), ("Zoé", gone)):
        Contact.objects.filter(name=name).update(updated_by=user)
    run, _ = run_import(csv_file(["C1", "Denis", 1]), sync=True)
    gone.delete()
    undo(run)
    assert Contact.objects.get(name="Anne").updated_by == kept
    assert Contact.objects.get(name="Zoé").updated_by is None


def test_other_contacts_may_have_changed_since(farm):
    other = ContactFactory(member__reference="C3", name="Yves")
    rows = [*ROWS, ["C3", "Yves", 4], ["C3", "Xavier", 1]]
    run, _ = run_import(csv_file(*rows), sync=True)
    Contact.objects.filter(pk=other.pk).update(note="changed since")
    Contact.objects.filter(name="Anne").update(note="moved by the run, then edited")
    ContactFactory(member=other.member, name="Added since")
    assert undo(run).state == "undone"
    assert names() == ["Anne", "Bruno", "Chloé", "Zoé", "Yves", "Added since"]
    assert Contact.objects.get(pk=other.pk).note == "changed since"
    assert Contact.objects.get(name="Anne").note == "moved by the run, then edited"


@pytest.mark.parametrize("field", [*CONTACT_FIELDS, "position"])
def test_an_added_contact_that_changed_since_is_named(farm, field):
    run, _ = run_import(csv_file(*ROWS), sync=True)
    Contact.objects.filter(name="Denis").update(**{field: 5 if field == "type" else "77"})
    assert reasons(run) == [("Denis", "ajouté par l'import, puis modifié ou supprimé")]


def test_an_added_contact_that_is_gone_is_named(farm):
    run, _ = run_import(csv_file(*ROWS), sync=True)
    Contact.objects.filter(name="Denis").delete()
    assert reasons(run) == [("Denis", "ajouté par l'import, puis modifié ou supprimé")]


@pytest.mark.parametrize("delete", [False, True])
def test_a_moved_contact_that_moved_on_or_is_gone_is_named(farm, delete):
    run, _ = run_import(csv_file(*ROWS), sync=True)
    anne = Contact.objects.filter(name="Anne")
    anne.delete() if delete else anne.update(position=77)
    (found,) = reasons(run)
    assert found[1] == "déplacé par l'import, puis déplacé ou supprimé"


def test_a_place_that_was_taken_since_is_named(farm):
    run, _ = run_import(csv_file(["C1", "Anne", 4]), sync=True)
    ContactFactory(member=farm, name="Denis")
    assert reasons(run) == [("Bruno", "un autre contact a pris sa place depuis")]


@pytest.mark.parametrize("change", ["deleted", "individual"])
def test_a_member_who_can_have_no_contacts_any_more_is_named(farm, change):
    run, _ = run_import(csv_file(*ROWS), sync=True)
    member = Member.objects.filter(reference="C2")
    member.delete() if change == "deleted" else member.update(kind="individual")
    assert reasons(run) == [("Zoé", "son membre ne peut plus avoir de contacts")]


def test_imports_are_undone_newest_first(farm):
    before = untouched()
    first, _ = run_import(csv_file(*ROWS), sync=True)
    second, _ = run_import(csv_file(["C1", "Éric", 1]))
    assert "Un import plus récent est en place." in plain(refusal(first))
    undo(second)
    undo(first)
    assert untouched() == before
    assert "il n'y a rien à annuler" in plain(refusal(first))


def test_the_newest_is_the_one_that_was_applied_last_not_received_last(farm):
    before = untouched()
    first, second = ready(csv_file(["C1", "Denis", 1])), ready(csv_file(["C2", "Éric", 1]))
    for run in (second, first):
        assert confirm(run, run.preview_key)
        work()
        run.refresh_from_db()
    assert "Un import plus récent est en place." in plain(refusal(second))
    undo(first)
    undo(second)
    assert untouched() == before


def test_a_twin_typed_in_the_place_of_an_added_contact_is_not_deleted(farm):
    run, _ = run_import(csv_file(["C1", "Denis", 1]))
    added = farm.contacts.get(name="Denis")
    place = added.position
    added.delete()
    assert ContactFactory(member=farm, name="Denis", type=1).position == place
    assert reasons(run) == [("Denis", "ajouté par l'import, puis modifié ou supprimé")]


def test_what_was_forgotten_cannot_be_undone(farm):
    run, _ = run_import(csv_file(*ROWS), sync=True)
    ImportRun.objects.filter(pk=run.pk).update(forgotten_at=timezone.now())
    run.refresh_from_db()
    assert "trop ancien" in plain(refusal(run))


def test_the_page_names_what_is_in_the_way(administrator, farm):
    run, _ = run_import(csv_file(*ROWS, *[["C1", f"N{n}", 1] for n in range(60)]), sync=True)
    Contact.objects.filter(name__startswith="N").update(note="x")
    response = administrator.get(f"{run.get_absolute_url()}annuler/")
    assert "60 contacts empêchent l'annulation" in text(response)
    assert "N0 : ajouté par l'import, puis modifié ou supprimé" in text(response)
    assert "Et 10 autres." in text(response)
    assert not page(response).xpath("//main//form")
    before = untouched()
    assert administrator.post(f"{run.get_absolute_url()}annuler/").status_code == 200
    assert untouched() == before


def with_permissions(*names):
    user = UserFactory()
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    client = Client()
    client.force_login(user)
    return client


def test_only_who_may_see_members_is_led_to_what_is_in_the_way(farm):
    run, _ = run_import(csv_file(*ROWS), sync=True)
    Contact.objects.filter(name="Denis").update(note="x")
    links = f"//main//a[@href='{farm.get_absolute_url()}']/text()"
    address = f"{run.get_absolute_url()}annuler/"
    sees = with_permissions("import_contacts", "view_member").get(address)
    assert page(sees).xpath(links) == ["Denis"]
    blind = with_permissions("import_contacts").get(address)
    assert page(blind).xpath(links) == []
    assert "Denis" in text(blind)


def test_a_change_between_the_question_and_the_work_is_noticed(farm):
    run, _ = run_import(csv_file(*ROWS), sync=True)
    ask_to_undo(run, None)
    Contact.objects.filter(name="Denis").update(note="x")
    before = untouched()
    undo_run(run.pk)
    run.refresh_from_db()
    assert (run.state, untouched()) == ("done", before)
    assert "Des contacts de cet import ont changé depuis" in run.message


def test_thousands_of_contacts_come_back(farm, django_assert_max_num_queries):
    import_contacts(csv_file(*[["C1", f"{n}", 1] for n in range(2_000)]), sync=True)
    before = untouched()
    wanted = [*range(1_999, 0, -2), *range(5_000, 6_000)]
    run, _ = run_import(csv_file(*[["C1", f"{n}", 1] for n in wanted]), sync=True)
    assert (run.moved_count, run.removed_count, run.added_count) == (999, 1_000, 1_000)
    with django_assert_max_num_queries(40):
        undo(run)
    assert untouched() == before


class AnyImport(TestCase):
    letters = st.lists(st.sampled_from("ABCDE"), max_size=6)

    @settings(deadline=None)
    @given(before=st.tuples(letters, letters), file=st.tuples(letters, letters), sync=st.booleans())
    def test_any_import_can_be_undone(self, before, file, sync):
        for reference, those in zip(("C1", "C2"), before, strict=True):
            member = MemberFactory(reference=reference)
            for place, name in enumerate(those):
                ContactFactory(member=member, name=name, position=2 * place + 1)
        rows = [[f"C{n}", name, 4] for n, those in enumerate(file, 1) for name in those]
        kept = untouched()
        run, _ = run_import(csv_file(*rows, ["C1", "F", 4]), sync=sync)
        undo(run)
        assert untouched() == kept


# --- On the command line ------------------------------------------------------------------------


def said(*arguments):
    output = io.StringIO()
    call_command("undo_import", *arguments, stdout=output)
    return plain(output.getvalue()).strip()


def test_the_command_undoes_a_run(farm):
    before = untouched()
    run, _ = run_import(csv_file(*ROWS), sync=True)
    assert said(run.pk) == (
        f"L'import {run.pk} est annulé. Supprimés : 1, revenus : 2, remis à leur place : 1"
    )
    assert untouched() == before


def test_the_command_says_what_is_in_the_way(farm):
    run, _ = run_import(csv_file(*ROWS), sync=True)
    Contact.objects.filter(name="Denis").update(note="x")
    with pytest.raises(CommandError) as refused:
        said(run.pk)
    assert plain(refused.value).splitlines()[1:] == [
        "Denis : ajouté par l'import, puis modifié ou supprimé"
    ]
    with pytest.raises(CommandError, match="Il n'y a pas d'import 77"):
        said(77)


@pytest.mark.only_on("postgresql")
def test_postgresql_renews_its_statistics_before_a_run_is_applied_and_undone(farm):
    run = ready(csv_file(*ROWS))
    confirm(run, run.preview_key)
    for do in (apply_run, undo_run):
        with CaptureQueriesContext(connection) as queries:
            do(run.pk)
        statements = [query["sql"] for query in queries]
        first_change = next(n for n, sql in enumerate(statements) if "contacts_contact" in sql)
        assert statements[first_change].startswith('ANALYZE "contacts_contact"')
        run.refresh_from_db()
        if run.state == RunState.DONE:
            ask_to_undo(run, None)
    assert run.state == RunState.UNDONE
