"""Phone numbers as links."""

import re

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from contacts.phones import split_phones

register = template.Library()


@register.simple_tag
def phone_links(phones: str) -> SafeString:
    """Return one link for each number of the list: it dials the number, and shows it as typed."""
    numbers = split_phones(phones)
    if not numbers:
        return mark_safe('<span class="empty">aucun</span>')
    return format_html_join("", "{}", ((_link(number),) for number in numbers))


def _link(number: str) -> SafeString:
    # In « +33 (0)4 », the zero is dialled only inside the country.
    dialled = re.sub(r"[^0-9+*#]", "", re.sub(r"^(\+.*?)\(0\)", r"\1", number))
    if not dialled:
        return format_html('<span class="phone">{}</span>', number)
    return format_html('<a class="phone" href="tel:{}">{}</a>', dialled, number)
