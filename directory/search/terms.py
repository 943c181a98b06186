"""What was typed, read as terms to look for: words, phone numbers, mail addresses."""

import re
import unicodedata
from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

import idna

from base.addresses import address_key
from base.text import fold, fold_except_dots, phone_digits, plain

# A word or number in all its spellings; a text that holds one of them matches.
Term = tuple[str, ...]

# Each term costs a search of its own. Further words are left out, and the screen says so.
MOST_TERMS = 10

_PASTED_ADDRESS = re.compile(r"<\s*([^<>\s]+@[^<>\s]+)\s*>")
# What may stand around a pasted address.
_AROUND_ADDRESS = "<>()[]{}\"'«»“”,;:"
_AFTER_WORD = ",;"
# Words of these alone are looked for only where nothing else was typed.
_BETWEEN_WORDS = "-/,;:|"
_NUMBERS = re.compile(r"[0-9+(][0-9+().\-/,;]*|[\-/,;]+")
_BETWEEN_NUMBERS = re.compile(r"[;,]| [/-] |(?=\+)")
_FRENCH_LENGTH = 10
# From that many digits on, the country's 33 is told from the first digits of anything else.
_SHORTEST_WITH_COUNTRY = 4


class Query(NamedTuple):
    """The terms of a query, all of which must be found, and whether words were left out."""

    terms: list[Term]
    has_more: bool


def search_terms(text: str) -> list[Term]:
    return read_query(text).terms


def read_query(text: str) -> Query:
    """Return the different terms of what was typed, `MOST_TERMS` at most.

    Of a pasted `Name <address>`, only the address is looked for. Words that together look like a
    phone number are one term.
    """
    text = "".join(sign for sign in text if unicodedata.category(sign) != "Cf")
    words = _PASTED_ADDRESS.findall(text) or text.split()
    if len(words) > 1:
        words = [word for word in words if plain(word).strip(_BETWEEN_WORDS)]
    terms = list(dict.fromkeys(term for term in _terms(words) if term))
    return Query(terms[:MOST_TERMS], len(terms) > MOST_TERMS)


def _terms(words: list[str]) -> Iterator[Term]:
    for are_numbers, run in groupby(words, _is_of_numbers):
        if not are_numbers:
            yield from map(_word, run)
            continue
        for number in _BETWEEN_NUMBERS.split(plain(" ".join(run))):
            for part in _split_at_slashes(number.strip()):
                if _is_phone(part):
                    yield from _phones(part)
                else:
                    yield from map(_number, part.split())


def _is_of_numbers(word: str) -> bool:
    return any(sign.isdecimal() for sign in word) and bool(_NUMBERS.fullmatch(plain(word)))


def _split_at_slashes(number: str) -> list[str]:
    """Split `0478001122/0612345678`, but not `04/78/00/11/22` or `12/345`."""
    parts = number.split("/")
    are_whole = all(len(phone_digits(part)) >= _FRENCH_LENGTH - 1 for part in parts)
    return [part.strip() for part in parts] if are_whole else [number]


def _is_phone(text: str) -> bool:
    """Return whether digits with spaces between are one number: `14 2000` are two words."""
    groups = re.findall("[0-9]+", text)
    if not groups:
        return False
    digits = "".join(groups)
    if text.lstrip("( ").startswith("+") or phone_digits(text) != digits:
        return True
    if len(digits) >= _FRENCH_LENGTH - 1 and digits[0] == "0":
        return True
    first, *others = groups
    are_pairs = all(len(group) == 2 for group in others[:-1]) and len(groups[-1]) <= 2
    return are_pairs and (first[0] == "0" or (len(groups) >= 4 and len(first) == 2))


def _phones(text: str) -> Iterator[Term]:
    digits = phone_digits(text)
    count = len(digits) // _FRENCH_LENGTH
    if digits.startswith("0") and count > 1 and len(digits) == count * _FRENCH_LENGTH:
        for start in range(0, len(digits), _FRENCH_LENGTH):
            yield _number(digits[start : start + _FRENCH_LENGTH])
    else:
        yield _number(text)


def _number(text: str) -> Term:
    """Return the number as typed, its digits, and these as other notations begin them."""
    digits = phone_digits(text).replace(" ", "")
    spellings = [fold(text), digits]
    if digits.startswith("00"):
        spellings.append(digits[2:])
    elif digits.startswith("0") and len(digits) >= _FRENCH_LENGTH - 1:
        spellings.append(digits[1:])
    elif digits.startswith("33") and len(digits) >= _SHORTEST_WITH_COUNTRY:
        spellings.append(f"0{digits[2:]}")
    return _different(spellings)


def _word(text: str) -> Term:
    if "@" in text:
        text = text.strip(_AROUND_ADDRESS)
        if text[:7].lower() == "mailto:":
            text = text[7:].partition("?")[0]
    text = text.strip(_AFTER_WORD) or text
    # As long as a word is being typed, `x.f` may become `x.fr`, which keeps its dot.
    spellings = [fold(text), fold_except_dots(text), *map(fold, _other_domains(text))]
    return _different(spellings)


def _other_domains(text: str) -> list[str]:
    """Return an address or a domain as IDNA spells it otherwise: in Unicode, or with `xn--`."""
    if text.isascii():
        labels = [_label(part) for part in re.split(r"(?<=[@.])", text)]
        return ["".join(labels)] if "xn--" in text.lower() else []
    if "@" in text:
        return [address_key(text)]
    return [address_key(f"@{text}")[1:]] if "." in text.strip(".") else []


def _label(text: str) -> str:
    """Return a label of a domain, and the sign after it, in Unicode."""
    label, sign = (text[:-1], text[-1:]) if text[-1:] in ("@", ".") else (text, "")
    if not label.lower().startswith("xn--"):
        return text
    try:
        return idna.decode(label) + sign
    except (idna.IDNAError, UnicodeError):
        return text


def _different(spellings: list[str]) -> Term:
    return tuple(dict.fromkeys(spelling for spelling in spellings if spelling))
