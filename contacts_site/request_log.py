"""Give each request a number, which its logs, its response and its error page show."""

import logging
import re
import secrets
import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from contacts_site.logs import current_request
from contacts_site.shown_paths import shown_path

logger = logging.getLogger(__name__)
HEADER = "X-Request-ID"
_WELL_FORMED = re.compile(r"[A-Za-z0-9._-]{8,64}", re.ASCII)


class RequestLogMiddleware:
    """Numbers each request, and logs a line when it is answered."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.request_id = _number(request)  # type: ignore[attr-defined]
        token = current_request.set(request)
        started = time.monotonic()
        try:
            response = self.get_response(request)
            response[HEADER] = request_id(request)
            if not request.path.startswith(f"/{settings.STATIC_URL.strip('/')}/"):
                _write(request, response.status_code, time.monotonic() - started)
            return response
        finally:
            current_request.reset(token)


def request_id(request: HttpRequest) -> str:
    """Return the number of the request; "" if the middleware did not run, as in tests of a view."""
    return str(getattr(request, "request_id", ""))


def _number(request: HttpRequest) -> str:
    """Return the number that a trusted proxy gave (header X-Request-ID), else a new one."""
    given = request.headers.get(HEADER, "")
    if settings.BEHIND_PROXY and _WELL_FORMED.fullmatch(given):
        return given
    return secrets.token_hex(6)


def _write(request: HttpRequest, status: int, seconds: float) -> None:
    logger.info(
        "answered",
        extra={
            "method": request.method,
            "path": shown_path(request),
            "status": status,
            "milliseconds": round(seconds * 1000),
        },
    )
