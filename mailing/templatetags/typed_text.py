"""Texts that people or other software typed, as the HTML of a mail shows them."""

import re
from collections.abc import Iterator
from urllib.parse import quote

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

_PARAGRAPHS = re.compile(r"\n{2,}")
# In no text that was checked.
_BETWEEN = "\x01"
_NEXT_PARAGRAPH = "</p>\n<p>"
# A line with such spaces has columns, or is indented.
_COLUMNS = ("  ", "\t", "\u00a0\u00a0")
# Whether a text may hold a link or an address at all.
_SIGNS = ("://", "www.", "@")
# Each begins where a word begins, and no part can be read in two ways: one look at each character.
_LINK = re.compile(
    r"(?<![\w@.+-])(?:"
    r"(?P<link>(?:https?://|www\.)[^\s<>\"«»]{1,2000})"
    r"|(?P<address>[\w.!#$%&*+/=?^`{|}~-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,20})"
    r")"
)
# What ends a sentence or a bracket is no part of a link.
_AFTER_LINK = ".,;:!?…)]}'’"


@register.filter
def typed_text(text: str) -> SafeString:
    """Return the text in paragraphs, with links, and columns that stand as they were typed."""
    text = text.strip("\n")
    if any(sign in text for sign in (*_SIGNS, *_COLUMNS)):
        return mark_safe("\n".join(map(_paragraph, _PARAGRAPHS.split(text))))  # noqa: S308 (escaped)
    # Most texts, and many of them: one step for all paragraphs.
    paragraphs = _PARAGRAPHS.sub(_BETWEEN, escape(text)).replace("\n", "<br>\n")
    return mark_safe(f"<p>{paragraphs.replace(_BETWEEN, _NEXT_PARAGRAPH)}</p>")  # noqa: S308 (escaped)


def _paragraph(text: str) -> str:
    content = "".join(_pieces(text)) if any(sign in text for sign in _SIGNS) else escape(text)
    if any(sign in text for sign in _COLUMNS):
        return f'<pre style="white-space: pre-wrap">{content}</pre>'
    return "<p>{}</p>".format(content.replace("\n", "<br>\n"))


def _pieces(text: str) -> Iterator[str]:
    """Yield the text in pieces, escaped, each address and link as an anchor."""
    end = 0
    for found in _LINK.finditer(text):
        shown = found[0].rstrip(_AFTER_LINK)
        yield escape(text[end : found.start()])
        yield f'<a href="{escape(_target(shown, found))}">{escape(shown)}</a>'
        end = found.start() + len(shown)
    yield escape(text[end:])


def _target(shown: str, found: re.Match[str]) -> str:
    if found["address"]:
        return f"mailto:{quote(shown, safe='@')}"
    return shown if shown.startswith("http") else f"https://{shown}"
