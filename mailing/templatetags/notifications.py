"""The part « Notifications envoyées » of a member's page."""

from typing import Any

from django import template
from django.template.context import Context

from mailing.notifications.journal import with_mails
from members.models import Member

register = template.Library()
# At most that many are shown; the journal has the others.
SHOWN = 10


@register.inclusion_tag("mailing/notifications/_of_member.html", takes_context=True)
def notifications_sent(context: Context, member: Member) -> dict[str, Any]:
    """Show a member's last notifications, and the state of each mail."""
    return {
        "notifications": with_mails(member.notifications.all())[:SHOWN],
        "perms": context["perms"],
    }
