import pytest
from django.forms import model_to_dict

from contacts.models import Contact
from members.models import Member, MemberKind
from tests.factories import ContactFactory, MemberFactory
from tests.pages import AWKWARD_TEXTS, HTMX, alerts, cells, errors, form_values, page, text

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


def test_only_a_note_has_lines(back_office, member):
    lines = "un\r\ndeux\u2028trois\x0bquatre"
    typed = {"name": lines, "note": lines, "job_title": lines, "phones": lines, "fax": lines}
    back_office.post(address(member), {**VALUES, **typed})
    contact = Contact.objects.get()
    assert {contact.name, contact.job_title, contact.fax} == {"un deux trois quatre"}
    assert contact.phones == "un;deux;trois;quatre"
    assert contact.note == "un\ndeux\ntrois\nquatre"


def test_an_address_is_stored_as_typed_but_for_what_nobody_sees(back_office, member):
    back_office.post(address(member), {**VALUES, "email": " \u200bChef@é\u00adçole.exemple\ufeff"})
    assert Contact.objects.get().email == "Chef@éçole.exemple"


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
        ("email", "an\x07ne@x.fr", "U+0007"),
        ("email", "an ne@x.fr", "espace (U+0020)"),
        ("email", "nora@exemple.test’", "n'y a pas sa place"),
        ("phones", "06 11;6.1E+8", "n'est plus un numéro"),
        ("fax", "3,36E+10", "n'est plus un numéro"),
        ("email", "a@b.fr;c@d.fr", "une seule adresse"),
        ("phones", "1" * 201, "au plus 200 caractères"),
        ("phones", "a\x1bb", "U+001B"),
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


def test_an_individual_gets_no_contact(back_office):
    member = MemberFactory(kind=MemberKind.INDIVIDUAL)
    response = back_office.get(address(member), follow=True)
    (message,) = page(response).xpath("//*[@id='messages']/*")
    assert "Seuls un client professionnel ou un fournisseur" in message.text_content()


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_what_was_typed_for_one_who_became_an_individual_is_shown(back_office, member, headers):
    Member.objects.update(kind=MemberKind.INDIVIDUAL)
    response = back_office.post(address(member), TYPED, headers=headers)
    assert "Seuls un client professionnel ou un fournisseur" in alerts(response)
    assert_shown(response, headers)
    assert not Contact.objects.exists()


TYPED = {**VALUES, "note": "Le matin\nseulement", "email": "pas une adresse"}


def assert_shown(response, headers):
    """Check that all that was typed stands there to be copied, in the window or on the page."""
    assert response.status_code == (200 if headers else 404)
    assert response.get("HX-Retarget") == ("#window" if headers else None)
    shown = text(response)
    assert "Rien n'est enregistré." in shown
    for label, value in (
        ("Dénomination", "Anne"),
        ("Note", "Le matin seulement"),
        ("Mail", "pas une adresse"),
        ("Type de contact", "Notifications des commandes"),
    ):
        assert f"{label} {value}" in shown


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_what_was_typed_for_a_member_that_is_gone_is_shown(back_office, member, headers):
    url = address(member)
    member.delete()
    response = back_office.post(url, TYPED, headers=headers)
    assert "Ce membre a été supprimé entre-temps." in alerts(response)
    assert_shown(response, headers)


def test_a_member_that_does_not_exist_has_no_form(back_office):
    assert back_office.get("/membres/1/contacts/ajouter/").status_code == 404


@pytest.mark.parametrize("awkward", AWKWARD_TEXTS)
def test_awkward_texts_are_kept_and_shown_as_typed(back_office, member, awkward):
    values = {**VALUES, "name": awkward, "note": awkward}
    response = back_office.post(address(member), {**values, "type": ""})
    assert (form_values(response)["name"], form_values(response)["note"]) == (awkward, awkward)
    response = back_office.post(address(member), values, headers=HTMX)
    assert Contact.objects.get().name == awkward
    assert f"Le contact « {awkward} » est ajouté." in text(response)
