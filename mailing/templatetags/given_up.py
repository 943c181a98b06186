"""The button that sends again what was given up."""

from typing import Any

from django import template
from django.db.models import Min
from django.template.context import Context

from mailing.outbox.given_up import given_up_mails

register = template.Library()


@register.inclusion_tag("mailing/_given_up.html", takes_context=True)
def given_up(context: Context, back: str) -> dict[str, Any]:
    """Offer to send again the mails given up lately that this person may send, if there are any.

    `back` names the page: `messages` or `notifications`.
    """
    allowed = context["perms"]["mailing"]
    mails = given_up_mails(
        of_messages=allowed["send_message"], of_notifications=allowed["send_notification"]
    )
    return {
        "count": mails.count(),
        "since": mails.aggregate(since=Min("finished_at"))["since"],
        "back": back,
        "csrf_token": context.get("csrf_token"),
    }
