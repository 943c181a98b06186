"""The link to the mailbox for trying the site."""

from django import template

from mailing.mailbox.letters import is_in_use

register = template.Library()


@register.simple_tag
def mailbox_is_in_use() -> bool:
    """Whether this site keeps its mail instead of sending it."""
    return is_in_use()
