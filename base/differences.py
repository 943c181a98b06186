"""What differs between two states of a row, by field, with the words that differ marked."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, NamedTuple

from django.db.models import Field, Model
from django.utils.text import capfirst

_WORDS = re.compile(r"\s+|[^\s]+")
# Comparing takes a time that grows with the square of the number of words.
_MOST_WORDS_COMPARED = 120


class Piece(NamedTuple):
    """A part of a text, and whether it is other in the text it is compared with."""

    text: str
    differs: bool


@dataclass(frozen=True)
class Difference:
    """A field, by its title, with its text before and after."""

    title: str
    before: Sequence[Piece]
    after: Sequence[Piece]


def differences(before: Mapping[str, str], after: Mapping[str, str]) -> list[Difference]:
    """Return the fields that differ, in the order of `before`; both map titles to texts."""
    return [
        Difference(title, *compare(old, after[title]))
        for title, old in before.items()
        if old != after[title]
    ]


def field_texts(row: Model, names: Iterable[str]) -> dict[str, str]:
    """Return what the screen shows of these fields, by their labels."""
    fields = {field.name: field for field in row._meta.fields}
    return {capfirst(str(fields[name].verbose_name)): _shown(row, fields[name]) for name in names}


def _shown(row: Model, field: Field[Any, Any]) -> str:
    value = getattr(row, field.name)
    return str(dict(field.flatchoices).get(value, value))


def compare(old: str, new: str) -> tuple[list[Piece], list[Piece]]:
    """Return the pieces of two texts, whole words each."""
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    start = _common(zip(before, after, strict=False))
    rest = min(len(before), len(after)) - start
    end = min(rest, _common(zip(reversed(before), reversed(after), strict=False)))
    middle = (before[start : len(before) - end], after[start : len(after) - end])
    first, last = "".join(before[:start]), "".join(before[len(before) - end :])
    old_pieces, new_pieces = _compare_words(*middle)
    return (
        _pieces([(first, False), *old_pieces, (last, False)]),
        _pieces([(first, False), *new_pieces, (last, False)]),
    )


def _common(pairs: Iterator[tuple[str, str]]) -> int:
    count = 0
    for one, other in pairs:
        if one != other:
            break
        count += 1
    return count


_Pieces = list[tuple[str, bool]]


def _compare_words(before: list[str], after: list[str]) -> tuple[_Pieces, _Pieces]:
    if max(len(before), len(after)) > _MOST_WORDS_COMPARED:
        return [("".join(before), True)], [("".join(after), True)]
    old: _Pieces = []
    new: _Pieces = []
    steps = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    for step, old_from, old_to, new_from, new_to in steps:
        old.append(("".join(before[old_from:old_to]), step != "equal"))
        new.append(("".join(after[new_from:new_to]), step != "equal"))
    return old, new


def _pieces(found: _Pieces) -> list[Piece]:
    """Join neighbours of one kind, with the space between two that differ; leave out empty ones."""
    pieces: list[Piece] = []
    for number, (text, is_other) in enumerate(found):
        around = [differs for _, differs in found[max(0, number - 1) : number + 2]]
        differs = is_other or (text.isspace() and around == [True, False, True])
        if text and pieces and pieces[-1].differs == differs:
            pieces[-1] = Piece(pieces[-1].text + text, differs)
        elif text:
            pieces.append(Piece(text, differs))
    return pieces
