"""What needs a look: said on the member's page, found by the filter of the members' screen."""

from datetime import UTC, datetime

import pytest

from contacts.models import ContactType
from contacts.problems import PROBLEMS, describe_problems
from members.models import Member, MemberKind
from tests.factories import ContactFactory, MemberFactory
from tests.pages import page, text

pytestmark = pytest.mark.django_db
KEYS = [problem.key for problem in PROBLEMS]


def sentences(member):
    """All that is said of a member, with plain spaces."""
    said = " ".join(describe_problems(member, list(member.contacts.all())))
    return said.replace("\u00a0", " ")


def everything(**values):
    """A member about whom nothing is wrong."""
    member = MemberFactory(**values)
    ContactFactory(member=member, type=ContactType.RECEIVER, email="")
    ContactFactory(member=member, type=ContactType.ALL, email="tous@example.org")
    return member


def test_a_member_with_all_that_is_needed_has_no_problem():
    assert sentences(everything()) == ""


@pytest.mark.parametrize("type", ContactType)
def test_a_contact_to_be_written_to_needs_an_address(type):
    member = everything()
    ContactFactory(member=member, name="Anne", type=type, email="")
    is_said = "« Anne »" in sentences(member)
    assert is_said == (type not in (ContactType.NONE, ContactType.RECEIVER))


def test_a_topic_that_reaches_nobody_is_told():
    member = everything()
    member.contacts.filter(type=ContactType.ALL).update(type=ContactType.ORDERS)
    assert "Factures : aucun destinataire." in sentences(member)
    assert "Service après-vente : aucun destinataire." in sentences(member)
    assert "Commandes" not in sentences(member)


def test_the_main_address_reaches_every_topic():
    member = MemberFactory(email="a@example.org")
    assert "aucun destinataire" not in sentences(member)


def test_a_refused_address_is_told_until_it_is_another():
    member = everything(email="a@example.org", refused_address="A@example.org")
    contact = member.contacts.get(email="tous@example.org")
    contact.refused_address = contact.email
    contact.save()
    assert "L'adresse principale a@example.org a été refusée" in sentences(member)
    assert "L'adresse tous@example.org de" in sentences(member)
    member.email = "b@example.org"
    contact.email = "autre@example.org"
    contact.save()
    assert "refusée" not in sentences(member)


def test_a_refused_address_is_shown_with_its_day_in_any_spelling():
    at = datetime(2026, 7, 1, 8, 5, tzinfo=UTC)
    member = MemberFactory(email="chef@straße.fr")
    Member.objects.update(refused_address="chef@straße.fr", refused_at=at)
    said = "L'adresse principale {} a été refusée par son serveur de mail le 01/07/2026 à 10:05."
    assert said.format("chef@straße.fr") in sentences(Member.objects.get())
    member = Member.objects.get()
    member.email = "Chef@XN--STRAE-OQA.fr"
    member.save()
    assert said.format("Chef@XN--STRAE-OQA.fr") in sentences(Member.objects.get())


@pytest.mark.parametrize(("is_on", "is_said"), [(True, True), (False, False)])
def test_a_member_without_receiver_is_told_where_deliveries_are_tracked(settings, is_on, is_said):
    settings.MODULE_DELIVERY_TRACKING = is_on
    assert ("Aucun réceptionnaire" in sentences(MemberFactory())) == is_said


def test_an_individual_needs_no_receiver():
    assert "réceptionnaire" not in sentences(MemberFactory(kind=MemberKind.INDIVIDUAL))


def test_without_the_module_of_after_sales_its_type_asks_for_nothing(settings):
    settings.MODULE_AFTER_SALES = False
    member = everything()
    ContactFactory(member=member, name="Anne", type=ContactType.AFTER_SALES, email="")
    assert sentences(member) == ""


@pytest.mark.parametrize("problem", PROBLEMS, ids=KEYS)
@pytest.mark.parametrize("modules", [True, False])
def test_the_filter_finds_just_the_members_whose_page_says_so(settings, problem, modules):
    settings.MODULE_AFTER_SALES = settings.MODULE_DELIVERY_TRACKING = modules
    for main in ("", "main@example.org"):
        for refused in ("", "main@example.org", "c@example.org"):
            MemberFactory(kind=MemberKind.INDIVIDUAL, email=main, refused_address=refused)
            for type in ContactType:
                for address in ("", "c@example.org"):
                    ContactFactory(
                        member__email=main,
                        member__refused_address=refused,
                        type=type,
                        email=address,
                        refused_address=refused,
                    )
    said = {
        member.pk
        for member in Member.objects.all()
        if list(problem.describe(member, list(member.contacts.all())))
    }
    found = Member.objects.filter(problem.condition()).values_list("pk", flat=True)
    assert sorted(found) == sorted(said)


@pytest.mark.parametrize("key", KEYS)
def test_the_members_screen_filters_by_each_problem(back_office, key):
    everything(name="Sans souci")
    response = back_office.get("/membres/", {"check": key})
    assert response.status_code == 200
    assert "Sans souci" not in text(response)


def test_the_filters_come_with_their_counts(back_office):
    everything()
    MemberFactory()
    options = page(back_office.get("/membres/a-verifier/")).xpath("//option/text()")
    assert [option.strip() for option in options] == [
        "Tous",
        "Contact à prévenir sans adresse mail (0)",
        "Sujet sans destinataire (1)",
        "Adresse refusée (0)",
        "Sans réceptionnaire (1)",
    ]


def test_the_chosen_filter_stays_chosen(back_office):
    options = page(back_office.get("/membres/a-verifier/", {"check": "adresse-refusee"}))
    (chosen,) = options.xpath("//option[@selected]/@value")
    assert chosen == "adresse-refusee"


def test_the_filter_finds_an_address_refused_in_another_letter_case():
    problem = next(each for each in PROBLEMS if each.key == "adresse-refusee")
    main = MemberFactory(email="anne@example.org", refused_address="Anne@Example.org")
    contact = ContactFactory(email="BRUNO@example.org", refused_address="bruno@example.org")
    ContactFactory(email="chloe@example.org", refused_address="c@example.org")
    assert set(Member.objects.filter(problem.condition())) == {main, contact.member}
