import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from base.characters import reference_key
from contacts.models import Contact
from directory.listing import PAGE_SIZE, sort_members
from directory.search.ranking import MOST
from members.models import Member
from tests.factories import ContactFactory, MemberFactory
from tests.pages import AWKWARD_TEXTS, cells, links, page, text

LIST = "/membres/"


def names(client, **parameters):
    return cells(client.get(LIST, parameters), "Dénomination")


@pytest.fixture
def three_members(db):
    """Members whom each column orders differently."""
    eclair = MemberFactory(
        reference="R1", name="Éclair", kind="supplier", email="b@x.fr", city="évian"
    )
    MemberFactory(reference="R2", name="abricot", kind="individual", email="c@x.fr", city="Zurich")
    zoo = MemberFactory(reference="R3", name="Zoo", email="a@x.fr", city="Dole")
    ContactFactory(member=eclair)
    ContactFactory.create_batch(2, member=zoo)


def test_the_members_are_shown_with_the_number_of_their_contacts(back_office, three_members):
    response = back_office.get(LIST)
    assert cells(response, "Référence") == ["R2", "R1", "R3"]
    assert cells(response, "Dénomination") == ["abricot", "Éclair", "Zoo"]
    assert cells(response, "Catégorie") == ["Particulier", "Fournisseur", "Client professionnel"]
    assert cells(response, "Mail principal") == ["c@x.fr", "b@x.fr", "a@x.fr"]
    assert cells(response, "Ville") == ["Zurich", "évian", "Dole"]
    assert cells(response, "Contacts") == ["", "1", "2"]
    assert "3 membres" in text(response)
    assert links(response, "mailto:")["mailto:a@x.fr"] == "a@x.fr"


def test_without_members_the_page_says_how_to_begin(back_office):
    response = back_office.get(LIST)
    assert "Il n'y a pas encore de membre. Commencez par ajouter un membre." in text(response)
    assert page(response).xpath("count(//a[@href='/membres/ajouter/'])") == 2


def test_where_nobody_is_found_the_page_says_what_to_do(back_office, three_members):
    response = back_office.get(LIST, {"q": "boulangerie"})
    assert cells(response, "Dénomination") == []
    assert "Aucun membre ne correspond à cette recherche." in text(response)


@pytest.mark.parametrize(
    "query",
    [
        "c-001",
        "epicerie",
        "ÉPICERIE DU CŒUR",
        "coeur",
        "cœur épi",
        "achats@coeur",
        "0612345678",
        "06 12 34",
        "06.12.34.56.78",
        "+33 6 12",
        "0033612345678",
        "chloe",
        "DUPONT",
        "cantine.org",
        "04 78 00",
        "0699",
        "0478001122;0699",
        "epicerie chloe",
        "dupont 04.78.00",
    ],
)
def test_a_member_is_found_by_itself_and_by_its_contacts(back_office, query):
    member = MemberFactory(
        reference="C-001", name="Épicerie du Cœur", email="achats@coeur.fr", phone="+33 6 12345678"
    )
    ContactFactory(
        member=member, name="Chloé Dupont", email="chloe@cantine.org", phones="04.78.00.11.22;06 99"
    )
    MemberFactory(name="Boulangerie")
    assert names(back_office, q=query) == ["Épicerie du Cœur"]


@pytest.mark.parametrize("reference", ["2024-001", "00337", "12 345", "12/345"])
def test_a_reference_that_looks_like_a_phone_is_found(back_office, reference):
    MemberFactory(reference=reference, name="Ferme")
    MemberFactory(reference="A", name="Boulangerie", phone="07")
    assert names(back_office, q=reference)[0] == "Ferme"


@pytest.mark.parametrize("query", ["epicerie bruno", "%", "_", "C_001", "é'"])
def test_a_member_without_all_the_words_is_not_found(back_office, query):
    member = MemberFactory(reference="C-001", name="Épicerie")
    ContactFactory(member=member, name="Chloé", phones="0478;0699")
    assert names(back_office, q=query) == []


def test_a_member_is_shown_once_whatever_number_of_its_contacts_is_found(back_office):
    member = MemberFactory(name="Ferme")
    ContactFactory.create_batch(2, member=member, name="Anne")
    response = back_office.get(LIST, {"q": "anne", "sort": "contacts"})
    assert cells(response, "Contacts") == ["2"]


@pytest.mark.parametrize(
    ("kind", "found"), [("individual", "abricot"), ("professional", "Zoo"), ("supplier", "Éclair")]
)
def test_one_kind_is_shown(back_office, three_members, kind, found):
    assert names(back_office, kind=kind) == [found]
    assert names(back_office, kind=kind, q="x.fr") == [found]


@pytest.mark.parametrize(
    ("column", "order"),
    [
        ("reference", ["Éclair", "abricot", "Zoo"]),
        ("name", ["abricot", "Éclair", "Zoo"]),
        ("kind", ["abricot", "Zoo", "Éclair"]),
        ("email", ["Zoo", "Éclair", "abricot"]),
        ("city", ["Zoo", "Éclair", "abricot"]),
        ("contacts", ["abricot", "Éclair", "Zoo"]),
    ],
)
def test_each_column_sorts_both_ways(back_office, three_members, column, order):
    response = back_office.get(LIST, {"sort": column, "q": "x.fr"})
    assert cells(response, "Dénomination") == order
    (heading,) = page(response).xpath("//th[@aria-sort='ascending']/a/@href")
    response = back_office.get(LIST + heading)
    assert cells(response, "Dénomination") == order[::-1]
    assert page(response).xpath("count(//th[@aria-sort='descending'])") == 1
    assert page(response).xpath("//input[@name='q']/@value") == ["x.fr"]


@pytest.mark.parametrize("column", ["reference", "name", "email", "city"])
def test_a_column_sorts_as_a_french_reader_expects(back_office, column):
    """Case and accents do not count, numbers go by value; ks-1 stood behind KZ-9 once."""
    texts = ["Zoo", "évian", "C10", "ks-1", "Etoile", "C9", "KZ-9", "Édimbourg", "c009b", "Œuvre"]
    for text_of in texts:
        MemberFactory(**{column: text_of})
    expected = [
        "C9",
        "c009b",
        "C10",
        "Édimbourg",
        "Etoile",
        "évian",
        "ks-1",
        "KZ-9",
        "Œuvre",
        "Zoo",
    ]
    titles = {"email": "Mail principal", "city": "Ville", "name": "Dénomination"}
    title = titles.get(column, "Référence")
    assert cells(back_office.get(LIST, {"sort": column}), title) == expected
    assert cells(back_office.get(LIST, {"sort": f"-{column}"}), title) == expected[::-1]


@pytest.mark.parametrize("sign", ["", "-"])
@pytest.mark.parametrize("column", ["reference", "name", "kind", "email", "city"])
def test_a_page_comes_from_an_index_in_its_order(db, column, sign):
    page_of_keys = sort_members(Member.objects.all(), f"{sign}{column}").values_list("pk")[:50]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # On a table without rows, it would rather sort.
            cursor.execute("SET LOCAL enable_sort = off")
            cursor.execute("SET LOCAL enable_seqscan = off")
    plan = page_of_keys.explain()
    assert f"member_in_{column}_order" in plan
    assert "TEMP B-TREE" not in plan
    assert "Sort" not in plan


@pytest.mark.parametrize(
    "parameters",
    [
        {"sort": "password"},
        {"sort": "-"},
        {"sort": "--name"},
        {"sort": "\0"},
        {"page": "0"},
        {"page": "-1"},
        {"page": "x"},
        {"page": "9" * 30},
        {"kind": "friend"},
        {"kind": "\0"},
        {"q": "\0"},
        {"q": "a\u202e '\"<b>;--"},
        {"q": "x " * 100},
        {"q": "x" * 201},
    ],
)
def test_an_address_typed_wrong_is_harmless(back_office, three_members, parameters):
    response = back_office.get(LIST, parameters)
    assert response.status_code == 200
    assert page(response).xpath("//h1/text()") == ["Membres"]


def test_an_unknown_kind_does_not_undo_the_search(back_office, three_members):
    assert names(back_office, kind="friend", q="zoo") == ["Zoo"]


def test_a_long_list_comes_in_pages(back_office):
    MemberFactory.create_batch(PAGE_SIZE + 1, city="Lyon", email="a@x.fr")
    parameters = {"q": "a@x", "kind": "professional", "sort": "-reference"}
    first = back_office.get(LIST, parameters)
    assert len(cells(first, "Référence")) == PAGE_SIZE
    assert "51 membres, page 1 sur 2" in text(first)
    (following,) = page(first).xpath("//a[@rel='next']/@href")
    second = back_office.get(LIST + following)
    assert len(cells(second, "Référence")) == 1
    assert cells(second, "Référence")[0] < min(cells(first, "Référence"))
    assert page(second).xpath("//a/@rel") == ["prev"]


def test_htmx_gets_the_list_alone(back_office, three_members):
    headers = {"HX-Request": "true", "HX-Target": "members"}
    response = back_office.get(LIST, {"q": "zoo"}, headers=headers)
    assert response.content.decode().lstrip().startswith('<section id="members"')
    assert cells(response, "Dénomination") == ["Zoo"]


def test_a_browser_does_not_take_the_list_alone_for_the_page(back_office):
    assert "HX-Request" in back_office.get(LIST)["Vary"]


@pytest.mark.parametrize("awkward", AWKWARD_TEXTS)
def test_awkward_texts_are_shown_as_typed(back_office, awkward):
    MemberFactory(reference=awkward, name=awkward, city=awkward)
    response = back_office.get(LIST, {"q": awkward, "sort": awkward})
    for title in ("Dénomination", "Ville"):
        assert cells(response, title) == [awkward]
    assert cells(response, "Référence") == [reference_key(awkward)]
    assert page(response).xpath("//input[@name='q']/@value") == [awkward]


@pytest.mark.parametrize(
    "parameters",
    [{}, {"kind": "professional", "sort": "-email"}, {"q": "none"}],
)
def test_a_thousand_members_cost_as_many_queries_as_ten(back_office, parameters):
    add_members_with_a_contact(10)
    at_ten = number_of_queries(back_office, parameters)
    add_members_with_a_contact(990)
    assert number_of_queries(back_office, parameters) == at_ten


@pytest.mark.parametrize("sort", ["", "contacts"])
@pytest.mark.parametrize("query", ["c", "contact", "contact 1"])
def test_a_search_costs_as_many_queries_for_few_and_as_many_for_many(back_office, query, sort):
    """Who is among many is found in another way; test_search.py holds the two together."""
    parameters = {"q": query, **({"sort": sort} if sort else {})}
    add_members_with_a_contact(10)
    at_ten = number_of_queries(back_office, parameters)
    add_members_with_a_contact(390)
    assert number_of_queries(back_office, parameters) == at_ten
    add_members_with_a_contact(600)
    at_thousand = number_of_queries(back_office, parameters)
    add_members_with_a_contact(1_000)
    assert number_of_queries(back_office, parameters) == at_thousand


def number_of_queries(client, parameters):
    with CaptureQueriesContext(connection) as captured:
        assert client.get(LIST, parameters).status_code == 200
    return len(captured)


def found(response):
    """What is marked, row by row: reference, name, address, town, sheet, contact."""
    return [
        [mark.text_content() for mark in row.xpath(".//mark")]
        for row in page(response).xpath("//tbody/tr")
    ]


@pytest.mark.parametrize(
    ("query", "marked"),
    [
        ("epi", ["Épi", "épi"]),
        ("COEUR", ["Cœur", "coeur"]),
        ("c-0", ["C-0"]),
        ("chloe", ["Chloé"]),
        ("dupont 0478", ["Dupont", "+33 4.78"]),
        ("04 78 00", ["+33 4.78.00"]),
        ("06 99", ["06 99"]),
    ],
)
def test_what_was_found_is_marked(back_office, query, marked):
    member = MemberFactory(reference="C-001", name="Épi du Cœur", email="epi@coeur.fr")
    member = Member.objects.get(pk=member.pk)
    Member.objects.filter(pk=member.pk).update(email="épi@coeur.fr")
    ContactFactory(member=member, name="Bruno Martin", phones="05")
    ContactFactory(
        member=member,
        name="Chloé Dupont",
        email="chloe@cantine.org",
        phones="06 99;+33 4.78.00.11.22",
    )
    assert found(back_office.get(LIST, {"q": query})) == [marked]


@pytest.mark.parametrize(
    ("query", "marked", "sheet", "contact"),
    [
        ("lyon", ["Lyon"], [], []),
        ("69003", ["69003"], ["Code postal : 69003"], []),
        ("04 78", ["+33 4 78"], ["Téléphone : +33 4 78 00 11 22"], []),
        ("quai", ["quai"], ["Note : Livrer par le quai"], []),
        ("gerante", ["Gérante"], [], ["Anne, Gérante"]),
        ("mardi", ["mardi"], [], ["Anne, absente le mardi"]),
        ("anne mardi", ["Anne", "mardi"], [], ["Anne, absente le mardi"]),
        ("lyon gérante", ["Lyon", "Gérante"], [], ["Anne, Gérante"]),
        ("fer", ["Fer"], [], []),
    ],
)
def test_what_was_found_is_shown_and_marked_in_each_searched_field(
    back_office, query, marked, sheet, contact
):
    member = MemberFactory(
        name="Ferme",
        postal_code="69003",
        city="Lyon",
        phone="+33 4 78 00 11 22",
        note="Clé chez le gardien\nLivrer par le quai\nPas le lundi",
    )
    ContactFactory(member=member, name="Anne", job_title="Gérante", note="absente le mardi")
    response = back_office.get(LIST, {"q": query})
    assert found(response) == [marked]
    assert cells(response, "Trouvé dans la fiche") == sheet
    assert cells(response, "Contact trouvé") == contact


def test_of_a_long_note_only_what_is_around_the_match_is_shown(back_office):
    MemberFactory(note=f"{'avant ' * 100}le Quai nord{' après' * 100}")
    response = back_office.get(LIST, {"q": "quai"})
    (shown,) = cells(response, "Trouvé dans la fiche")
    assert shown.startswith("Note : … avant avant")
    assert "le Quai nord après" in shown
    assert shown.endswith("…")
    assert len(shown) < 130
    assert found(response) == [["Quai"]]


def test_the_contact_that_matched_is_named(back_office):
    member = MemberFactory(name="Ferme")
    ContactFactory(member=member, name="Anne Martin", phones="01;06 12 34", email="a@x.fr")
    ContactFactory(member=member, name="Anne Bruno", phones="07", email="martin@x.fr")
    MemberFactory(name="Martin")
    response = back_office.get(LIST, {"q": "martin"})
    assert cells(response, "Contact trouvé") == ["", "Anne Martin"]
    response = back_office.get(LIST, {"q": "martin 0612"})
    assert cells(response, "Contact trouvé") == ["Anne Martin, 06 12 34"]
    response = back_office.get(LIST, {"q": "bruno martin"})
    assert cells(response, "Contact trouvé") == ["Anne Bruno, martin@x.fr"]
    assert cells(back_office.get(LIST, {"q": "ferme"}), "Contact trouvé") == []
    assert cells(back_office.get(LIST), "Contact trouvé") == []


@pytest.mark.parametrize("awkward", AWKWARD_TEXTS)
def test_an_awkward_contact_that_matched_is_shown_as_typed(back_office, awkward):
    ContactFactory(member__name="Ferme", name=awkward)
    response = back_office.get(LIST, {"q": awkward})
    assert cells(response, "Contact trouvé") == [awkward]


def test_a_search_goes_by_the_best_match_until_a_column_is_chosen(back_office):
    MemberFactory(reference="R1", name="Aux lacs")
    MemberFactory(reference="R2", name="Lac")
    response = back_office.get(LIST, {"q": "lac"})
    assert cells(response, "Référence") == ["R2", "R1"]
    assert page(response).xpath("//th/@aria-sort") == ["none"] * 6
    assert not page(response).xpath("//input[@name='sort']")
    response = back_office.get(LIST, {"q": "lac", "sort": "name"})
    assert cells(response, "Référence") == ["R1", "R2"]
    (best_first,) = page(response).xpath('//a[.="Les plus proches d\'abord"]/@href')
    assert cells(back_office.get(LIST + best_first), "Référence") == ["R2", "R1"]


def test_where_very_many_are_found_the_page_says_so(administrator):
    add_members_with_a_contact(MOST + 1)
    response = administrator.get(LIST, {"q": "cantine", "page": "10"})
    assert "Plus de 500 membres, page 10 sur 10. Précisez la recherche" in text(response)
    assert len(cells(response, "Référence")) == PAGE_SIZE
    assert "à tous les membres que trouve cette recherche" in text(response)
    response = administrator.get(LIST, {"q": "cantine", "kind": "supplier"})
    assert "Aucun membre ne correspond" in text(response)


@pytest.mark.parametrize("role", ["nobody", "without_role"])
def test_whoever_may_not_see_members_learns_nothing_by_searching(request, role, db):
    MemberFactory(name="Zygomar")
    response = request.getfixturevalue(role).get(LIST, {"q": "zyg"})
    assert response.status_code in (302, 403)
    assert "Zygomar" not in response.content.decode()


def test_each_role_that_sees_members_may_search(back_office, administrator):
    MemberFactory(name="Ferme")
    for client in (back_office, administrator):
        assert names(client, q="fer") == ["Ferme"]


def add_members_with_a_contact(number):
    members = Member.objects.bulk_create(MemberFactory.build_batch(number))
    Contact.objects.bulk_create(
        ContactFactory.build(member=member, position=1, name="Contact 1") for member in members
    )
