"""The part « Contact » of a member's page."""

from typing import Any

from django import template
from django.template.context import Context

from contacts.pages import NUMBER, contacts_page, wanted_page
from members.models import Member

register = template.Library()


@register.inclusion_tag("contacts/_panel.html", takes_context=True)
def contact_panel(context: Context, member: Member, number: int | None = None) -> dict[str, Any]:
    """Show a page of the contacts: of this number, or the one that the address asks for."""
    if number is None:
        number = wanted_page(member, context["request"].GET)
    return {
        "member": member,
        "page": contacts_page(member, number),
        "number_name": NUMBER,
        "perms": context["perms"],
        "csrf_token": context.get("csrf_token"),
    }
