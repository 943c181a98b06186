"""Check, compare and send to e-mail addresses, also international ones.

An address is stored as it was typed. `check_address` refuses what no mail server could take,
`address_key` tells which spellings are one address, `wire_address` is what a mail server gets.
"""

import unicodedata
from functools import lru_cache

import email_validator
import idna
from django.core.exceptions import ValidationError

LONGEST_ADDRESS = 254
# Companies use .test, .local and .lan inside: no domain is refused for its ending alone.
email_validator.SPECIAL_USE_DOMAIN_NAMES.clear()

_NAMES = {
    "\t": "tabulation",
    "\n": "saut de ligne",
    "\r": "retour chariot",
    " ": "espace",
    "\u00a0": "espace insécable",
    "\u00ad": "trait d'union conditionnel",
    "\u2007": "espace de la largeur d'un chiffre",
    "\u200b": "espace sans largeur",
    "\u200c": "antiliant sans largeur",
    "\u200d": "liant sans largeur",
    "\u200e": "marque d'écriture de gauche à droite",
    "\u200f": "marque d'écriture de droite à gauche",
    "\u2028": "séparateur de lignes",
    "\u2029": "séparateur de paragraphes",
    "\u202a": "début d'écriture de gauche à droite",
    "\u202b": "début d'écriture de droite à gauche",
    "\u202c": "fin de sens d'écriture",
    "\u202f": "espace fine insécable",
    "\u2060": "gluon de mots",
    "\ufeff": "marque d'ordre des octets",
}

# Letters and signs without any ink.
_BLANK = "\u115f\u1160\u2800\u3164\uffa0"


def check_address(text: str) -> None:
    """Raise ValidationError, with one French sentence, for anything but one e-mail address.

    Asks no network. Takes domains without a public ending (`.local`), but no bare host.
    """
    if len(text) > LONGEST_ADDRESS:
        raise _invalid(f"Une adresse mail a au plus {LONGEST_ADDRESS} caractères.")
    if not _is_address(text) or any(_is_unseen(character) for character in text):
        raise _invalid(_fault(text))


def address_key(text: str) -> str:
    """Return what all spellings of one address share: `Bureau@École.FR` gives `bureau@xn--…`.

    Case does not count, also before the @: no mail server in use tells `Anne@` from `anne@`.
    Text that is no address is lower-cased and composed.
    """
    if text.isascii():
        return text.lower()
    local, at, domain = text.rpartition("@")
    return f"{_composed(local)}{at}{_ascii_domain(domain) or _composed(domain)}"


def wire_address(text: str) -> str:
    """Return the address with its domain as IDNA 2008 writes it for mail servers and headers.

    What stands before the @ may still need a server that knows SMTPUTF8.
    """
    if text.isascii():
        return text
    local, at, domain = text.rpartition("@")
    return f"{unicodedata.normalize('NFC', local)}{at}{_ascii_domain(domain) or domain}"


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).lower())


@lru_cache(10_000)
def _ascii_domain(domain: str) -> str:
    """Return the domain in ASCII and lower case, or "" where IDNA 2008 knows no such domain."""
    try:
        return idna.encode(domain, uts46=True).decode("ascii").lower()
    except (idna.IDNAError, UnicodeError):
        return ""


def _invalid(message: str) -> ValidationError:
    return ValidationError(message, code="invalid")


def _fault(text: str) -> str:
    """Return a sentence that says what keeps a text from being an address."""
    local, at, domain = text.rpartition("@")
    if "@" in local:
        return "L'adresse contient plusieurs « @ ». Saisissez une seule adresse."
    for character in text:
        if _is_unseen(character):
            return (
                f"L'adresse contient un caractère qui n'y a pas sa place : {named(character)}. "
                "Effacez-le."
            )
    if not at:
        return "Une adresse mail contient un « @ », comme nom@exemple.fr."
    for part, fits in ((local, _fits_before_at), (domain, _fits_after_at)):
        for character in part:
            if not fits(character):
                return (
                    "L'adresse contient un caractère qui n'y a pas sa place : "
                    f"« {character} ». Corrigez-la."
                )
    if domain and "." not in domain:
        return (
            f"Le domaine « {domain} » est incomplet. "
            "Une adresse mail se termine comme nom@exemple.fr."
        )
    return "Ce n'est pas une adresse mail. Saisissez une seule adresse, comme nom@exemple.fr."


def named(character: str) -> str:
    """Return the name of a character that cannot be seen, with its code."""
    name = _NAMES.get(character) or unicodedata.name(character, "caractère de contrôle").lower()
    return f"{name} (U+{ord(character):04X})"


def _is_unseen(character: str) -> bool:
    return unicodedata.category(character)[0] in "CZ" or character in _BLANK


@lru_cache(1_000)
def _fits_before_at(character: str) -> bool:
    return character == "." or _is_address(f"a{character}a@a.fr")


@lru_cache(1_000)
def _fits_after_at(character: str) -> bool:
    return character == "." or _is_address(f"a@a{character}a.fr")


def _is_address(text: str) -> bool:
    try:
        email_validator.validate_email(text, check_deliverability=False, strict=True)
    except email_validator.EmailNotValidError:
        return False
    return True
