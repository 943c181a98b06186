"""« Historique »: what happened to a member, to its contacts, and to one contact."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from base.authorship import NOBODY, Way, written_by
from base.models import Event
from contacts.history_lines import MOST_MOVED_NAMED
from contacts.history_pages import CHANGES_READ, LINES_A_PAGE
from contacts.models import Contact, FormerContact
from contacts.order import move_to_beginning, reorder, step
from members.models import FormerMember
from tests.contacts.test_history import OTHER_VALUES
from tests.factories import ContactFactory, MemberFactory
from tests.importexport.files_made import csv_file
from tests.importexport.importing import run_import
from tests.pages import AWKWARD_TEXTS, cells, links, page, text


@pytest.fixture
def member(db):
    return MemberFactory(name="Moulin")


@pytest.fixture
def anne(member):
    return ContactFactory(member=member, name="Anne", phones="04 78", note="le matin")


def address(member, rest=""):
    return f"{member.get_absolute_url()}historique/{rest}"


def of_contact(contact, pk=None):
    return address(contact.member, f"contacts/{pk or contact.pk}/")


def changes(response):
    return cells(response, "Changement")


def marked(response):
    """Return the words that are marked as gone, and those marked as new."""
    root = page(response)
    return [[word.text for word in root.xpath(f"//tbody//{tag}")] for tag in ("del", "ins")]


def test_the_newest_change_stands_first_with_what_it_was_and_became(back_office, member, anne):
    Contact.objects.update(note="le soir")
    Contact.objects.update(phones="06 12")
    response = back_office.get(address(member))
    assert changes(response)[:2] == [
        "Modifié Téléphone(s) avant : 04 78 → , après : 06 12",
        "Modifié Note avant : le matin → , après : le soir",
    ]
    assert cells(response, "Contact")[0] == "Anne"
    assert marked(response)[0][:2] == ["04 78", "matin"]
    assert marked(response)[1][:2] == ["06 12", "soir"]


@pytest.mark.parametrize("field", OTHER_VALUES)
def test_a_change_of_each_field_is_shown(back_office, anne, field):
    Contact.objects.update(**{field: OTHER_VALUES[field]})
    (first, *_) = changes(back_office.get(of_contact(anne)))
    shown = "Notifications administratives" if field == "type" else str(OTHER_VALUES[field])
    assert first.startswith("Modifié")
    assert first.endswith(f"après : {shown}")


def test_what_a_contact_was_when_it_was_added_is_shown(back_office, anne):
    Contact.objects.update(name="Ève")
    response = back_office.get(of_contact(anne))
    assert changes(response)[1] == (
        "Ajouté Dénomination Anne Note le matin Téléphone(s) 04 78 "
        "Type de contact Toutes les notifications"
    )


def test_the_date_and_the_hour_are_those_of_the_change(back_office, anne):
    Contact.objects.update(note="x")
    FormerContact.objects.update(at=timezone.make_aware(timezone.datetime(2026, 3, 1, 14, 5)))
    assert "01/03/2026 14:05" in cells(back_office.get(of_contact(anne)), "Date")


def test_the_data_of_the_member_itself_are_shown(back_office, member, anne):
    member.city = "Lyon"
    member.save()
    response = back_office.get(address(member))
    assert changes(response)[0] == "Fiche modifiée Ville avant : vide → , après : Lyon"
    assert changes(response)[-1].startswith("Fiche ajoutée Référence")
    assert "Rétablir" not in cells(response, "Actions")[0]


def test_a_contact_has_a_history_of_its_own(back_office, member, anne):
    bruno = ContactFactory(member=member, name="Bruno")
    Contact.objects.update(note="x")
    response = back_office.get(of_contact(bruno))
    assert "Historique du contact « Bruno »" in text(response)
    assert [change.split()[0] for change in changes(response)] == ["Modifié", "Ajouté"]
    assert of_contact(bruno) in links(back_office.get(address(member)), of_contact(bruno))


@pytest.mark.parametrize("value", AWKWARD_TEXTS)
def test_awkward_texts_are_shown_as_they_are(back_office, member, anne, value):
    Contact.objects.update(note=value)
    Contact.objects.update(note="")
    Contact.objects.all().delete()
    for response in (back_office.get(address(member)), back_office.get(of_contact(anne))):
        assert " ".join(value.split()) in text(response)


# --- Who ----------------------------------------------------------------------------------------


def authors(response):
    return cells(response, "Par")


def test_a_person_is_named(administrator, marie, member):
    values = {"name": "Anne", "type": "2"}
    administrator.post(f"{member.get_absolute_url()}contacts/ajouter/", values)
    assert authors(administrator.get(address(member)))[0] == "Marie Dupont"


def test_a_deleted_account_is_said_to_be_gone(back_office, member, anne, marie):
    with written_by(Way.PAGE, account=marie.pk):
        Contact.objects.update(note="x")
    marie.delete()
    assert authors(back_office.get(address(member)))[0] == "Compte supprimé"


@pytest.mark.parametrize(
    ("way", "program", "expected"),
    [
        (Way.SOFTWARE, "Facturation", "Logiciel Facturation"),
        (Way.COMMAND, "purge", "Commande purge"),
        (Way.UNKNOWN, "", "Auteur inconnu"),
    ],
)
def test_software_and_commands_are_named(back_office, member, anne, way, program, expected):
    with written_by(way, program=program):
        Contact.objects.update(note="x")
    assert authors(back_office.get(address(member)))[0] == expected


def test_an_import_is_linked_for_those_who_may_see_it(back_office, administrator, member):
    run, _ = run_import(csv_file([member.reference, "Été", 1]))
    response = administrator.get(address(member))
    assert f"import {run.pk}" in authors(response)[0]
    assert run.get_absolute_url() in links(response, "/contacts/importer/")
    response = back_office.get(address(member))
    assert f"import {run.pk}" in authors(response)[0]
    assert not links(response, "/contacts/importer/")


def test_an_import_that_was_forgotten_is_named_without_a_link(administrator, member):
    run, _ = run_import(csv_file([member.reference, "Été", 1]))
    pk = run.pk
    run.delete()
    response = administrator.get(address(member))
    assert f"import {pk}" in authors(response)[0]
    assert not links(response, "/contacts/importer/")


# --- A new order --------------------------------------------------------------------------------


@pytest.fixture
def four(member):
    return [ContactFactory(member=member, name=name) for name in ("Anne", "Bruno", "Carl", "Dora")]


def test_a_new_order_is_one_line_the_farthest_move_first(back_office, member, four):
    move_to_beginning(four[3])
    response = back_office.get(address(member))
    assert changes(response)[0] == (
        "Ordre modifié Dora : place 4 →, après : 1 Anne : place 1 →, après : 2 "
        "Bruno : place 2 →, après : 3 Carl : place 3 →, après : 4"
    )
    assert [change.split()[0] for change in changes(response)[1:5]] == ["Ajouté"] * 4


def test_a_contact_that_moves_is_shown_in_its_own_history(back_office, member, four):
    step(four[1], by=1)
    assert changes(back_office.get(of_contact(four[2])))[0] == "Déplacé place 3 →, après : 2"
    assert changes(back_office.get(of_contact(four[0])))[0].startswith("Ajouté")


def test_two_orders_by_two_people_are_two_lines(back_office, member, four, marie):
    step(four[0], by=1)
    with written_by(Way.PAGE, account=marie.pk):
        step(four[3], by=-1)
    shown = changes(back_office.get(address(member)))
    assert [change.partition(" : ")[0] for change in shown[:3]] == [
        "Ordre modifié Dora",
        "Ordre modifié Bruno",
        shown[2],
    ]
    assert shown[2].startswith("Ajouté")


def test_two_orders_of_two_moments_are_two_lines(back_office, member, four):
    step(four[0], by=1)
    FormerContact.lines.update(at=timezone.now() - timezone.timedelta(minutes=1))
    step(four[3], by=-1)
    kinds = [change.partition(" : ")[0] for change in changes(back_office.get(address(member)))]
    assert [kind for kind in kinds if kind.startswith("Ordre")] == [
        "Ordre modifié Dora",
        "Ordre modifié Bruno",
    ]


def test_an_order_that_was_taken_back_at_once_is_no_line(back_office, member, four):
    step(four[0], by=1)
    four[0].refresh_from_db()
    step(four[0], by=-1)
    assert changes(back_office.get(address(member)))[0].startswith("Ajouté")


def test_of_very_many_moves_the_farthest_are_named(back_office, member):
    contacts = [ContactFactory(member=member) for _ in range(30)]
    move_to_beginning(contacts[-1])
    (first, *_) = changes(back_office.get(address(member)))
    assert "et 10 autres contacts" in first
    assert first.startswith(f"Ordre modifié {contacts[-1].name} : place 30 →, après : 1")


def test_an_order_longer_than_a_page_goes_on_on_the_next(back_office, member):
    Contact.objects.bulk_create(
        ContactFactory.build(member=member, name=str(place), position=place)
        for place in range(1, CHANGES_READ + 101)
    )
    FormerContact.lines.all().delete()
    reorder(member, list(member.contacts.order_by("-position").values_list("pk", flat=True)))
    orders = [one for one in all_pages(back_office, address(member)) if one.startswith("Ordre")]
    more = [int(one.rpartition(" et ")[2].removesuffix(" autres contacts")) for one in orders]
    assert len(orders) == 2
    assert sum(more) + 2 * MOST_MOVED_NAMED == CHANGES_READ + 100


# --- Pages --------------------------------------------------------------------------------------


def all_pages(client, url):
    """Return the changes on all pages, from the newest to the oldest."""
    shown = []
    while url:
        response = client.get(url)
        shown += changes(response)
        older = page(response).xpath("//a[@rel='next']/@href")
        url = url.partition("?")[0] + older[0] if older else None
    return shown


def test_each_change_is_on_one_page(back_office, member, anne):
    for number in range(LINES_A_PAGE):
        Contact.objects.update(note=f"note {number}")
        member.city = f"ville {number}"
        member.save()
    shown = all_pages(back_office, address(member))
    assert len(shown) == len(set(shown)) == 2 * LINES_A_PAGE + 2
    assert [change.split()[-1] for change in shown[:4]] == ["49", "49", "48", "48"]
    assert "Plus anciens" in text(back_office.get(address(member)))


def test_of_changes_of_one_moment_each_is_on_one_page(back_office, member, anne):
    for number in range(LINES_A_PAGE):
        Contact.objects.update(note=f"note {number}")
    FormerContact.lines.update(at=timezone.now())
    FormerMember.lines.update(at=timezone.now())
    shown = all_pages(back_office, address(member))
    assert len(shown) == len(set(shown)) == LINES_A_PAGE + 2


@pytest.mark.parametrize("query", ["contacts=x", "contacts=-1", "contacts=" + "9" * 40, "member=²"])
def test_an_address_that_leads_nowhere_shows_a_page(back_office, member, anne, query):
    assert back_office.get(f"{address(member)}?{query}").status_code == 200


@pytest.mark.parametrize("where", ["", "contact", "supprimes/"])
def test_a_page_takes_no_more_queries_for_more_changes(back_office, member, anne, where):
    url = of_contact(anne) if where == "contact" else address(member, where)
    counts = []
    for number in (10, 1_000):
        add_lines(anne, number, event=Event.DELETED if where == "supprimes/" else Event.CHANGED)
        counts.append(queries_of(back_office, url))
    older = page(back_office.get(url)).xpath("//a[@rel='next']/@href")[0]
    counts.append(queries_of(back_office, url + older))
    assert max(counts) == counts[0] <= 12


def queries_of(client, url):
    with CaptureQueriesContext(connection) as queries:
        client.get(url)
    return len(queries)


def add_lines(contact, number, event):
    """Add lines to the history of a member: of one contact, or of a deleted one each."""
    FormerContact.objects.bulk_create(
        FormerContact(
            contact_id=10**6 + number + place if event == Event.DELETED else contact.pk,
            member_id=contact.member_id,
            position=1,
            type=1,
            name=f"{place}",
            created_at=contact.created_at,
            event=event,
            at=timezone.now(),
            author=NOBODY,
        )
        for place in range(number)
    )


# --- Deleted contacts, and who may see ----------------------------------------------------------


def test_deleted_contacts_are_found_from_the_members_history(back_office, member, anne):
    ContactFactory(member=member, name="Bruno")
    pk = anne.pk
    anne.delete()
    shown = back_office.get(address(member))
    assert address(member, "supprimes/") in links(shown, address(member))
    response = back_office.get(address(member, "supprimes/"))
    assert cells(response, "Contact") == ["Anne"]
    assert changes(response)[0].startswith("Supprimé Dénomination Anne Note le matin")
    response = back_office.get(address(member, f"contacts/{pk}/"))
    assert "Historique du contact « Anne »" in text(response)
    assert "Ce contact est supprimé." in text(response)


def test_a_contact_deleted_twice_is_shown_once_among_the_deleted(back_office, member, anne):
    pk = anne.pk
    anne.delete()
    again = Contact(pk=pk, member=member, name="Anne bis", type=1)
    again.save(force_insert=True)
    assert cells(back_office.get(address(member, "supprimes/")), "Contact") == []
    assert changes(back_office.get(address(member)))[0].startswith("Rétabli Dénomination Anne bis")
    again.delete()
    assert cells(back_office.get(address(member, "supprimes/")), "Contact") == ["Anne bis"]


def test_without_deleted_contacts_the_page_says_so(back_office, member):
    response = back_office.get(address(member, "supprimes/"))
    assert "Aucun contact supprimé dans cette période." in text(response)


@pytest.mark.parametrize(
    ("days", "expected"),
    [(90, "Les changements sont gardés 90 jours"), (0, "gardés sans limite de durée")],
)
def test_the_page_says_for_how_long_changes_are_kept(back_office, member, settings, days, expected):
    settings.RETENTION_FORMER_CONTACTS_DAYS = days
    assert expected in text(back_office.get(address(member)))


def test_a_history_without_changes_says_so(back_office, member):
    FormerMember.lines.all().delete()
    assert "Aucun changement dans cette période." in text(back_office.get(address(member)))


def test_a_contact_of_another_member_has_no_history_here(back_office, member):
    other = ContactFactory()
    assert back_office.get(address(member, f"contacts/{other.pk}/")).status_code == 404


def test_the_members_page_leads_to_both_histories(back_office, member, anne):
    found = links(back_office.get(member.get_absolute_url()), address(member))
    assert set(found) == {address(member), of_contact(anne)}


def test_who_may_not_see_contacts_finds_no_link(allowed, member, anne):
    client = allowed("members.view_member")
    assert not links(client.get(member.get_absolute_url()), address(member))
    assert client.get(address(member)).status_code == 403


def test_who_may_only_see_is_offered_no_restoring(allowed, member, anne):
    Contact.objects.update(note="x")
    response = allowed("members.view_member", "contacts.view_contact").get(address(member))
    assert len(changes(response)) == 3
    assert "Rétablir" not in text(response)
