"""Opening a form in a browser and saving it changes nothing that nobody touched."""

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from playwright.sync_api import expect

from contacts.models import Contact, FormerContact
from members.models import Member
from tests.factories import ContactFactory, MemberFactory
from tests.texts import ADDRESSES, texts

# Each saved form takes a browser half a second.
FEW = settings(
    max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
EVERYTHING = {
    "name": "Zoé \u200d\u202eabc\u202c  <b> \t\u2028 e\u0301 \U0001f469\u200d\U0001f33e",
    "note": "\n\n  un \r\n\tdeux  \n\n\x0b trois\u2029 & \u00a0 </textarea> quatre  \n",
    "job_title": "Cheffe\nde rang",
    "email": "chef@éçole.exemple",
    "phones": "06 11 22 33 44\n07 55 66 77 88",
    "fax": "'01 40 10 20 39\u200b",
}
CONTACTS = st.fixed_dictionaries(
    {
        "name": texts(150),
        "note": texts(500),
        "job_title": texts(150),
        "email": ADDRESSES,
        "phones": texts(150),
        "fax": texts(40),
    }
)
MEMBERS = st.fixed_dictionaries(
    {
        "reference": texts(30).map("R{}".format),
        "name": texts(150).map("M{}".format),
        "email": ADDRESSES,
        "phone": texts(150),
        "address": texts(400),
        "postal_code": texts(15),
        "city": texts(90),
        "note": texts(500),
    }
)
EVERY_MEMBER = {
    "reference": "E\u0301\u200b 12",
    "name": EVERYTHING["name"],
    "email": "é.dupont@straße.de",
    "phone": EVERYTHING["phones"],
    "address": EVERYTHING["note"],
    "postal_code": "69\u00a0001",
    "city": "Lyon\u2028Bellecour",
    "note": EVERYTHING["note"],
}


def rows(model):
    """Return all columns of all rows, with the moment at which each was last written."""
    return list(model.objects.order_by("pk").values())


@pytest.mark.parametrize("javascript", [True, False])
def test_a_contact_that_is_opened_and_saved_is_what_it_was(open_page, back_office_user, javascript):
    page = open_page(back_office_user, javascript=javascript)

    def save(contact):
        page.goto(contact.member.get_absolute_url())
        page.locator(f"a[href$='/contacts/{contact.pk}/modifier/']").click()
        page.get_by_role("button", name="Enregistrer").click()
        expect(page.locator("#messages")).to_contain_text("est enregistré")

    @FEW
    @example([EVERYTHING])
    @given(st.lists(CONTACTS, min_size=1, max_size=3))
    def opened_and_saved(contacts):
        member = MemberFactory()
        made = [ContactFactory(member=member, **values) for values in contacts]
        before = rows(Contact)
        for contact in made:
            save(contact)
        assert rows(Contact) == before
        assert not FormerContact.objects.filter(member_id=member.pk).exists()

    opened_and_saved()


@pytest.mark.parametrize("javascript", [True, False])
def test_a_member_that_is_opened_and_saved_is_what_it_was(open_page, back_office_user, javascript):
    page = open_page(back_office_user, javascript=javascript)

    @FEW
    @example(EVERY_MEMBER)
    @given(MEMBERS)
    def opened_and_saved(values):
        Member.objects.all().delete()
        member = MemberFactory(**values)
        before = rows(Member)
        page.goto(f"{member.get_absolute_url()}modifier/")
        page.get_by_role("button", name="Enregistrer").click()
        expect(page.locator("#messages")).to_contain_text("est enregistré")
        assert rows(Member) == before

    opened_and_saved()
