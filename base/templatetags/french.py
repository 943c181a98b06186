"""French ways of writing, as filters; the settings load them for all templates."""

from typing import Any

from django import template
from django.template.defaultfilters import pluralize as english_pluralize

from base.french import grouped

register = template.Library()
register.filter("grouped", grouped, is_safe=True)


@register.filter(is_safe=False)
def pluralize(value: Any, endings: str = "s") -> str:
    """Do as Django's filter, but take the singular for 0 and for no value: « 0 ligne »."""
    return english_pluralize(value or 1, endings)
