"""What happens around every request."""

from collections.abc import Callable
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django_htmx.http import HttpResponseClientRedirect


class WholePageSignInMiddleware:
    """Sends a part of a page that needs a sign-in to the sign-in page as a whole.

    Without it, the sign-in form would appear inside the window or table that asked.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, turning a redirection to the sign-in page into one that htmx obeys."""
        response = self.get_response(request)
        login_url = resolve_url(settings.LOGIN_URL)
        is_htmx = request.headers.get("HX-Request") == "true"
        if is_htmx and response.status_code == 302 and response["Location"].startswith(login_url):
            page = request.headers.get("HX-Current-URL", "")
            return HttpResponseClientRedirect(f"{login_url}?next={_path_of(page)}")
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
