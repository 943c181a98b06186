"""What a page must know to warn of the end of its session."""

from typing import Any

from django import template
from django.http import HttpRequest

from accounts import session_end

register = template.Library()


@register.simple_tag(takes_context=True)
def session_seconds(context: dict[str, Any]) -> int:
    request: HttpRequest = context["request"]
    return session_end.seconds_left(request)


@register.simple_tag
def session_warning_seconds() -> int:
    return session_end.warning_seconds()
