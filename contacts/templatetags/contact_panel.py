"""The part « Contact » of a member's page."""

from typing import Any

from django import template
from django.template.context import Context

from members.models import Member

register = template.Library()


@register.inclusion_tag("contacts/_panel.html", takes_context=True)
def contact_panel(context: Context, member: Member) -> dict[str, Any]:
    return {
        "member": member,
        "contacts": list(member.contacts.all()) if member.has_contacts else [],
        "perms": context["perms"],
        "csrf_token": context.get("csrf_token"),
    }
