"""The request as the middleware hands it to a view."""

from django.http import HttpRequest as DjangoHttpRequest
from django_htmx.middleware import HtmxDetails


class HttpRequest(DjangoHttpRequest):
    """A request that knows whether htmx asked, and then for which part of the page."""

    htmx: HtmxDetails
