"""Passwords that anybody would try are refused; those of a few words are not."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from accounts.passwords import GuessableValidator


@pytest.mark.parametrize(
    "password",
    [
        # Accepted until now.
        "azertyazerty",
        "motdepasse12",
        "aaaaaaaaaaaa",
        "bureaubureau",
        # Their like.
        "AZERTYUIOP12",
        "azertyuiop123!",
        "qsdfghjklm12",
        "poiuytrezaaa",
        "qwertyqwerty",
        "Mot de passe 2026",
        "MotDePasse!!!",
        "motdepassé123",
        "abcdefghijkl",
        "abcabcabcabc",
        "ab1!ab1!ab1!",
        "contactscontacts",
        "gestiondescontacts",
        "Bienvenue2026",
        "aaaaaabbbbbb",
        "wxcvbnwxcvbn1",
        "éééééééééééé",
        "............",
    ],
)
def test_a_password_that_anybody_would_try_is_refused(password):
    with pytest.raises(ValidationError):
        validate_password(password)
    with pytest.raises(ValidationError, match="se devine"):
        GuessableValidator().validate(password)


@pytest.mark.parametrize(
    "password",
    [
        "un mot de passe pour les essais",
        "un autre, plus long encore",
        "douze signe!",
        "cheval pile agrafe",
        "Tr0ub4dor&3xyz",
        "le bureau du fond",
        "7yG#pQ2w!mZx",
        "correcthorsebattery",
        "abricots et figues",
    ],
)
def test_a_password_of_a_few_words_is_taken(password):
    validate_password(password)


@pytest.mark.parametrize("letter", ["a", "é", " ", "\u0301", "ab", "azerty"])
def test_a_password_of_any_length_is_judged_by_its_beginning(letter):
    with pytest.raises(ValidationError):
        GuessableValidator().validate(letter * 65_536)


def test_the_page_shows_the_rule_for_passwords(back_office):
    assert "suite de touches du clavier" in back_office.get("/mot-de-passe/").content.decode()
