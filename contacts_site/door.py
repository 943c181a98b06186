"""Refuse a request that names another charset than UTF-8, before Django decodes anything of it.

Django decodes the query and the form of a request by the charset of its Content-Type, which may be
any decoder of Python: one that takes quadratic time, or one that fails outside all middleware. The
signal `request_started` comes before that, under gunicorn, runserver and in tests alike.
"""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.http import parse_header_parameters

from contacts_site.errors import unsupported_charset

# Longer than any Content-Type of a browser; reading one takes time that grows with its square.
_LONGEST = 512
_UTF_8 = ("utf-8", "utf8")
# The key in the environment of a request that is to be refused.
_REFUSED = "contacts_site.foreign_charset"


def look_at_charset(environ: dict[str, Any], **_signal: Any) -> None:
    """Mark a request with a foreign charset, and take away its Content-Type, so that none is used.

    Connected to `request_started`.
    """
    if not _is_utf_8(environ.get("CONTENT_TYPE") or ""):
        environ[_REFUSED] = True
        environ["CONTENT_TYPE"] = "application/octet-stream"


class CharsetMiddleware:
    """Answers the requests that `look_at_charset` marked with status 415."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if _REFUSED in request.META:
            return unsupported_charset(request)
        return self.get_response(request)


def _is_utf_8(content_type: str) -> bool:
    """Return whether a Content-Type names no charset, or UTF-8, in every way of writing it."""
    if len(content_type) > _LONGEST:
        return False
    # Django takes the last of several parameters of one name: look at the text as well.
    lowered = content_type.lower()
    if "charset" not in lowered and "*" not in lowered:
        return True
    try:
        _, parameters = parse_header_parameters(content_type)
    except ValueError:
        return False
    return (
        lowered.count("charset") == 1
        and "*" not in lowered
        and next((v for k, v in parameters.items() if k.lower() == "charset"), "").lower() in _UTF_8
    )
