"""Who is at work."""

from typing import cast

from django.http import HttpRequest

from accounts.models import User


def person(request: HttpRequest) -> User:
    """Return who is signed in, which someone is wherever rights are asked for."""
    return cast("User", request.user)
