"""What Django's own filters do by the rules of English; the settings put these in their place."""

from typing import Any

from django import template
from django.template.defaultfilters import pluralize as english_pluralize

register = template.Library()


@register.filter(is_safe=False)
def pluralize(value: Any, endings: str = "s") -> str:
    """Do as Django's filter, but with the singular for zero and for nothing: « 0 contact »."""
    return english_pluralize(value or 1, endings)
