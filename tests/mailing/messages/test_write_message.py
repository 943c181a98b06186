import contextlib
import uuid

import pytest
from django.core.exceptions import ValidationError

from mailing.messages.rendering import LONGEST_TEXT, validate_placeholders
from mailing.models import Message
from tests.factories import MemberFactory
from tests.mailing.messages.writing import (
    WORDS,
    confirmation,
    deliver,
    hidden,
    nothing_left,
    send,
    to_members,
    to_search,
)
from tests.pages import AWKWARD_TEXTS, errors, page, text


def test_the_preview_is_the_mail_of_the_first_member(back_office, farm, mill):
    MemberFactory(name="Abeille", email="")
    address = to_search()
    values = {**hidden(back_office.get(address)), **WORDS, "step": "preview"}
    response = back_office.post(address, values)
    assert "Tel que le reçoit Ferme À ferme@x.fr Objet Fermeture Bonjour Ferme (F1) --" in text(
        response
    )
    assert hidden(response)["token"] == values["token"]
    assert not Message.objects.exists()


def test_what_was_written_can_be_changed_before_it_goes(back_office, farm, mailoutbox):
    asked = confirmation(back_office, to_members(farm), text="Bonjour\r\n\r\n{{ nom }}")
    response = back_office.post(to_members(farm), {**hidden(asked), "step": "edit"})
    assert page(response).xpath("//textarea/text()") == ["\nBonjour\n\n{{ nom }}"]
    assert page(response).xpath("//input[@id='id_subject']/@value") == ["Fermeture"]
    assert nothing_left(mailoutbox)


@pytest.mark.parametrize("awkward", AWKWARD_TEXTS[:3] + AWKWARD_TEXTS[4:])
def test_awkward_texts_arrive_as_typed(back_office, mailoutbox, awkward):
    member = MemberFactory(name=awkward, email="a@x.fr")
    response = send(back_office, to_members(member), subject=awkward, text=f"{awkward} {{{{nom}}}}")
    assert page(response).xpath("//h1/text()") == [awkward]
    deliver()
    assert mailoutbox[0].subject == awkward
    assert mailoutbox[0].body.startswith(f"{awkward} {awkward}\n")
    assert "<script" not in mailoutbox[0].alternatives[0][0]
    assert "<img" not in mailoutbox[0].alternatives[0][0]


def test_what_a_name_holds_is_not_replaced_again(back_office, mailoutbox):
    member = MemberFactory(name="{{ reference }}", email="a@x.fr")
    send(back_office, to_members(member), text="{{ nom }}")
    deliver()
    assert mailoutbox[0].body.startswith("{{ reference }}\n")


@pytest.mark.parametrize(
    "typed", ["{{nom}}", "{{  nom}}", "{{\u00a0nom\u00a0}}", "{{ nom\n}}", "{ a } {b}"]
)
def test_a_text_that_reads_well_is_taken(back_office, farm, typed):
    assert "Envoyer ce message ?" in text(confirmation(back_office, to_members(farm), text=typed))


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("subject", "", "Ce champ est obligatoire."),
        ("subject", "\u00a0 ", "Ce champ est obligatoire."),
        ("subject", "x" * 201, "au plus 200 caractères"),
        ("subject", "a\nBcc: autre@x.fr", "sur une ligne"),
        ("subject", "a\r\nBcc: autre@x.fr", "sur une ligne"),
        ("subject", "a\rb", "sur une ligne"),
        ("subject", "a\u2028b", "sur une ligne"),
        ("subject", "a\u0085b", "sur une ligne"),
        ("subject", "a\tb", "sans tabulation"),
        ("subject", "a\0b", "caractère nul"),
        ("subject", "a\x1bb", "U+001B"),
        ("subject", "Bonjour {{ nom }}", "L'objet est le même pour tous"),
        ("text", "", "Ce champ est obligatoire."),
        ("text", "x" * 20_001, "au plus 20000 caractères"),
        ("text", "a\x07b", "U+0007"),
        ("text", "a\ufffeb", "U+FFFE"),
        ("text", "{{ nmo }}", "« {{ nmo }} » n'existe pas. Vous pouvez écrire {{ nom }} et"),
        ("text", "{{ Nom }}", "« {{ Nom }} » n'existe pas."),
        ("text", "{{ référence }}", "« {{ référence }} » n'existe pas."),
        ("text", "{{ nom|upper }}", "n'existe pas."),
        ("text", "{{ nom.pk }}", "n'existe pas."),
        ("text", "{{ }}", "n'existe pas."),
        ("text", "{{ nom }} {{ " + "x" * 300 + " }}", "n'existe pas."),
        ("text", "Bonjour {{ nom", "Il manque une accolade à « {{ nom »."),
        ("text", "Bonjour nom }}", "Il manque une accolade à « Bonjour nom }} »."),
        ("text", "{{ nom }", "Il manque une accolade"),
        ("text", "{ nom }}", "Il manque une accolade"),
        ("text", "{nom}", "Il manque une accolade à « {nom} »."),
        ("text", "{{" * 5000, "Il manque une accolade"),
    ],
)
@pytest.mark.parametrize("step", ["preview", "confirm", "send"])
def test_a_wrong_text_is_refused_at_its_field(
    back_office, farm, mailoutbox, field, typed, said, step
):
    numbers = {"reached": "1", "skipped": "0", "token": uuid.uuid4(), "step": step}
    response = back_office.post(to_members(farm), {**WORDS, **numbers, field: typed})
    assert said in errors(response, field)
    assert page(response).xpath("//*[@autofocus]/@name") == [field]
    assert nothing_left(mailoutbox)


@pytest.mark.parametrize("token", [None, "", "x", "1" * 5000])
def test_a_form_without_its_token_is_sent_anew(back_office, farm, mailoutbox, token):
    values = {**WORDS, "reached": "1", "skipped": "0", "step": "send"}
    response = back_office.post(to_members(farm), values | ({"token": token} if token else {}))
    assert "Le formulaire est arrivé incomplet." in errors(response, None)
    assert uuid.UUID(hidden(response)["token"])
    assert nothing_left(mailoutbox)


@pytest.mark.parametrize("letter", ["{", "}", " ", "{{", "{{ ", "}} ", "{ ", "{{ nom ", "\n", "x"])
def test_a_text_of_any_length_is_looked_through_in_one_go(letter):
    """Such a text kept the whole site waiting for minutes: `{{`, spaces and a letter."""
    for start in ("", "{{"):
        for most in (LONGEST_TEXT, 64 * 1024):
            text = f"{start}{letter * (most // len(letter) - 3)}x"
            with contextlib.suppress(ValidationError):
                validate_placeholders(text)
