"""French rules for Django's filters; the settings load them in place of Django's own."""

from typing import Any

from django import template
from django.template.defaultfilters import pluralize as english_pluralize

register = template.Library()


@register.filter(is_safe=False)
def pluralize(value: Any, endings: str = "s") -> str:
    """Do as Django's filter, but take the singular for 0 and for no value: « 0 ligne »."""
    return english_pluralize(value or 1, endings)
