"""A message to members: what it may say, and how the mail reads.

It goes to the main address of each member and to no contact (manual, last paragraph).
"""

import re
from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

from django.conf import settings
from django.core.exceptions import ValidationError
from django.template.loader import get_template

from mailing.models import Message
from members.models import Member

LONGEST_SUBJECT = Message._meta.get_field("subject").max_length or 0
LONGEST_TEXT = Message._meta.get_field("text").max_length or 0
# The names that a text may have between double braces, and what a member reads there.
PLACEHOLDERS: dict[str, Callable[[Member], str]] = {
    "nom": lambda member: member.name,
    "reference": lambda member: member.reference,
}
_PLACEHOLDER = re.compile(r"\{\{([^{}]*)\}\}")
# Double braces without a partner, or a known name between single braces.
_STRAY = re.compile(r"\{\{.{0,30}|.{0,30}\}\}|\{\s*(?:" + "|".join(PLACEHOLDERS) + r")\s*\}")
_KNOWN = " et ".join(f"{{{{ {name} }}}}" for name in PLACEHOLDERS)


def validate_placeholders(text: str) -> None:
    """Raise ValidationError where a placeholder is unknown or not closed."""
    if len(text) > LONGEST_TEXT:
        # The form says so: a text of any length need not be looked through.
        return
    names = (name.strip() for name in _PLACEHOLDER.findall(text))
    unknown = [name for name in names if name not in PLACEHOLDERS]
    if unknown:
        raise ValidationError(
            f"« {{{{ {unknown[0][:40]} }}}} » n'existe pas. Vous pouvez écrire {_KNOWN}.",
            code="unknown_placeholder",
        )
    stray = _STRAY.search(_PLACEHOLDER.sub("", text))
    if stray:
        raise ValidationError(
            f"Il manque une accolade à « {stray[0]} ». Vous pouvez écrire {_KNOWN}, "
            "avec deux accolades de chaque côté.",
            code="unclosed_placeholder",
        )


def validate_header(subject: str) -> None:
    """Raise ValidationError where the subject has several lines, a tab or a placeholder."""
    if len(subject.splitlines()) > 1 or "\t" in subject:
        raise ValidationError(
            "L'objet doit tenir sur une ligne, sans tabulation.", code="several_lines"
        )
    if "{{" in subject or "}}" in subject:
        raise ValidationError(
            f"L'objet est le même pour tous : {_KNOWN} ne servent que dans le texte.",
            code="placeholder",
        )


def render_text(text: str, member: Member) -> str:
    """Replace the placeholders by the member's values; braces in a value stay as they are."""
    return _PLACEHOLDER.sub(lambda found: PLACEHOLDERS[found[1].strip()](member), text)


class MailBody(NamedTuple):
    """What a mail says, in plain text and in HTML."""

    text: str
    html: str


def render_mail(subject: str, text: str, member: Member) -> MailBody:
    """Return the mail with this text to a member, and the reason why it comes."""
    context = {
        "subject": subject,
        "text": render_text(text, member),
        "member": member,
        "answer_to": settings.REPLY_TO_EMAIL or settings.DEFAULT_FROM_EMAIL,
    }
    return MailBody(*(_template(kind).render(context) for kind in ("txt", "html")))


@cache
def _template(kind: str) -> Any:
    return get_template(f"mailing/messages/mail/message.{kind}")
