"""Mark the matches of a search in texts, compared as `fold` does."""

from collections.abc import Iterable, Sequence

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from base.text import FRENCH_PREFIXES, Term, fold

# The start and end of a match in a text.
Span = tuple[int, int]


def mark(text: str, terms: Sequence[Term]) -> SafeString:
    return _marked(text, _matches(text, terms))


def mark_phones(numbers: str, terms: Sequence[Term]) -> SafeString:
    """Return phone numbers as HTML, with `<mark>` around matching digits, however written."""
    spans: list[Span] = []
    start = 0
    for number in numbers.split(";"):
        digits, places = _dialled(number)
        for begin, end in _occurrences(digits, terms):
            spans.append((start + places[begin][0], start + places[end - 1][1]))
        start += len(number) + 1
    return _marked(numbers, [*spans, *_matches(numbers, terms)])


def holds_a_word(text: str, terms: Sequence[Term]) -> bool:
    return bool(_matches(text, terms))


def _matches(text: str, terms: Sequence[Term]) -> list[Span]:
    folded = ""
    places: list[int] = []
    for place, character in enumerate(text):
        part = fold(character)
        folded += part
        places += [place] * len(part)
    spans = _occurrences(folded, terms)
    return [(places[begin], _after(text, places[end - 1])) for begin, end in spans]


def _after(text: str, place: int) -> int:
    """Return the end of the character at this place, after the combining accents that follow it."""
    place += 1
    while place < len(text) and not fold(text[place]):
        place += 1
    return place


def _occurrences(text: str, terms: Sequence[Term]) -> list[Span]:
    spans = []
    for spelling in {spelling for term in terms for spelling in term if spelling}:
        begin = text.find(spelling)
        while begin >= 0:
            spans.append((begin, begin + len(spelling)))
            begin = text.find(spelling, begin + len(spelling))
    return spans


def _dialled(number: str) -> tuple[str, list[Span]]:
    """Return the digits as base.text folds them, and the place of each in the number."""
    dialled = [(sign, (place, place + 1)) for place, sign in enumerate(number) if sign in _DIALLED]
    signs = "".join(sign for sign, _ in dialled)
    for prefix in FRENCH_PREFIXES:
        if signs.startswith(prefix):
            span = (dialled[0][1][0], dialled[len(prefix) - 1][1][1])
            dialled = [("0", span), *dialled[len(prefix) :]]
            break
    kept = [(sign, span) for sign, span in dialled if sign != "+"]
    return "".join(sign for sign, _ in kept), [span for _, span in kept]


_DIALLED = frozenset("0123456789+")


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
