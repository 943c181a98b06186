"""A session ends when nothing was done in it for a while.

What a page asks by itself, such as how far a mailing is, does not count as something done. When
something was last done stands in the session, and is written there at most once a minute.
"""

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse

# The key in the session; its value is in seconds since 1970.
_DONE_AT = "done_at"
# static/js/session.js sends it with what a page asks by itself.
BACKGROUND_HEADER = "X-Background"
_MOST_SECONDS_BETWEEN_WRITES = 60
_MOST_WARNING_SECONDS = 300


class SessionEndMiddleware:
    """Signs out whoever has done nothing for too long, and notes that something is done."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, as nobody if the session is over."""
        if request.user.is_authenticated and seconds_left(request) <= 0:
            logout(request)
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], *_arguments: Any
    ) -> None:
        """Note that a person opened or sent something."""
        is_background = BACKGROUND_HEADER in request.headers
        if request.user.is_authenticated and not is_background and not is_idle(view, request):
            _note(request)


def is_idle(view: Callable[..., HttpResponse], request: HttpRequest) -> bool:
    """Whether to ask this view prolongs no session; see `asks_idly`."""
    return request.method in getattr(view, "idle_methods", ())


def asks_idly(*methods: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Mark a view that is no sign of a person at work when asked by these methods."""

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        view.idle_methods = methods  # type: ignore[attr-defined]
        return view

    return decorate


def seconds_left(request: HttpRequest) -> int:
    """Return after how many seconds without anything done the session ends."""
    done_at = request.session.get(_DONE_AT)
    # A session from before the site counted this begins now.
    return int(settings.SESSION_COOKIE_AGE - (_now() - done_at if done_at else 0))


def warning_seconds() -> int:
    """Return how many seconds before its end a session is warned of it."""
    return min(_MOST_WARNING_SECONDS, settings.SESSION_COOKIE_AGE // 2)


@receiver(user_logged_in)
def _begin(request: HttpRequest, **_signal: Any) -> None:
    request.session[_DONE_AT] = _now()


def _note(request: HttpRequest) -> None:
    done_at = request.session.get(_DONE_AT, 0)
    between = min(_MOST_SECONDS_BETWEEN_WRITES, settings.SESSION_COOKIE_AGE // 10)
    if _now() - done_at >= between:
        request.session[_DONE_AT] = _now()


def _now() -> int:
    return int(time.time())
