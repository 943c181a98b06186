import re
import string
from collections import Counter
from pathlib import Path

import pytest
from django.core.files import File
from hypothesis import given
from hypothesis import strategies as st

from base.characters import bare_line
from contacts.models import ContactType
from contacts.phones import read_phones
from importexport.runs.direct import import_contacts
from importexport.runs.intake import Options
from members.models import MemberKind
from tests.factories import ContactFactory, MemberFactory
from tests.pages import AWKWARD_TEXTS, cells, links, page, text


def test_all_that_a_contact_says_is_shown(back_office):
    contact = ContactFactory(
        name="Anne",
        note="Le matin\nseulement",
        job_title="Cheffe",
        email="anne@x.fr",
        phones="04 78 00;06.12",
        fax="04 79",
        type=ContactType.RECEIVER,
    )
    response = back_office.get(contact.member.get_absolute_url())
    assert cells(response, "Dénomination") == ["Anne"]
    assert cells(response, "Fonction") == ["Cheffe"]
    assert cells(response, "Mail") == ["anne@x.fr"]
    assert cells(response, "Fax") == ["04 79"]
    assert cells(response, "Type de contact") == ["Réceptionnaire"]
    assert page(response).xpath("//td[@data-title='Note']/text()[2]") == ["seulement"]
    assert links(response, "mailto:") == {"mailto:anne@x.fr": "anne@x.fr"}
    assert links(response, "tel:") == {"tel:047800": "04 78 00", "tel:0612": "06.12"}


@pytest.mark.parametrize(
    ("typed", "dialled"),
    [
        ("+33 (0)4 78", ["tel:+33478"]),
        ("(04) 78", ["tel:0478"]),
        ("*31#06", ["tel:*31#06"]),
        ("accueil", []),
        (";;04;", ["tel:04"]),
        ("36 39", ["tel:3639"]),
        # Several numbers, whatever parts them.
        ("01 40 00 00 01 / 06 12 34 56 78", ["tel:0140000001", "tel:0612345678"]),
        ("01 40 00 00 01, 06 12 34 56 78", ["tel:0140000001", "tel:0612345678"]),
        ("01 44 00 00 33 – 06 10 00 00 33", ["tel:0144000033", "tel:0610000033"]),
        ("01 44 00 00 33 - 06 10 00 00 33", ["tel:0144000033", "tel:0610000033"]),
        ("01 40 00 00 01 ou 06 12 34 56 78", ["tel:0140000001", "tel:0612345678"]),
        ("01 40 00 00 01 et 06 12 34 56 78", ["tel:0140000001", "tel:0612345678"]),
        ("01 40 00 00 01 06 12 34 56 78", ["tel:0140000001", "tel:0612345678"]),
        ("01 40 00 00 01\n06 12 34 56 78", ["tel:0140000001", "tel:0612345678"]),
        ("0140000001/0612345678", ["tel:0140000001", "tel:0612345678"]),
        ("01/40/00/00/01/06/12/34/56/78", ["tel:0140000001", "tel:0612345678"]),
        ("01.40.00.00.01-06.12.34.56.78", ["tel:0140000001", "tel:0612345678"]),
        ("+33 1 51 52 53 54 / +33 6 61 62 63 64", ["tel:+33151525354", "tel:+33661626364"]),
        ("+33151525354+33661626364", ["tel:+33151525354", "tel:+33661626364"]),
        ("+32 2 123 45 67, +32 2 765 43 21", ["tel:+3221234567", "tel:+3227654321"]),
        ("bureau 01 40 00 00 01, portable 06 12 34 56 78", ["tel:0140000001", "tel:0612345678"]),
        # One number, whatever parts its digits.
        ("01/40/00/00/01", ["tel:0140000001"]),
        ("06\u00a012\u201034\u201256 78\u200e", ["tel:0612345678"]),
        ("(+33) 6 12 34 56 78", ["tel:+33612345678"]),
        ("+ 33 6 12 34 56 78", ["tel:+33612345678"]),
        ("+33 06 12 34 56 78", ["tel:+33612345678"]),
        ("0033 (0)6 12 34 56 78", ["tel:0033612345678"]),
        ("+32 (0)2 123 45 67", ["tel:+3221234567"]),
        ("33612345678", ["tel:+33612345678"]),
        # Digits that are not dialled.
        ("01 40 00 00 01 poste 12", ["tel:0140000001"]),
        ("01 40 00 00 01 p. 12", ["tel:0140000001"]),
        ("01 40 00 00 01 p12", ["tel:0140000001"]),
        ("01 40 00 00 01 ext 12", ["tel:0140000001"]),
        ("01 40 00 00 01 #12", ["tel:0140000001"]),
        ("01 40 00 00 01#12", ["tel:0140000001"]),
        ("+32 2 123 45 67 #12", ["tel:+3221234567"]),
        ("01 40 00 00 01/02", ["tel:0140000001"]),
        ("01 40 00 00 01 (2e étage)", ["tel:0140000001"]),
        ("01 40 00 00 01 (3)", ["tel:0140000001"]),
        ("01 40 00 00 01 de 9h à 12h", ["tel:0140000001"]),
    ],
)
def test_a_phone_dials_what_a_caller_would(back_office, typed, dialled):
    contact = ContactFactory(phones=typed)
    response = back_office.get(contact.member.get_absolute_url())
    assert list(links(response, "tel:")) == dialled
    shown = "".join(page(response).xpath("//td[@data-title='Téléphone(s)']//text()"))
    assert "".join(shown.split()) == "".join(bare_line(typed).strip(";").split())


def test_each_number_of_a_file_is_a_link_that_dials_it_alone(back_office):
    member = MemberFactory(reference="C00002")
    with (Path(__file__).parent.parent / "cases" / "24_phones.csv").open("rb") as file:
        import_contacts(File(file), Options())
    response = back_office.get(member.get_absolute_url())
    dialled = [
        row.xpath(".//a[starts-with(@href, 'tel:')]/@href")
        for row in page(response).xpath("//td[@data-title='Téléphone(s)']")
    ]
    assert dialled == [
        ["tel:0140000001", "tel:0612345678"],
        ["tel:0140000001", "tel:0612345678"],
        ["tel:0140000001"],
        ["tel:+33151525354", "tel:+33661626364"],
        ["tel:0631323334"],
        ["tel:0144000033", "tel:0610000033"],
    ]
    assert cells(response, "Téléphone(s)")[0] == "01 40 00 00 01 / 06 12 34 56 78"


@given(st.text("0123456789+()#*-./, x\u2013é", max_size=40))
def test_a_text_is_cut_into_numbers_and_the_rest_and_nothing_is_lost(text):
    pieces = read_phones(text)
    assert "".join(piece.text for piece in pieces) == text
    for piece in pieces:
        digits = Counter(sign for sign in piece.dialled if sign in string.digits)
        # Dialling adds no digit to those typed.
        assert digits <= Counter(piece.text)
        assert re.fullmatch(r"(\+?[0-9*#]{2,})?", piece.dialled)


def test_an_address_cannot_add_to_the_message_it_begins(back_office):
    contact = ContactFactory(email="a?bcc=b@x.fr")
    response = back_office.get(contact.member.get_absolute_url())
    assert links(response, "mailto:") == {"mailto:a%3Fbcc%3Db@x.fr": "a?bcc=b@x.fr"}


def test_contacts_stand_in_their_order(back_office):
    member = MemberFactory()
    for name, position in (("Anne", 7), ("Bruno", 2), ("Chloé", 30)):
        ContactFactory(member=member, name=name, position=position)
    response = back_office.get(member.get_absolute_url())
    assert cells(response, "Dénomination") == ["Bruno", "Anne", "Chloé"]


def test_a_contact_without_name_is_told_apart(back_office):
    contact = ContactFactory(name="", job_title="Chef")
    response = back_office.get(contact.member.get_absolute_url())
    assert cells(response, "Dénomination") == ["Sans nom"]
    assert page(response).xpath("//button[@aria-label='Monter Chef']")


def test_without_contacts_the_panel_says_how_to_begin(back_office):
    member = MemberFactory()
    response = back_office.get(member.get_absolute_url())
    assert "Ce membre n'a pas encore de contact. Ajoutez-en un" in text(response)


def test_an_individual_has_no_way_to_add_a_contact(back_office):
    member = MemberFactory(kind=MemberKind.INDIVIDUAL)
    response = back_office.get(member.get_absolute_url())
    assert "Seuls un client professionnel ou un fournisseur peuvent avoir" in text(response)
    assert not page(response).xpath("//a[contains(@href, '/contacts/')]")


def test_contacts_of_other_members_are_not_shown(back_office):
    ContactFactory(name="Bruno")
    contact = ContactFactory(name="Anne")
    response = back_office.get(contact.member.get_absolute_url())
    assert cells(response, "Dénomination") == ["Anne"]


@pytest.mark.parametrize("awkward", AWKWARD_TEXTS)
def test_awkward_texts_are_shown_as_typed(back_office, awkward):
    fields = ("name", "note", "job_title", "phones", "fax")
    contact = ContactFactory(**dict.fromkeys(fields, awkward))
    response = back_office.get(contact.member.get_absolute_url())
    for title in ("Dénomination", "Note", "Fonction"):
        assert cells(response, title) == [awkward]
    for title in ("Téléphone(s)", "Fax"):
        assert cells(response, title) == [bare_line(awkward)]
    assert page(response).xpath("//button[@name='up']/@aria-label") == [f"Monter {awkward}"]


@pytest.mark.parametrize(
    ("right", "offered"),
    [
        ("view", ["Historique du contact"]),
        ("add", ["Ajouter un contact"]),
        ("change", ["Modifier l'ordre des contacts", "Monter", "Descendre", "Modifier le contact"]),
        ("delete", ["Supprimer le contact"]),
    ],
)
def test_just_what_somebody_may_do_is_offered(allowed, right, offered):
    contact = ContactFactory()
    client = allowed("members.view_member", f"contacts.{right}_contact")
    shown = page(client.get(contact.member.get_absolute_url()))
    (panel,) = shown.xpath("//section[@aria-labelledby='contacts-title']")
    assert panel.xpath(".//*[self::a or self::button]/@title") == offered
    titles = panel.xpath(".//th[@scope='col']/text()")
    assert ("Actions" in titles) == (right in ("view", "change", "delete"))
    assert ("Ordre" in titles) == (right == "change")
