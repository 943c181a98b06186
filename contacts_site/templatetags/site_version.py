"""The version of the site that runs, for whoever reports something."""

from django import template

from contacts_site import __version__

register = template.Library()


@register.simple_tag
def site_version() -> str:
    """Return the version, as CHANGELOG.md names it."""
    return __version__
