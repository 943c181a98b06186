"""The part « Qui reçoit quoi » of a member's page."""

from typing import Any

from django import template
from django.conf import settings

from contacts.problems import describe_problems
from contacts.routing import SIGNING_TYPES, active_topics, route
from members.models import Member

register = template.Library()


@register.inclusion_tag("contacts/_routing.html")
def routing(member: Member) -> dict[str, Any]:
    contacts = list(member.contacts.all())
    return {
        "member": member,
        "topics": [(topic.label, route(member, topic, contacts)) for topic in active_topics()],
        "has_deliveries": settings.MODULE_DELIVERY_TRACKING and member.has_contacts,
        "receivers": [contact for contact in contacts if contact.type in SIGNING_TYPES],
        "problems": describe_problems(member, contacts),
    }
