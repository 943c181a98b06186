"""No page opens with the password alone where a second factor is due."""

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
    """Mark a view that also people see who are led to these pages."""

    def decorate(view: _View) -> _View:
        view.opens_for = pages  # type: ignore[attr-defined]
        return view

    return decorate


class SecondFactorMiddleware:
    """Leads people to the page for their code, or to that where they set it up."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: _View, *_arguments: Any
    ) -> HttpResponse | None:
        """Answer in place of the view while the second factor is missing."""
        page = _page_due(request.user)
        if page is None or page in getattr(view, "opens_for", ()):
            return None
        if getattr(view, "login_required", True):
            return _lead(request, page)
        # A view for everyone may have more for people who signed in: half a sign-in is none.
        request.user = AnonymousUser()
        return None


def _page_due(user: User | AnonymousUser) -> str | None:
    """Return the page where the person must give a code or set it up; None for neither."""
    if not isinstance(user, User) or user.is_verified():  # type: ignore[attr-defined]
        return None
    if has_second_factor(user):
        return CODE_PAGE
    return SET_UP_PAGE if is_required_of(user) else None


def _lead(request: HttpRequest, name: str) -> HttpResponse:
    """Lead to a page as a whole, and from there on to where the person wanted to go."""
    if request.headers.get("HX-Request") == "true":
        return HttpResponseClientRedirect(reverse(name))
    wanted = {"next": request.get_full_path()} if request.method == "GET" else {}
    return HttpResponseRedirect(f"{reverse(name)}?{urlencode(wanted)}" if wanted else reverse(name))
