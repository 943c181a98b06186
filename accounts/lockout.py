"""Count wrong passwords, and stop those who try many; django-axes stores the counts.

Three counts are kept, each with its limit: for an account from one network, for an account from
everywhere, and for one network whatever the account. A network is an IPv4 address, or the first 64
bits of an IPv6 address, which one machine may change at will behind them.
"""

from collections.abc import Iterator
from datetime import datetime
from ipaddress import IPv6Address, IPv6Network, ip_address
from math import ceil
from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth import authenticate
from django.db.models import Max, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.models import User

_NO_ADDRESS = "0.0.0.0"  # noqa: S104 (nothing listens here)


class SignInCounts(AxesDatabaseHandler):  # type: ignore[misc] # django-axes has no types
    """The counts of django-axes, with a limit of its own for each (AXES_HANDLER)."""

    def get_failures(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        """Return the highest count, as a share of SIGN_IN_MAX_FAILURES where its limit differs."""
        return max(
            count * settings.AXES_FAILURE_LIMIT // limit
            for count, limit, _ in _counts(network(request), counted_name(request, credentials))
        )

    def user_login_failed(
        self,
        sender: Any,
        credentials: dict[str, Any],
        request: HttpRequest | None = None,
        **signal: Any,
    ) -> None:
        """Count the failure, and keep nothing of what was typed."""
        super().user_login_failed(sender, credentials, request, **signal)
        if request is not None:
            own = AccessAttempt.objects.filter(username=counted_name(request, credentials))
            own.exclude(get_data="", post_data="").update(get_data="", post_data="")

    def reset_user_attempts(
        self, request: HttpRequest, credentials: dict[str, Any] | None = None
    ) -> int:
        """Forget the failures of an account from this network, once it has signed in.

        The network's other failures stay: whoever has an account could forget them at will.
        """
        attempts = AccessAttempt.objects.filter(username=counted_name(request, credentials))
        return int(attempts.filter(ip_address=network(request)).delete()[0])


def network(request: HttpRequest) -> str:
    """Return the network of a request, as the lowest address in it (AXES_CLIENT_IP_CALLABLE)."""
    address = ip_address(request.META.get("REMOTE_ADDR") or _NO_ADDRESS)
    if isinstance(address, IPv6Address):
        # Each address that stands for one of IPv4 (::ffff:a.b.c.d) is a machine of its own, though
        # all share their first 64 bits.
        mapped = address.ipv4_mapped
        return str(mapped or IPv6Network((address, 64), strict=False).network_address)
    return str(address)


def counted_name(_request: HttpRequest, credentials: dict[str, Any] | None) -> str:
    """Return what stands for an account in the counts (AXES_USERNAME_CALLABLE).

    It is a digest: people type their password in the place of their name.
    """
    name = User.normalize_username(str((credentials or {}).get("username") or ""))
    return salted_hmac("accounts.lockout", name).hexdigest()


def is_own_password(request: HttpRequest, user: User, password: str) -> bool:
    """Return whether this is the person's password; a wrong one counts as a failed sign-in.

    After too many, AxesMiddleware answers the request with the page of `locked_out`.
    """
    return authenticate(request, username=user.get_username(), password=password) == user


def locked_out(
    request: HttpRequest, _response: HttpResponse | None, credentials: dict[str, Any] | None
) -> HttpResponse:
    """Answer with status 429, and say when to try again and whom to ask (AXES_LOCKOUT_CALLABLE)."""
    again_at = _again_at(request, credentials)
    seconds = max(1, ceil((again_at - timezone.now()).total_seconds()))
    context = {"again_at": again_at, "minutes": ceil(seconds / 60)}
    response = render(request, "accounts/locked_out.html", context, status=429)
    response["Retry-After"] = str(seconds)
    return response


def forget_failures(request: HttpRequest, username: str) -> int:
    """Delete the failures counted for an account, which then can sign in; return how many."""
    name = counted_name(request, {"username": username})
    return int(AccessAttempt.objects.filter(username=name).delete()[0])


def _counts(address: str, name: str) -> Iterator[tuple[int, int, datetime | None]]:
    """Yield each count with its limit, and when its latest failure was."""
    begin = timezone.now() - settings.AXES_COOLOFF_TIME
    recent: QuerySet[Any] = AccessAttempt.objects.filter(attempt_time__gte=begin)
    for attempts, limit in (
        (recent.filter(username=name, ip_address=address), settings.AXES_FAILURE_LIMIT),
        (recent.filter(username=name), settings.SIGN_IN_MAX_FAILURES_ACCOUNT),
        (recent.filter(ip_address=address), settings.SIGN_IN_MAX_FAILURES_NETWORK),
    ):
        found = attempts.aggregate(count=Sum("failures_since_start"), latest=Max("attempt_time"))
        yield found["count"] or 0, limit, found["latest"]


def _again_at(request: HttpRequest, credentials: dict[str, Any] | None) -> datetime:
    """Return when the last lock-out ends: AXES_COOLOFF_TIME after its latest failure."""
    counts = _counts(network(request), counted_name(request, credentials))
    latest = (latest for count, limit, latest in counts if latest and count >= limit)
    end: datetime = max(latest, default=timezone.now()) + settings.AXES_COOLOFF_TIME
    return end
