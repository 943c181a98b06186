"""The hidden fields of every form that is posted; the settings load them for all templates."""

from typing import Any

from django import template
from django.template.base import Parser, Token
from django.template.context import Context
from django.template.defaulttags import CsrfTokenNode
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.late_forms import PERSON_FIELD, person_mark

register = template.Library()


class _FieldsNode(CsrfTokenNode):
    def render(self, context: Context) -> SafeString:
        token = SafeString(super().render(context))
        user: Any = getattr(getattr(context, "request", None), "user", None)
        if not getattr(user, "is_authenticated", False):
            return token
        field = '<input type="hidden" name="{}" value="{}">'
        return SafeString(token + format_html(field, PERSON_FIELD, person_mark(user)))


@register.tag
def csrf_token(_parser: Parser, _token: Token) -> _FieldsNode:
    """Draw Django's token, and whose form it is (accounts/late_forms.py)."""
    return _FieldsNode()
