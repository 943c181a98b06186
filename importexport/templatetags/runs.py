"""The imports that other pages name."""

from collections.abc import Iterable

from django import template
from django.template.context import Context

from importexport.models import ImportRun

register = template.Library()


@register.simple_tag(takes_context=True)
def known_runs(context: Context, run_ids: Iterable[int]) -> set[int]:
    """Return those of the runs that still exist, if the user may see runs."""
    if "importexport.import_contacts" not in context["perms"]:
        return set()
    return set(ImportRun.objects.filter(pk__in=set(run_ids)).values_list("pk", flat=True))
