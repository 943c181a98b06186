"""Texts with phone numbers: parted by semicolons, or as people write them.

A text stays as typed; `read_phones` finds what to dial in it. The library phonenumbers would need
48 MB and 0.3 ms a text, and finds neither `01/40/00/00/01` nor `36 39` nor two numbers that only a
space parts.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from base.text import phone_digits, plain_with_places

# From that many digits on, the shorter numbers beside one are its extension, a floor or a remark.
_LONG = 6
# With that many digits, a slash or comma may end a number; with its first zero it has one more.
_SHORTEST = 8
_FRENCH = re.compile(r"0[1-9][0-9]{8}")
_WITHOUT_PLUS = re.compile(r"33[1-9][0-9]{8}")
# French numbers have no zero after the country code, though people write it.
_ZERO_AFTER_CODE = re.compile(r"(\+33|0033)0(?=[1-9])")
_LINES = re.compile(r"[;\n]")
# Letters end a number, and so does the bracket or sign that holds none.
_CHUNK = re.compile(r"[0-9+*#(][0-9+*#(). \t/,_-]*")
_GROUP = re.compile(r"(?:\+ ?)?\*?[0-9]+|[*#]+")
_APART = re.compile(r"[/,#]|[ \t]-[ \t]")
_DIGITS = re.compile("[^0-9]")


class Piece(NamedTuple):
    """A piece of a text as typed, and what to dial where it is a phone number."""

    text: str
    dialled: str = ""


class _Number(NamedTuple):
    start: int
    end: int
    dialled: str

    @property
    def is_long(self) -> bool:
        return _length(self.dialled) >= _LONG


def split_phones(phones: str) -> list[str]:
    """Return the parts between semicolons and line ends: `01 02;03` gives `01 02` and `03`."""
    return [number for number in (part.strip() for part in _LINES.split(phones)) if number]


def read_phones(text: str) -> list[Piece]:
    """Cut a part of `split_phones` into numbers to dial and what is written between them."""
    plain, places = plain_with_places(text)
    numbers = [
        number for chunk in _CHUNK.finditer(plain) for number in _numbers(chunk[0], chunk.start())
    ]
    if any(number.is_long for number in numbers):
        numbers = [number for number in numbers if number.is_long]
    pieces, upto = [], 0
    for number in numbers:
        start, end = places[number.start], places[number.end - 1] + 1
        pieces += [Piece(text[upto:start]), Piece(text[start:end], number.dialled)]
        upto = end
    return [piece for piece in (*pieces, Piece(text[upto:])) if piece.text]


def _numbers(chunk: str, offset: int) -> Iterator[_Number]:
    """Yield the numbers in digits and signs that no letter parts."""
    groups = list(_GROUP.finditer(chunk))
    while groups:
        count, after = _first_number(chunk, groups)
        dialled = _dialled(groups[:count], chunk)
        start, end = groups[0].start(), groups[count - 1].end()
        start -= chunk[:start].endswith("(")
        end += chunk[end : end + 1] == ")" and chunk.count("(", start, end) > chunk.count(
            ")", start, end
        )
        if _length(dialled) > 1:
            yield _Number(offset + start, offset + end, dialled)
        groups = groups[after:]


def _first_number(chunk: str, groups: list[re.Match[str]]) -> tuple[int, int]:
    """Return how many groups of digits are the first number, and where the next one begins."""
    for count in range(1, len(groups)):
        dialled, following = _dialled(groups[:count], chunk), groups[count]
        rest = sum(_length(group[0]) for group in groups[count:])
        between = chunk[groups[count - 1].end() : following.end()]
        is_whole = bool(_FRENCH.fullmatch(phone_digits(dialled))) or (
            bool(_APART.search(between)) and _length(dialled) >= _SHORTEST + (dialled[0] == "0")
        )
        if following[0].startswith("+") or (is_whole and rest >= _LONG):
            return count, count
        if is_whole:
            # What is left is too short for a number.
            return count, len(groups)
    return len(groups), len(groups)


def _dialled(groups: list[re.Match[str]], chunk: str) -> str:
    first = groups[0][0].replace(" ", "")
    is_international = first.startswith(("+", "00"))
    others = (
        group[0]
        for group in groups[1:]
        if not (is_international and chunk[group.start() - 1 : group.end() + 1] == "(0)")
    )
    dialled = _ZERO_AFTER_CODE.sub(r"\1", first + "".join(others))
    return f"+{dialled}" if _WITHOUT_PLUS.fullmatch(dialled) else dialled


def _length(number: str) -> int:
    return len(_DIGITS.sub("", number))
