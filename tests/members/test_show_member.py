import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from base.characters import without_invisible
from contacts.models import Contact
from members.models import MemberKind
from tests.factories import ContactFactory, MemberFactory
from tests.pages import AWKWARD_TEXTS, links, page, text


def test_all_that_is_known_is_shown(back_office):
    member = MemberFactory(
        reference="F1",
        name="Ferme",
        kind=MemberKind.SUPPLIER,
        email="ferme@x.fr",
        phone="04 78 00;+33 (0)6 12",
        address="1 rue Haute\nBât. B",
        postal_code="69001",
        city="Lyon",
        note="Fermé\nle lundi",
    )
    response = back_office.get(member.get_absolute_url())
    assert page(response).xpath("//h1/text()") == ["Ferme"]
    for shown in ("Référence F1", "Catégorie Fournisseur", "69001 Lyon", "Bât. B", "le lundi"):
        assert shown in text(response)
    assert links(response, "mailto:") == {"mailto:ferme@x.fr": "ferme@x.fr"}
    assert links(response, "tel:") == {"tel:047800": "04 78 00", "tel:+33612": "+33 (0)6 12"}


def test_a_member_that_does_not_exist_is_not_found(back_office):
    response = back_office.get("/membres/999999999999999999999999/")
    assert response.status_code == 404
    assert "Cette page n'existe pas, ou ce qu'elle montrait a été supprimé." in text(response)


@pytest.mark.parametrize("awkward", AWKWARD_TEXTS)
def test_awkward_texts_are_shown_as_typed(back_office, awkward):
    fields = ("reference", "name", "phone", "address", "city", "note")
    member = MemberFactory(**dict.fromkeys(fields, awkward))
    response = back_office.get(member.get_absolute_url())
    assert page(response).xpath("//h1/text()") == [awkward]
    # Once in each field, once more in the trail, and in the title. A reference and a phone have
    # lost their marks of direction.
    shown = without_invisible(text(response))
    assert shown.count(without_invisible(awkward)) == len(fields) + 2


def test_a_thousand_contacts_cost_as_many_queries_as_ten(back_office):
    member = MemberFactory()

    def queries():
        with CaptureQueriesContext(connection) as captured:
            back_office.get(member.get_absolute_url())
        return len(captured)

    def add_contacts(places):
        Contact.objects.bulk_create(
            ContactFactory.build(member=member, position=place) for place in places
        )

    add_contacts(range(1, 11))
    at_ten = queries()
    add_contacts(range(11, 1001))
    assert queries() == at_ten
