"""The page after too many wrong passwords; django-axes counts them."""

from datetime import datetime, timedelta
from math import ceil
from typing import Any

from axes.helpers import get_client_parameters
from axes.models import AccessAttempt
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone


def locked_out(
    request: HttpRequest, _response: HttpResponse | None, credentials: dict[str, Any] | None
) -> HttpResponse:
    """Answer with status 429, and say when to try again and whom to ask (AXES_LOCKOUT_CALLABLE)."""
    again_at = _again_at(request, (credentials or {}).get("username"))
    seconds = max(1, ceil((again_at - timezone.now()).total_seconds()))
    context = {"again_at": again_at, "minutes": ceil(seconds / 60)}
    response = render(request, "accounts/locked_out.html", context, status=429)
    response["Retry-After"] = str(seconds)
    return response


def forget_failures(username: str) -> int:
    """Delete the failures counted for an account, which then can sign in; return how many."""
    return int(AccessAttempt.objects.filter(username=username).delete()[0])


def _again_at(request: HttpRequest, username: str | None) -> datetime:
    """Return when the lock-out ends: AXES_COOLOFF_TIME after the last failure."""
    (counted,) = get_client_parameters(
        username or "", request.META.get("REMOTE_ADDR", ""), "", request
    )
    last = AccessAttempt.objects.filter(**counted).order_by("-attempt_time").first()
    pause: timedelta = settings.AXES_COOLOFF_TIME
    return (last.attempt_time if last else timezone.now()) + pause
