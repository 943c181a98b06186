"""The type of the requests that views take."""

from django.http import HttpRequest as DjangoHttpRequest
from django_htmx.middleware import HtmxDetails


class HttpRequest(DjangoHttpRequest):
    """A request to which django-htmx's middleware has added `htmx`."""

    htmx: HtmxDetails
