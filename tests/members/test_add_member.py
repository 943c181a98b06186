import pytest
from django.forms import model_to_dict

from members.models import Member
from tests.factories import MemberFactory
from tests.pages import AWKWARD_TEXTS, errors, form_values, page, text

ADD = "/membres/ajouter/"
VALUES = {"reference": "F1", "name": "Ferme", "kind": "supplier"}


def test_a_member_is_added(back_office):
    values = {
        **VALUES,
        "email": "ferme@x.fr",
        "phone": "04 78;06 12",
        "address": "1 rue Haute\nBât. B",
        "postal_code": "69001",
        "city": "Lyon",
        "note": "Fermé le lundi",
    }
    response = back_office.post(ADD, values, follow=True)
    member = Member.objects.get()
    assert model_to_dict(member, fields=values) == values
    assert response.redirect_chain == [(member.get_absolute_url(), 302)]
    assert "Le membre « Ferme » est ajouté." in text(response)


def test_the_form_is_empty_at_first(back_office):
    response = back_office.get(ADD)
    assert page(response).xpath("//h1/text()") == ["Ajout d'un membre"]
    assert page(response).xpath("//*[@autofocus]/@name") == ["reference"]
    assert not page(response).xpath("//*[@aria-invalid]")


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("reference", "", "Ce champ est obligatoire."),
        ("reference", "  \u00a0", "Ce champ est obligatoire."),
        ("reference", "x" * 51, "au plus 50 caractères"),
        ("reference", " A ", "Cette référence est déjà celle d'un autre membre."),
        ("reference", "a\x07b", "U+0007"),
        ("name", "", "Ce champ est obligatoire."),
        ("name", "x" * 201, "au plus 200 caractères"),
        ("name", "a\0b", "caractère nul"),
        ("name", "a\ufffeb", "U+FFFE"),
        ("kind", "", "Ce champ est obligatoire."),
        ("kind", "friend", "Sélectionnez un choix valide."),
        ("email", "ferme@", "adresse mail"),
        ("email", "a@b.fr, c@d.fr", "une seule adresse"),
        ("email", f"{'x' * 64}@{'y' * 60}.{'y' * 60}.{'y' * 60}.{'y' * 60}.fr", "254 caractères"),
        ("phone", "1" * 201, "au plus 200 caractères"),
        ("address", "x" * 501, "au plus 500 caractères"),
        ("postal_code", "1" * 21, "au plus 20 caractères"),
        ("city", "x" * 101, "au plus 100 caractères"),
        ("note", "x" * 5001, "au plus 5000 caractères"),
        ("note", "a\x1bb", "U+001B"),
    ],
)
def test_a_wrong_value_is_refused_at_its_field(back_office, field, typed, said):
    MemberFactory(reference="A")
    response = back_office.post(ADD, {**VALUES, field: typed})
    assert said in errors(response, field)
    assert page(response).xpath("//*[@autofocus]/@name") == [field]
    others = {name: value for name, value in VALUES.items() if name != field}
    assert others.items() <= form_values(response).items()
    assert Member.objects.count() == 1


def test_nothing_sent_is_refused(back_office):
    assert "Ce champ est obligatoire." in errors(back_office.post(ADD), "reference")


def test_line_ends_count_as_one_character(back_office):
    back_office.post(ADD, {**VALUES, "note": "\r\n".join("x" * 2500)})
    assert Member.objects.get().note == "\n".join("x" * 2500)


@pytest.mark.parametrize("awkward", AWKWARD_TEXTS)
def test_awkward_texts_are_kept_and_shown_as_typed(back_office, awkward):
    response = back_office.post(ADD, {**VALUES, "name": awkward, "email": "ferme@"})
    assert form_values(response)["name"] == awkward
    response = back_office.post(ADD, {**VALUES, "name": awkward}, follow=True)
    assert Member.objects.get().name == awkward
    assert f"Le membre « {awkward} » est ajouté." in text(response)
