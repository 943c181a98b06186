"""Addresses that come in by forms and files, their spellings, and what mail servers get."""

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from base.address_fields import AddressField
from base.addresses import address_key, check_address, wire_address

ADDRESSES = [
    "anne@exemple.fr",
    "anne+factures@exemple-de-ferme.fr",
    "o'brien@exemple.fr",
    "a@x.test",
    "a@serveur.local",
    "a@serveur.lan",
    "chef@éñole.exemple",
    "a@xn--strae-oqa.de",
    "é.dupont@exemple.fr",
]


@pytest.mark.parametrize("text", ADDRESSES)
def test_an_address_is_accepted(text):
    check_address(text)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("nora@exemple.test»", "«\u00a0»\u00a0»"),
        ("nora@exemple.test’", "«\u00a0’\u00a0»"),
        ("nora@exemple.test…", "«\u00a0…\u00a0»"),
        ("nora@exemple.test，", "«\u00a0，\u00a0»"),
        ("nora@exemple.test（bureau）", "«\u00a0（\u00a0»"),
        ("nora@exemple.test\u202c", "fin de sens d'écriture (U+202C)"),
        ("nora@exemple.test\u200b", "espace sans largeur (U+200B)"),
        ("nora@exem\u00adple.test", "trait d'union conditionnel (U+00AD)"),
        ("no\x07ra@exemple.test", "caractère de contrôle (U+0007)"),
        ("no\ud800ra@exemple.test", "(U+D800)"),
        ("nora @exemple.test", "espace (U+0020)"),
        ("no\u2800ra@exemple.test", "braille pattern blank (U+2800)"),
        ("no,ra@exemple.test", "«\u00a0,\u00a0»"),
        ("nora@ex_emple.test", "«\u00a0_\u00a0»"),
        ("nora@[127.0.0.1]", "«\u00a0[\u00a0»"),
        ("root@localhost", "«\u00a0localhost\u00a0» est incomplet"),
        ("a@x.fr;b@x.fr", "plusieurs «\u00a0@\u00a0»"),
        ("exemple.fr", "contient un «\u00a0@\u00a0»"),
        ("a..b@x.fr", "Ce n'est pas une adresse mail"),
        ("a@x.fr.", "Ce n'est pas une adresse mail"),
        ("a@-x.fr", "Ce n'est pas une adresse mail"),
        ("a@xn--a.fr", "Ce n'est pas une adresse mail"),
        ("@x.fr", "Ce n'est pas une adresse mail"),
        ("anne@", "Ce n'est pas une adresse mail"),
        (f"{'a' * 65}@x.fr", "Ce n'est pas une adresse mail"),
        (f"a@{'x.' * 150}fr", "au plus 254 caractères"),
    ],
)
def test_a_text_that_no_mail_server_takes_is_refused_with_its_fault(text, named):
    with pytest.raises(ValidationError) as refused:
        check_address(text)
    assert named in refused.value.message


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Anne@Exemple.FR", "anne@exemple.fr"),
        ("chef@école.exemple", "chef@xn--cole-9oa.exemple"),
        ("chef@ÉCOLE.exemple", "chef@e\u0301cole.exemple"),
        ("É@exemple.fr", "e\u0301@exemple.fr"),
        ("a@straße.de", "a@xn--strae-oqa.de"),
        ("a@ｅxemple.fr", "a@exemple.fr"),
    ],
)
def test_two_spellings_of_one_address_have_one_key(one, other):
    assert address_key(one) == address_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("a@straße.de", "a@strasse.de"), ("a@école.fr", "a@ecole.fr"), ("a@x.fr", "b@x.fr")],
)
def test_two_addresses_have_two_keys(one, other):
    assert address_key(one) != address_key(other)


@given(st.text(max_size=60))
def test_every_text_has_a_key_and_the_key_is_its_own(text):
    key = address_key(text)
    assert address_key(key) == key


def test_a_mail_server_gets_a_domain_of_ascii():
    assert wire_address("Chef@Straße.de") == "Chef@xn--strae-oqa.de"
    assert wire_address("é@exemple.fr") == "é@exemple.fr"
    assert wire_address("Anne@Exemple.FR") == "Anne@Exemple.FR"


def is_address(text):
    try:
        check_address(text)
    except ValidationError:
        return False
    return True


@given(st.text(max_size=20), st.text(max_size=30))
def test_what_a_mail_server_gets_of_an_address_is_one_with_a_domain_of_ascii(local, domain):
    address = f"{local}@{domain}"
    if is_address(address):
        assert wire_address(address).rpartition("@")[2].isascii()
        assert is_address(wire_address(address))


def test_the_browser_leaves_an_address_as_it_was_typed():
    widget = AddressField("mail").formfield().widget
    assert widget.input_type == "text"
    assert widget.attrs["inputmode"] == "email"
