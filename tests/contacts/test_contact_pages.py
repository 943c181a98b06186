"""A member's contacts come by pages of 200; most members have one page and see nothing of it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from base.conflicts import sealed_version
from base.database import insert_rows
from contacts.models import CONTACT_FIELDS, Contact, ContactType
from contacts.pages import CONTACTS_A_PAGE, contact_address
from tests.factories import ContactFactory, MemberFactory
from tests.pages import HTMX, cells, page, text


def member_with(count, **values):
    """Return a member with as many contacts, named 1, 2, 3 … in their order."""
    member = MemberFactory()
    Contact.objects.bulk_create(
        ContactFactory.build(member=member, name=str(place), position=place, **values)
        for place in range(1, count + 1)
    )
    return member


@pytest.fixture
def member(db):
    """A member with two whole pages and half a third."""
    return member_with(2 * CONTACTS_A_PAGE + 100)


def names(response):
    return cells(response, "Dénomination")


def stored(member):
    return list(member.contacts.order_by("position").values_list("name", flat=True))


def pages(response):
    """Return the links between pages below the list, by their text."""
    found = page(response).xpath("//nav[@aria-label='Pages des contacts, en bas']//a")
    return {link.text: link.get("href") for link in found}


def order_of(response, **values):
    """Return what the page's form sends: its contacts in their order, and its number."""
    form = page(response).xpath("//form[@data-reorder]")[0]
    sent = {"contact": form.xpath(".//input[@name='contact']/@value")}
    number = form.xpath(".//input[@name='contacts']/@value")
    return sent | ({"contacts": number[0]} if number else {}) | values


def send_order(client, member, sent, **options):
    return client.post(f"{member.get_absolute_url()}contacts/ordre/", sent, **options)


def key(member, name):
    return str(member.contacts.get(name=name).pk)


@pytest.mark.django_db
def test_a_member_of_one_page_sees_no_pages(back_office):
    response = back_office.get(member_with(CONTACTS_A_PAGE).get_absolute_url())
    assert len(names(response)) == CONTACTS_A_PAGE
    assert not page(response).xpath("//nav[contains(@class, 'pages')]")
    assert not page(response).xpath("//input[@name='contacts'] | //button[@name='first']")


def test_each_page_says_which_of_how_many_it_shows(back_office, member):
    seen, address = [], member.get_absolute_url()
    for shown in ("1–200 sur 500", "201–400 sur 500", "401–500 sur 500"):
        response = back_office.get(address, follow=True)
        assert shown in text(response)
        seen += names(response)
        address = pages(response).get("Page suivante")
    assert seen == stored(member)
    assert address is None


@pytest.mark.parametrize(
    ("number", "first"), [("0", "1"), ("3", "401"), ("4", "401"), ("9" * 40, "401"), ("x", "1")]
)
def test_a_page_that_there_is_not_shows_the_nearest(back_office, member, number, first):
    assert names(back_office.get(f"{member.get_absolute_url()}?contacts={number}"))[0] == first


def test_htmx_gets_the_page_alone_and_the_address_follows(back_office, member):
    response = back_office.get(f"{member.get_absolute_url()}contacts/?contacts=2", headers=HTMX)
    assert names(response)[0] == "201"
    assert not page(response).xpath("//h1")
    assert response["HX-Replace-Url"] == f"{member.get_absolute_url()}?contacts=2#contacts"


def test_the_address_of_a_contact_leads_to_its_page(back_office, member):
    contact = member.contacts.get(name="345")
    response = back_office.get(contact_address(contact).partition("#")[0])
    assert names(response)[0] == "201"
    assert page(response).xpath(f"//tr[@id='contact-{contact.pk}']")


@pytest.mark.parametrize("elsewhere", ["0", "x", "9" * 30])
def test_an_address_of_no_contact_shows_the_first_page(back_office, member, elsewhere):
    response = back_office.get(f"{member.get_absolute_url()}?contact={elsewhere}")
    assert names(response)[0] == "1"


def test_a_new_contact_is_shown_on_the_last_page(back_office, member):
    values = {"name": "neuf", "type": "2"}
    response = back_office.post(
        f"{member.get_absolute_url()}contacts/ajouter/", values, headers=HTMX
    )
    assert names(response)[0] == "401"
    assert names(response)[-1] == "neuf"
    assert response["HX-Replace-Url"].endswith("?contacts=3#contacts")


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_who_edits_deletes_and_restores_stays_on_the_page(back_office, member, headers):
    address = f"{member.get_absolute_url()}contacts/{key(member, '300')}"
    contact = member.contacts.get(name="300")
    version = sealed_version(contact, CONTACT_FIELDS)
    values = {"name": "trois cents", "type": "2", "version": version}
    for action in ("modifier", "supprimer", "retablir"):
        response = back_office.post(
            f"{address}/{action}/", values, headers=headers, follow=not headers
        )
        assert names(response)[0] == "201", action
    assert stored(member)[299] == "trois cents"


def test_who_cancels_gets_back_to_the_contact(back_office, member):
    contact = member.contacts.get(name="300")
    for action in ("modifier", "supprimer"):
        response = back_office.get(f"{member.get_absolute_url()}contacts/{contact.pk}/{action}/")
        (back,) = page(response).xpath("//a[text()='Annuler']/@href")
        assert back == contact_address(contact)


@pytest.mark.parametrize(
    ("number", "button", "name", "place", "first"),
    [
        (2, "up", "300", 299, "201"),
        (2, "up", "201", 200, "1"),
        (2, "down", "400", 401, "400"),
        (2, "first", "300", 1, "300"),
        (2, "last", "300", 500, "402"),
        (1, "first", "1", 1, "1"),
        (3, "last", "500", 500, "401"),
    ],
)
def test_a_button_moves_a_contact_over_the_end_of_its_page(
    back_office, member, number, button, name, place, first
):
    expected = stored(member)
    expected.insert(place - 1, expected.pop(expected.index(name)))
    shown = back_office.get(f"{member.get_absolute_url()}?contacts={number}")
    sent = order_of(shown, **{button: key(member, name)})
    response = send_order(back_office, member, sent, follow=True)
    assert f"{name} : place {place} sur 500." in text(response)
    assert names(response)[0] == first
    assert stored(member) == expected


def test_a_page_is_put_in_another_order_and_the_others_stay(back_office, member):
    expected = stored(member)
    expected[200:400] = expected[399:199:-1]
    sent = order_of(back_office.get(f"{member.get_absolute_url()}?contacts=2"))
    sent["contact"].reverse()
    send_order(back_office, member, sent, headers=HTMX)
    assert stored(member) == expected


@pytest.mark.parametrize("change", ["one more on a later page", "one less on an earlier page"])
def test_only_what_changed_on_the_page_itself_is_in_the_way(back_office, member, change):
    sent = order_of(back_office.get(f"{member.get_absolute_url()}?contacts=2"))
    sent["up"] = key(member, "300")
    if change == "one more on a later page":
        ContactFactory(member=member)
        assert "place 299 sur 501" in text(send_order(back_office, member, sent, follow=True))
    else:
        member.contacts.get(name="7").delete()
        response = send_order(back_office, member, sent, follow=True)
        assert "ont changé entre-temps" in text(response)
        assert names(response)[0] == "202"
        assert stored(member).index("300") == 298


@pytest.mark.parametrize("number", ["0", "-1", "4", "x", "9" * 30, "9" * 5000])
def test_an_order_of_a_page_that_there_is_not_is_refused(back_office, member, number):
    before = stored(member)
    sent = order_of(back_office.get(f"{member.get_absolute_url()}?contacts=2"))
    response = send_order(back_office, member, sent | {"contacts": number}, follow=True)
    assert "ont changé entre-temps" in text(response)
    assert stored(member) == before


def fill(member, count):
    """Give a member as many contacts, each with an address and everything else, at once."""
    now = MemberFactory().created_at.isoformat(" ")
    columns = (
        "member_id", "position", "name", "job_title", "email", "phones", "fax", "note", "type",
        "refused_address", "created_at", "updated_at",
    )  # fmt: skip
    insert_rows(
        Contact,
        columns,
        (
            (
                member.pk, place, f"Contact {place}", "Responsable", f"contact{place}@exemple.fr",
                "04 78 00 00 00", "04 78 00 00 01", "Une note.", int(ContactType.ALL), "", now, now,
            )
            for place in range(1, count + 1)
        ),
    )  # fmt: skip


@pytest.mark.slow
@pytest.mark.django_db
def test_a_page_costs_the_same_for_ten_contacts_and_for_twenty_thousand(back_office):
    asked, bytes_sent = {}, {}
    for count in (10, 1_000, 20_000):
        member = MemberFactory()
        fill(member, count)
        addresses = {
            "first": member.get_absolute_url(),
            "last": f"{member.get_absolute_url()}?contacts={count // CONTACTS_A_PAGE or 1}",
        }
        for name, address in addresses.items():
            with CaptureQueriesContext(
                connection,
            ) as queries:
                response = back_office.get(address)
            asked[count, name] = len(queries)
            bytes_sent[count, name] = len(response.content)
    assert len(set(asked.values())) == 1, asked
    assert max(bytes_sent.values()) < 3_000_000, bytes_sent
    assert bytes_sent[20_000, "last"] < 1.1 * bytes_sent[1_000, "last"], bytes_sent
    response = back_office.get(member.get_absolute_url())
    assert "et 19 950 autres" in text(response)


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("button", ["up", "down", "first", "last"])
def test_a_move_costs_as_many_queries_among_twenty_thousand_as_among_a_thousand(
    back_office, button
):
    asked = {}
    for count in (1_000, 20_000):
        member = MemberFactory()
        fill(member, count)
        sent = order_of(back_office.get(f"{member.get_absolute_url()}?contacts=4"))
        sent[button] = sent["contact"][7]
        with CaptureQueriesContext(connection) as queries:
            send_order(back_office, member, sent, headers=HTMX)
        asked[count] = len(queries)
    assert asked[20_000] == asked[1_000]
