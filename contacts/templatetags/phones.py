"""Phone numbers as links."""

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from contacts.phones import Piece, read_phones, split_phones

register = template.Library()


@register.simple_tag
def phone_links(phones: str) -> SafeString:
    """Return the text as typed, a line for each of its parts, each number a link that dials it."""
    parts = split_phones(phones)
    if not parts:
        return mark_safe('<span class="empty">aucun</span>')
    return format_html_join(
        "", '<span class="phone">{}</span>', ((_linked(read_phones(part)),) for part in parts)
    )


def _linked(pieces: list[Piece]) -> SafeString:
    return format_html_join("", "{}", ((_link(piece),) for piece in pieces))


def _link(piece: Piece) -> SafeString | str:
    if not piece.dialled:
        return piece.text
    return format_html('<a href="tel:{}">{}</a>', piece.dialled, piece.text)
