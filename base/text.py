"""Fold text for search and sorting: no case, no accents, phone numbers as digits.

The rules exist twice, here for SQLite and in SQL for PostgreSQL (base/migrations/0001_initial.py);
tests/base/test_text.py compares the two.
"""

import re
import unicodedata
from collections.abc import Sequence

from django.db import models
from django.db.models.functions import Concat

# Only what people type in and between phone numbers, with at least one digit.
_PHONE = re.compile(r"[0-9\s.\-()/+;]*[0-9][0-9\s.\-()/+;]*")
_NOT_DIALLED = re.compile("[^0-9+]")
# Each stands for the first 0 of a French number.
FRENCH_PREFIXES = ("+33", "0033")
_COMBINING = re.compile("[\u0300-\u036f]")


def fold(text: str) -> str:
    """Return the text in lower case and without accents: `Éric` gives `eric`."""
    if text.isascii():
        return text.lower()
    text = _COMBINING.sub("", unicodedata.normalize("NFD", text)).lower()
    return text.replace("œ", "oe").replace("æ", "ae").replace("’", "'")


def phone_digits(numbers: str) -> str:
    """Return the digits of each number, joined by spaces: `+33 6 12;04.78` gives `0612 0478`."""
    return " ".join(_digits(number) for number in numbers.split(";"))


def _digits(number: str) -> str:
    dialled = _NOT_DIALLED.sub("", number)
    for french_prefix in FRENCH_PREFIXES:
        if dialled.startswith(french_prefix):
            dialled = f"0{dialled.removeprefix(french_prefix)}"
            break
    return dialled.replace("+", "")


# A word of a query in all its spellings; a text that holds one of them matches.
Term = tuple[str, ...]


def search_terms(query: str) -> list[Term]:
    """Return the terms of a query; a text must match all of them.

    A query that looks like phone numbers is split at semicolons only, not at spaces.
    """
    query = fold(query).strip()
    words = query.split(";") if _PHONE.fullmatch(query) else query.split()
    return [_spellings(word.strip()) for word in words if word.strip()]


def _spellings(word: str) -> Term:
    """Return the word as typed and, if it looks like a number, its digits."""
    digits = _digits(word) if _PHONE.fullmatch(word) else word
    return (word,) if digits == word else (word, digits)


def searchable(*parts: str) -> str:
    """Return the text in which terms are looked for; the last part holds phone numbers."""
    *words, numbers = parts
    return f"{fold(' '.join(words))} {phone_digits(numbers)}"


class Fold(models.Func):
    """`fold` in the database, for columns to sort by."""

    function = "fold_text"
    output_field = models.TextField()


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
