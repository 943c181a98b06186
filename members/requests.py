"""The request as the middleware hands it to a view."""

from typing import cast

from django.contrib.auth.models import User
from django.http import HttpRequest as DjangoHttpRequest
from django_htmx.middleware import HtmxDetails


class HttpRequest(DjangoHttpRequest):
    """A request that knows whether htmx asked, and then for which part of the page."""

    htmx: HtmxDetails


def person(request: DjangoHttpRequest) -> User:
    """Return who is signed in, which someone is wherever rights are asked for."""
    return cast("User", request.user)
