"""Middleware of the whole site."""

from collections.abc import Callable
from ipaddress import ip_address
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.db import DataError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.views.defaults import page_not_found
from django_htmx.http import HttpResponseClientRedirect

from accounts.late_answers import answer_late_form

# The site needs none of these features of browsers.
_PERMISSIONS = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer",
        "camera",
        "display-capture",
        "geolocation",
        "gyroscope",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "screen-wake-lock",
        "serial",
        "usb",
    )
)


class PermissionsPolicyMiddleware:
    """Adds the header that forbids pages to use camera, microphone, location and the like."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response["Permissions-Policy"] = _PERMISSIONS
        return response


class NumberRangeMiddleware:
    """Answers 404 where a number is too large for the database: nothing has such a number."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        # SQLite's driver raises the one, PostgreSQL the other.
        if isinstance(error, OverflowError | DataError):
            return page_not_found(request, error)
        return None


class ClientAddressMiddleware:
    """Sets REMOTE_ADDR to the client's address when the site is behind proxies of its own.

    Each proxy appends the address of its caller to X-Forwarded-For, so the last PROXY_COUNT
    entries can be trusted; earlier ones come from the client. Without BEHIND_PROXY the header is
    ignored.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        addresses = [request.META.get("REMOTE_ADDR", ""), _NO_ADDRESS]
        if settings.BEHIND_PROXY:
            forwarded = request.headers.get("X-Forwarded-For", "").split(",")
            # Fewer entries than proxies: the request did not come through them.
            if len(forwarded) >= settings.PROXY_COUNT:
                addresses.insert(0, forwarded[-settings.PROXY_COUNT])
        request.META["REMOTE_ADDR"] = next(filter(None, map(_valid_address, addresses)))
        return self.get_response(request)


# A server that listens on a Unix socket knows no address. Failed sign-ins are then counted for
# everybody together; without any address they would not be counted at all.
_NO_ADDRESS = "0.0.0.0"  # noqa: S104 (nothing listens here)


def _valid_address(text: str) -> str | None:
    try:
        return str(ip_address(text.strip()))
    except ValueError:
        return None


class WholePageSignInMiddleware:
    """Opens the sign-in page in the whole window when an htmx request needs a sign-in.

    Otherwise the sign-in form would appear inside the part of the page that htmx replaces. A form
    that was posted comes back filled after the sign-in (accounts/late_forms.py). One that no
    page of the site has sent leads to the page that it was on: its own address may have no page.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        login_url = resolve_url(settings.LOGIN_URL)
        if response.status_code != 302 or not response["Location"].startswith(login_url):
            return response
        # Signing out leads there too, but from there to no page.
        has_next = response["Location"].startswith(f"{login_url}?")
        is_sent = request.method == "POST" and has_next
        if is_sent and (answer := answer_late_form(request)):
            return answer
        if request.headers.get("HX-Request") == "true":
            page = request.headers.get("HX-Current-URL", "")
            return HttpResponseClientRedirect(f"{login_url}?next={_path_of(page)}")
        page = request.headers.get("Referer", "")
        if page and is_sent:
            return HttpResponseRedirect(f"{login_url}?next={_path_of(page)}")
        return response


def _path_of(url: str) -> str:
    """Return path and query of the URL, quoted as the value of a parameter; "" if it is invalid."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return quote(parts.path + (f"?{parts.query}" if parts.query else ""))
