"""End a session after SESSION_COOKIE_AGE seconds without activity.

Requests that a page sends by itself, for instance for a progress bar, are no activity. The time of
the last activity is kept in the session, and written at most once a minute.
"""

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse

# The key in the session for the time of the last activity, in seconds since 1970.
_DONE_AT = "done_at"
# static/js/session.js adds it to the requests that a page sends by itself.
BACKGROUND_HEADER = "X-Background"
_MOST_SECONDS_BETWEEN_WRITES = 60
_MOST_WARNING_SECONDS = 300


class SessionEndMiddleware:
    """Signs out people who were inactive for too long, and records activity."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated and seconds_left(request) <= 0:
            logout(request)
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], *_arguments: Any
    ) -> None:
        is_background = BACKGROUND_HEADER in request.headers
        if request.user.is_authenticated and not is_background and not is_idle(view, request):
            _record_activity(request)


def is_idle(view: Callable[..., HttpResponse], request: HttpRequest) -> bool:
    """Return whether this request of the view is no activity; see `asks_idly`."""
    return request.method in getattr(view, "idle_methods", ())


def asks_idly(*methods: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Decorate a view whose requests by these methods are no activity."""

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        view.idle_methods = methods  # type: ignore[attr-defined]
        return view

    return decorate


def seconds_left(request: HttpRequest) -> int:
    """Return after how many seconds without activity the session ends; below 0, it is over."""
    done_at = request.session.get(_DONE_AT)
    # A session without a recorded time starts now.
    return int(settings.SESSION_COOKIE_AGE - (_now() - done_at if done_at else 0))


def warning_seconds() -> int:
    """Return how many seconds before the end of a session its pages show a warning."""
    return min(_MOST_WARNING_SECONDS, settings.SESSION_COOKIE_AGE // 2)


@receiver(user_logged_in)
def _begin_session(request: HttpRequest, **_signal: Any) -> None:
    request.session[_DONE_AT] = _now()


def _record_activity(request: HttpRequest) -> None:
    done_at = request.session.get(_DONE_AT, 0)
    seconds_between_writes = min(_MOST_SECONDS_BETWEEN_WRITES, settings.SESSION_COOKIE_AGE // 10)
    if _now() - done_at >= seconds_between_writes:
        request.session[_DONE_AT] = _now()


def _now() -> int:
    return int(time.time())
