"""What a page must know to warn of the end of its session."""

from typing import Any

from django import template
from django.http import HttpRequest

from accounts import late_forms, session_end
from accounts.identity import person

register = template.Library()


@register.simple_tag(takes_context=True)
def session_seconds(context: dict[str, Any]) -> int:
    request: HttpRequest = context["request"]
    return session_end.seconds_left(request)


@register.simple_tag
def session_warning_seconds() -> int:
    return session_end.warning_seconds()


@register.simple_tag(takes_context=True)
def person_mark(context: dict[str, Any]) -> str:
    """Return whose page it is, to compare with who is signed in later."""
    request: HttpRequest = context["request"]
    return late_forms.person_mark(person(request))
