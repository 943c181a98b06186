"""The person who is signed in."""

from typing import cast

from django.http import HttpRequest

from accounts.models import User


def person(request: HttpRequest) -> User:
    """Return the user of a request, typed as such; only for views that require a sign-in."""
    return cast("User", request.user)
