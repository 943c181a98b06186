"""What happens around every request."""

from collections.abc import Callable
from ipaddress import ip_address
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django_htmx.http import HttpResponseClientRedirect

# None of what a browser could give a page is needed here.
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
    """Tells browsers that no page may use camera, microphone, place and the like."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, with the header."""
        response = self.get_response(request)
        response["Permissions-Policy"] = _PERMISSIONS
        return response


class ClientAddressMiddleware:
    """Makes REMOTE_ADDR the address of the person's machine, behind the site's own proxies.

    Each proxy appends the address that it was asked from to X-Forwarded-For. What stands further
    left was sent along, and may be anything. Without a proxy the header counts for nothing.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a request that knows where it comes from."""
        addresses = [request.META.get("REMOTE_ADDR", ""), _NO_ADDRESS]
        if settings.BEHIND_PROXY:
            passed = request.headers.get("X-Forwarded-For", "").split(",")
            # Fewer than there are proxies: it did not come through them.
            if len(passed) >= settings.PROXY_COUNT:
                addresses.insert(0, passed[-settings.PROXY_COUNT])
        request.META["REMOTE_ADDR"] = next(filter(None, map(_valid_address, addresses)))
        return self.get_response(request)


# Where a server listens to a file instead of a port, it knows no address. Failures to sign in are
# then counted for all together: with none at all they would not be counted.
_NO_ADDRESS = "0.0.0.0"  # noqa: S104 (nothing listens here)


def _valid_address(text: str) -> str | None:
    try:
        return str(ip_address(text.strip()))
    except ValueError:
        return None


class WholePageSignInMiddleware:
    """Sends a part of a page that needs a sign-in to the sign-in page as a whole.

    Without it, the sign-in form would appear inside the window or table that asked. What was
    sent without htmx comes back to the page it was sent from: its own address may have none.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, turning a redirection to the sign-in page into one that htmx obeys."""
        response = self.get_response(request)
        login_url = resolve_url(settings.LOGIN_URL)
        if response.status_code != 302 or not response["Location"].startswith(login_url):
            return response
        if request.headers.get("HX-Request") == "true":
            page = request.headers.get("HX-Current-URL", "")
            return HttpResponseClientRedirect(f"{login_url}?next={_path_of(page)}")
        page = request.headers.get("Referer", "")
        is_sent_back = response["Location"].startswith(f"{login_url}?")
        if page and is_sent_back and request.method == "POST":
            return HttpResponseRedirect(f"{login_url}?next={_path_of(page)}")
        return response


def _path_of(url: str) -> str:
    """Return the URL without scheme and host, quoted as the value of a parameter.

    What is no URL gives an empty text.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return quote(parts.path + (f"?{parts.query}" if parts.query else ""))
