import pytest

from contacts.models import Contact
from tests.factories import ContactFactory, MemberFactory
from tests.pages import HTMX, cells, page, text

CHANGED = "Les contacts de ce membre ont changé entre-temps."


@pytest.fixture
def member(db):
    member = MemberFactory()
    for name in ("Anne", "Bruno", "Chloé"):
        ContactFactory(member=member, name=name)
    return member


def address(member):
    return f"{member.get_absolute_url()}contacts/ordre/"


def keys(member, *names):
    return [member.contacts.get(name=name).pk for name in names]


def names(member):
    return list(member.contacts.values_list("name", flat=True))


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_the_order_of_the_page_is_stored(back_office, member, headers):
    order = keys(member, "Chloé", "Anne", "Bruno")
    response = back_office.post(
        address(member), {"contact": order, "moved": order[2]}, headers=headers, follow=True
    )
    assert "Bruno : place 3 sur 3." in text(response)
    assert cells(response, "Dénomination") == names(member) == ["Chloé", "Anne", "Bruno"]


@pytest.mark.parametrize(
    ("button", "name", "order"),
    [
        ("up", "Bruno", ["Bruno", "Anne", "Chloé"]),
        ("down", "Bruno", ["Anne", "Chloé", "Bruno"]),
        ("up", "Anne", ["Anne", "Bruno", "Chloé"]),
        ("down", "Chloé", ["Anne", "Bruno", "Chloé"]),
    ],
)
def test_a_button_moves_a_contact_by_one_place(back_office, member, button, name, order):
    shown = page(back_office.get(member.get_absolute_url())).xpath(
        "//input[@name='contact']/@value"
    )
    (chosen,) = keys(member, name)
    response = back_office.post(
        address(member), {"contact": shown, "moved": "", button: chosen}, follow=True
    )
    assert f"{name} : place {order.index(name) + 1} sur 3." in text(response)
    assert names(member) == order


def test_the_places_of_other_members_stay(back_office, member):
    other = ContactFactory(position=7)
    back_office.post(address(member), {"contact": keys(member, "Chloé", "Bruno", "Anne")})
    other.refresh_from_db()
    assert other.position == 7


def test_a_thousand_contacts_are_put_in_order(back_office):
    member = MemberFactory()
    contacts = Contact.objects.bulk_create(
        ContactFactory.build(member=member, position=place) for place in range(1000)
    )
    order = [contact.pk for contact in reversed(contacts)]
    back_office.post(address(member), {"contact": order, "moved": order[0], "up": order[1]})
    order[:2] = order[1::-1]
    assert list(member.contacts.values_list("pk", flat=True)) == order


@pytest.mark.parametrize("headers", [{}, HTMX])
@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"contact": ["{Anne}", "{Bruno}"]},
        {"contact": ["{Anne}", "{Bruno}", "{Chloé}", "{Chloé}"]},
        {"contact": ["{Anne}", "{Bruno}", "{Chloé}", "{Zoé}"]},
        {"contact": ["{Chloé}", "{Bruno}", "{Zoé}"]},
        {"contact": ["{Chloé}", "{Bruno}", "x"]},
        {"contact": ["{Chloé}", "{Bruno}", ""]},
        {"contact": ["{Chloé}", "{Bruno}", "9" * 30]},
        {"contact": ["{Chloé}", "{Bruno}", "9" * 5000]},
        {"contact": ["{Chloé}", "{Bruno}", "{Anne}"], "up": "{Zoé}"},
        {"contact": ["{Chloé}", "{Bruno}", "{Anne}"], "down": "x"},
        {"contact": ["{Chloé}", "{Bruno}", "{Anne}"], "moved": "{Zoé}"},
        {"contact": ["{Chloé}", "{Bruno}", "{Anne}"], "moved": "x"},
    ],
)
def test_an_order_of_other_contacts_is_refused(back_office, member, sent, headers):
    foreign = ContactFactory(name="Zoé")
    known = {contact.name: contact.pk for contact in [*member.contacts.all(), foreign]}
    values = {
        name: [item.format(**known) for item in items]
        if isinstance(items, list)
        else items.format(**known)
        for name, items in sent.items()
    }
    response = back_office.post(address(member), values, headers=headers, follow=True)
    assert CHANGED in text(response)
    assert cells(response, "Dénomination") == names(member) == ["Anne", "Bruno", "Chloé"]


def test_a_member_that_does_not_exist_is_not_found(back_office):
    assert back_office.post("/membres/1/contacts/ordre/").status_code == 404
