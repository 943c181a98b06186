import pytest
from django.forms import model_to_dict

from contacts.models import Contact
from members.models import MemberKind
from tests.factories import ContactFactory, MemberFactory
from tests.pages import AWKWARD_TEXTS, HTMX, cells, errors, form_values, page, text

VALUES = {"name": "Anne", "type": "2"}
MANUAL = """
Aucune notification : le contact est juste renseigné mais ne reçoit rien.
Notifications administratives : ce contact recevra uniquement les factures
Notifications des commandes : ce contact recevra les notifications concernant les commandes \
(exemple : envoi des bons de livraison)
Notifications service après-vente : ce contact recevra les notifications liées au suivi de ses \
demandes (si vous disposez du module de gestion des demandes)
Réceptionnaire : ce contact permet d'indiquer la personne réceptionnaire qui signera le \
justificatif de livraison (si vous disposez du module de suivi des livraisons)
Toutes les notifications : ce contact recevra les notifications liées aux factures, aux \
commandes et au service après-vente
"""


@pytest.fixture
def member(db):
    return MemberFactory(name="Ferme")


def address(member):
    return f"{member.get_absolute_url()}contacts/ajouter/"


def test_a_contact_is_added_below_the_others(back_office, member):
    ContactFactory(member=member, name="Zoé")
    values = {
        "name": "Anne",
        "note": "Le matin\nseulement",
        "job_title": "Cheffe",
        "email": "anne@x.fr",
        "phones": "04 78;06 12",
        "fax": "04 79",
        "type": 2,
    }
    response = back_office.post(address(member), values, follow=True)
    assert response.redirect_chain == [(f"{member.get_absolute_url()}#contacts", 302)]
    assert "Le contact « Anne » est ajouté." in text(response)
    assert cells(response, "Dénomination") == ["Zoé", "Anne"]
    assert model_to_dict(Contact.objects.get(name="Anne"), fields=values) == values


def test_in_a_window_only_the_panel_and_the_messages_come_back(back_office, member):
    response = back_office.post(address(member), VALUES, headers=HTMX)
    assert response.content.decode().lstrip().startswith('<section id="contacts"')
    assert (response["HX-Retarget"], response["HX-Reswap"]) == ("#contacts", "outerHTML")
    assert "window:close" in response["HX-Trigger"]
    assert cells(response, "Dénomination") == ["Anne"]
    assert "Le contact « Anne » est ajouté." in text(response)


def test_the_window_holds_the_form_alone(back_office, member):
    response = back_office.get(address(member), headers=HTMX)
    assert page(response).xpath("//h2/text()")[0].strip() == "Ajout d'un contact"
    assert not page(response).xpath("//nav | //h1")
    assert response["HX-Retarget"] == "#window"
    assert page(response).xpath("//*[@autofocus]/@name") == ["name"]


def test_a_browser_does_not_take_the_window_for_the_page(back_office, member):
    assert "HX-Request" in back_office.get(address(member))["Vary"]


def test_each_type_is_explained_in_the_words_of_the_manual(back_office, member):
    labels = page(back_office.get(address(member))).xpath("//label[contains(@for, 'id_type_')]")
    shown = [f"{label.text.strip()} : {label[0].text}" for label in labels]
    assert "\n".join(shown) == MANUAL.strip()


def test_only_the_type_is_needed(back_office, member):
    back_office.post(address(member), {"type": "3"})
    assert Contact.objects.get().title == "Contact sans nom"


def test_phones_are_stored_as_the_manual_separates_them(back_office, member):
    back_office.post(address(member), {**VALUES, "phones": " 04 78 ; 06.12 "})
    assert Contact.objects.get().phones == "04 78;06.12"


@pytest.mark.parametrize("headers", [{}, HTMX])
@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("type", "", "Choisissez un type de contact."),
        ("type", "7", "Sélectionnez un choix valide."),
        ("type", "x", "Sélectionnez un choix valide."),
        ("name", "x" * 201, "au plus 200 caractères"),
        ("name", "a\x07b", "U+0007"),
        ("note", "x" * 5001, "au plus 5000 caractères"),
        ("note", "a\uffffb", "U+FFFF"),
        ("job_title", "x" * 201, "au plus 200 caractères"),
        ("job_title", "a\0b", "caractère nul"),
        ("email", "anne@", "adresse mail"),
        ("email", "a@b.fr;c@d.fr", "une seule adresse"),
        ("phones", "1" * 201, "au plus 200 caractères"),
        ("phones", "a\x0bb", "U+000B"),
        ("fax", "1" * 51, "au plus 50 caractères"),
    ],
)
def test_a_wrong_value_is_refused_at_its_field(back_office, member, field, typed, said, headers):
    response = back_office.post(address(member), {**VALUES, field: typed}, headers=headers)
    assert said in errors(response, field)
    assert set(page(response).xpath("//*[@autofocus]/@name")) == {field}
    others = {name: value for name, value in VALUES.items() if name != field}
    assert others.items() <= form_values(response).items()
    assert response.get("HX-Retarget") == ("#window" if headers else None)
    assert not Contact.objects.exists()


def test_nothing_sent_is_refused(back_office, member):
    assert errors(back_office.post(address(member)), "type") == "Choisissez un type de contact."


@pytest.mark.parametrize("method", ["get", "post"])
def test_an_individual_gets_no_contact(back_office, method):
    member = MemberFactory(kind=MemberKind.INDIVIDUAL)
    response = getattr(back_office, method)(address(member), VALUES, follow=True)
    (message,) = page(response).xpath("//*[@id='messages']/*")
    assert "Seuls un client professionnel ou un fournisseur" in message.text_content()
    assert not Contact.objects.exists()


def test_a_member_that_does_not_exist_gets_no_contact(back_office):
    assert back_office.post("/membres/1/contacts/ajouter/", VALUES).status_code == 404


@pytest.mark.parametrize("awkward", AWKWARD_TEXTS)
def test_awkward_texts_are_kept_and_shown_as_typed(back_office, member, awkward):
    values = {**VALUES, "name": awkward, "note": awkward}
    response = back_office.post(address(member), {**values, "type": ""})
    assert (form_values(response)["name"], form_values(response)["note"]) == (awkward, awkward)
    response = back_office.post(address(member), values, headers=HTMX)
    assert Contact.objects.get().name == awkward
    assert f"Le contact « {awkward} » est ajouté." in text(response)
