"""Keep pages closed until the second factor is given, or set up where it is required."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect

from accounts.models import User
from accounts.second_factor.devices import has_second_factor, is_required_of

_View = Callable[..., Any]


CODE_PAGE = "second_factor:code"
SET_UP_PAGE = "second_factor:state"


def opens_for(*pages: str) -> Callable[[_View], _View]:
    """Decorate a view that also opens for people who must first go to one of these pages."""

    def decorate(view: _View) -> _View:
        view.opens_for = pages  # type: ignore[attr-defined]
        return view

    return decorate


def may_enter(user: User | AnonymousUser) -> bool:
    """Return whether the person is signed in, with all that the site asks of them."""
    return user.is_authenticated and _page_due(user) is None


class SecondFactorMiddleware:
    """Redirects people to the page for their code, or to the page where they set it up."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: _View, *_arguments: Any
    ) -> HttpResponse | None:
        page = _page_due(request.user)
        if page is None or page in getattr(view, "opens_for", ()):
            return None
        if getattr(view, "login_required", True):
            return _lead(request, page)
        # A public view may show more to people who are signed in: without the second factor, this
        # person is not.
        request.user = AnonymousUser()
        return None


def _page_due(user: User | AnonymousUser) -> str | None:
    """Return the name of the page to go to first: for the code, or to set it up; None if none."""
    if not isinstance(user, User) or user.is_verified():  # type: ignore[attr-defined]
        return None
    if has_second_factor(user):
        return CODE_PAGE
    return SET_UP_PAGE if is_required_of(user) else None


def _lead(request: HttpRequest, name: str) -> HttpResponse:
    """Redirect the whole window to a page, and from there to the page that was asked for."""
    if request.headers.get("HX-Request") == "true":
        return HttpResponseClientRedirect(reverse(name))
    wanted = {"next": request.get_full_path()} if request.method == "GET" else {}
    return HttpResponseRedirect(f"{reverse(name)}?{urlencode(wanted)}" if wanted else reverse(name))
