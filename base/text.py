"""Fold texts for search and order: case, accents, dashes and invisible characters do not count.

The rules exist twice, here for SQLite and in SQL for PostgreSQL (base/migrations/0001_initial.py);
tests/base/test_text.py compares the two.
"""

import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.functions import Concat

# Each trick for speed below is for imports, which compute the searchable text of each contact.

# Accents, once NFKD has parted them from their letters, and characters without any ink.
_UNSEEN = re.compile(
    "[\u00ad\u0300-\u036f\u061c\u180b-\u180e\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)
# For texts that are ASCII but for accents, as bytes of UTF-8: those of accents go away. Any other
# character leaves a byte that is not ASCII.
_PLAIN_BYTES = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ`", b"abcdefghijklmnopqrstuvwxyz'")
_ACCENT_BYTES = b"\xcc\xcd" + bytes(range(0x80, 0xB0))
# What NFKD leaves apart although a reader takes it for the same.
_ALIKE = str.maketrans(
    dict.fromkeys("’‘‛ʼʹ′`", "'")
    | dict.fromkeys("‐‑‒–—―⁃−", "-")
    | dict.fromkeys("«»“”„‟″", '"')
    | {"ø": "o", "°": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "ς": "σ"}
    | {"ß": "ss", "æ": "ae", "œ": "oe", "þ": "th"}
)
# The dots of `s.a.r.l.`: each after a single letter, and before or after another one. A dot comes
# first, as that is what is quickly looked for.
_ACRONYM_DOTS = re.compile(
    r"\.(?:(?<![a-z0-9][a-z]\.)(?<=[a-z]\.)(?=[a-z](?:[^a-z0-9]|\Z))"
    r"|(?<![a-z0-9][a-z]\.[a-z]\.)(?<=[a-z]\.[a-z]\.))"
)
_NUMBER = re.compile("[0-9]+")


def plain(text: str) -> str:
    """Return the text in lower case, without accents, with one kind of dash and apostrophe."""
    if text.isascii():
        return text.lower().replace("`", "'")
    # NFKD would make a space and an accent of this one.
    text = unicodedata.normalize("NFKD", text.replace("´", "'"))
    plain_bytes = text.encode(errors="surrogatepass").translate(_PLAIN_BYTES, _ACCENT_BYTES)
    if plain_bytes.isascii():
        return plain_bytes.decode("ascii")
    return _UNSEEN.sub("", text).lower().translate(_ALIKE)


def fold(text: str) -> str:
    """Return the text as it is compared: `Éric–Paul & Cie, S.A.` gives `eric paul et cie, sa`."""
    text = fold_except_dots(text)
    return _ACRONYM_DOTS.sub("", text) if "." in text else text


def fold_except_dots(text: str) -> str:
    """Do as `fold`, but leave `S.A.` its dots."""
    return " ".join(plain(text).replace("-", " ").replace("&", " et ").split())


def plain_with_places(text: str) -> tuple[str, list[int]]:
    """Return the plain text, and for each of its characters the place in `text` it came from."""
    parts = [(sign, place) for place, character in enumerate(text) for sign in plain(character)]
    return "".join(sign for sign, _ in parts), [place for _, place in parts]


def fold_with_places(text: str) -> tuple[str, list[int]]:
    """Return the folded text, and for each of its characters the place in `text` it came from."""
    folded: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        for sign in plain(character).replace("-", " ").replace("&", " et "):
            if not sign.isspace():
                folded.append(sign)
            elif folded and folded[-1] != " ":
                folded.append(" ")
            else:
                continue
            places.append(place)
    if folded and folded[-1] == " ":
        del folded[-1], places[-1]
    joined = "".join(folded)
    dots = {dot.start() for dot in _ACRONYM_DOTS.finditer(joined)}
    kept = [index for index in range(len(joined)) if index not in dots]
    return "".join(joined[index] for index in kept), [places[index] for index in kept]


def sort_key(text: str) -> str:
    """Return the text to sort by: folded, each number after its length, so that 9 precedes 10."""
    return _NUMBER.sub(_by_value, fold(text))


def _by_value(number: re.Match[str]) -> str:
    digits = number[0].lstrip("0")
    return f"{len(digits):03}{digits}"


# --- Phone numbers ----------------------------------------------------------------------------

# What stands for the first 0 of a French number: +33, or at the beginning of a number also 0033,
# or 33 before nine digits. A zero after it, mostly in brackets, is not dialled from abroad.
_FRENCH_PREFIX = re.compile(
    r"(?:\+ *33|(^|[^0-9 .()-]| - )[ .(]*(?:00 *33|33(?=(?:[ .-]?[0-9]){9}(?![ .-]?[0-9]))))"
    r"[ .-]*(?:\( *0 *\)|0)?"
)
_FOREIGN_ZERO = re.compile(r"(\+ *[0-9]{1,3} *)\( *0 *\)")
# A number may be written with these inside. Two numbers that only these part become one text of
# digits, in which each is found.
_INSIDE = str.maketrans(dict.fromkeys("\t ./()_,-"))
_NO_DIGITS = re.compile("[^0-9]+")


def phone_digits(numbers: str) -> str:
    """Return the digits of phone numbers: `+33 (0)6 12;04.78 poste 2` gives `0612 0478 2`."""
    # Most lists, without regular expressions.
    digits = numbers.replace(" ", "").replace(".", "").replace(";", " ")
    if "+" in digits:
        digits = digits.replace("+33(0)", " 0").replace("+330", " 0").replace("+33", " 0")
    if digits.isascii() and digits.replace(" ", "0").isdecimal():
        apart = f" {digits}"
        if " 33" not in apart and " 0033" not in apart:
            return " ".join(digits.split())
    numbers = plain(numbers)
    if "33" in numbers:
        numbers = _FRENCH_PREFIX.sub(r";\g<1>0", numbers)
    if "(" in numbers:
        numbers = _FOREIGN_ZERO.sub(r"\1", numbers)
    return _NO_DIGITS.sub(" ", numbers.translate(_INSIDE)).strip(" ")


# --- In the database --------------------------------------------------------------------------


def searchable(*parts: str) -> str:
    """Return the text in which words are looked for; the last part holds phone numbers."""
    return f"{fold(' '.join(parts[:-1]))} {phone_digits(parts[-1])}"


class Fold(models.Func):
    """`fold` in the database."""

    function = "fold_text"
    output_field = models.TextField()


class OrderText(models.TextField[str, str]):
    """A text that both databases sort by the code of its characters."""

    def db_parameters(self, connection: BaseDatabaseWrapper) -> Any:
        parameters = super().db_parameters(connection)
        if connection.vendor == "postgresql":
            parameters["collation"] = "C"
        return parameters


class SortKey(models.Func):
    """`sort_key` in the database, for columns to sort by."""

    function = "sort_key"
    output_field = OrderText()


class Searchable(models.Func):
    """`searchable` in the database; the last of its columns holds phone numbers."""

    function = "searchable_text"
    output_field = models.TextField()


def searchable_columns(texts: Sequence[str], phones: Sequence[str]) -> Searchable:
    """Return the searchable text of columns: `texts` by their words, `phones` by their digits."""
    first, *others = phones
    if not others:
        return Searchable(*texts, first)
    parts = [part for name in others for part in (models.Value(";"), name)]
    return Searchable(*texts, Concat(first, *parts))
