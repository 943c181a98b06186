"""Mark the matches of a search in texts, compared as `fold` does."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from base.text import fold, fold_with_places, phone_digits, plain, plain_with_places
from directory.search.terms import Term

# The start and end of a match in a text.
Span = tuple[int, int]
# An excerpt shows that many characters before its first match, and so many in all.
_BEFORE_MATCH = 30
_LONGEST_EXCERPT = 100


def mark(text: str, terms: Sequence[Term]) -> SafeString:
    return _marked(text, _matches(text, terms))


def mark_phones(numbers: str, terms: Sequence[Term]) -> SafeString:
    """Return phone numbers as HTML, with `<mark>` around matching digits, however written."""
    folded, places = plain_with_places(numbers)
    spans = [
        (places[match.start()], places[match.end() - 1] + 1)
        for digits in _spellings(terms)
        if digits.isdecimal()
        for match in _as_written(digits).finditer(folded)
    ]
    return _marked(numbers, [*spans, *_matches(numbers, terms)])


def mark_excerpt(text: str, terms: Sequence[Term]) -> SafeString:
    """Return the first line with a match, cut to what is around it, with the matches marked."""
    line = next((line for line in text.splitlines() if holds_a_word(line, terms)), text)
    line = " ".join(line.split())
    first = min(_matches(line, terms), default=(0, 0))
    start = max(0, first[0] - _BEFORE_MATCH)
    if start:
        start = line.find(" ", start, first[0]) + 1 or start
    end = max(start + _LONGEST_EXCERPT, first[1])
    shown = mark(line[start:end], terms)
    before, after = "… " if start else "", " …" if end < len(line) else ""
    return format_html("{}{}{}", before, shown, after)


def holds_a_word(text: str, terms: Sequence[Term]) -> bool:
    folded = fold(text)
    return any(spelling in folded for spelling in _spellings(terms))


def holds_a_number(numbers: str, terms: Sequence[Term]) -> bool:
    digits = phone_digits(numbers)
    return any(spelling in digits for spelling in _spellings(terms))


def _spellings(terms: Sequence[Term]) -> set[str]:
    return {spelling for term in terms for spelling in term}


def _matches(text: str, terms: Sequence[Term]) -> list[Span]:
    folded, places = fold_with_places(text)
    spans = []
    for spelling in _spellings(terms):
        begin = folded.find(spelling)
        while begin >= 0:
            end = begin + len(spelling)
            spans.append((places[begin], _after(text, places[end - 1])))
            begin = folded.find(spelling, end)
    return spans


def _after(text: str, place: int) -> int:
    """Return the end of the character at this place, after the combining accents that follow it."""
    place += 1
    while place < len(text) and not plain(text[place]):
        place += 1
    return place


@lru_cache(100)
def _as_written(digits: str) -> re.Pattern[str]:
    """Return an expression for these digits as base/text.py reads them in a phone number."""
    inside = r"[\t ./()_,-]*"
    first = rf"(?:0|(?:\+ *|00 *)?33{inside}(?:0{inside})?)" if digits[0] == "0" else digits[0]
    return re.compile(inside.join([first, *digits[1:]]))


def _marked(text: str, spans: Iterable[Span]) -> SafeString:
    parts: list[str] = []
    upto = 0
    for begin, end in _united(spans):
        parts += [escape(text[upto:begin]), format_html("<mark>{}</mark>", text[begin:end])]
        upto = end
    parts.append(escape(text[upto:]))
    return mark_safe("".join(parts))  # noqa: S308  each part is escaped above


def _united(spans: Iterable[Span]) -> list[Span]:
    united: list[Span] = []
    for begin, end in sorted(spans):
        if united and begin <= united[-1][1]:
            united[-1] = (united[-1][0], max(end, united[-1][1]))
        else:
            united.append((begin, end))
    return united
