"""The menu « Autres » of the members' screen."""

from typing import Any

from django import template
from django.template.context import Context

register = template.Library()


@register.inclusion_tag("importexport/_menu.html", takes_context=True)
def contact_files_menu(context: Context) -> dict[str, Any]:
    """Show the entries for which the user has the permission."""
    return {"perms": context["perms"]}
