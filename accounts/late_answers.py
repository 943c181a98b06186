"""The answers to forms that were sent too late (late_forms.py), by who is signed in now."""

from typing import Any

from django.contrib.auth.forms import AuthenticationForm
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django_htmx.http import trigger_client_event

from accounts.late_forms import (
    LateForm,
    carried_form,
    full_address,
    give_back,
    give_back_carried,
    late_form,
    sealed,
    uncached,
)
from accounts.models import User
from accounts.second_factor.devices import has_second_factor, is_required_of
from accounts.second_factor.forms import CodeForm


def answer_late_form(request: HttpRequest) -> HttpResponse | None:
    """Answer a form that was posted too late; None where it is not the person's own."""
    form = late_form(request)
    if form is None:
        return None
    if request.user.is_authenticated and request.user.pk != form.owner:
        return None
    is_signed_in = request.user.is_authenticated and not _is_code_due(request.user)
    if request.headers.get("HX-Request") == "true":
        # The page still has what was typed.
        return _renewed(request) if is_signed_in else _session_ended()
    if is_signed_in:
        return give_back(request, form)
    if isinstance(request.user, User):
        return _code_page(request, form) if has_second_factor(request.user) else None
    return _sign_in_page(request, form)


def answer_after_sign_in(request: HttpRequest, user: User) -> HttpResponse | None:
    """Give back the form that the sign-in page carried, after the code where one is due."""
    if not _is_code_due(user):
        return give_back_carried(request, user)
    form = carried_form(request)
    is_carried = form and form.owner == user.pk and has_second_factor(user)
    return _code_page(request, form) if form and is_carried else None


def _sign_in_page(request: HttpRequest, form: LateForm) -> HttpResponse:
    context = {
        "form": AuthenticationForm(request),
        "next": form.page or full_address(form.address),
        "carried": sealed(form),
    }
    return uncached(render(request, "accounts/login.html", context, status=401))


def _code_page(request: HttpRequest, form: LateForm) -> HttpResponse:
    context = {
        "form": CodeForm(),
        "next": form.page or full_address(form.address),
        "carried": sealed(form),
        "awaits_code": True,
    }
    return uncached(render(request, "accounts/second_factor/code.html", context))


def _renewed(request: HttpRequest) -> HttpResponse:
    """Refuse with the new token, by which the same page can send its form again."""
    response = HttpResponse(status=403)
    return trigger_client_event(response, "token:renewed", {"token": get_token(request)})


def _session_ended() -> HttpResponse:
    return trigger_client_event(HttpResponse(status=401), "session:ended")


def _is_code_due(user: Any) -> bool:
    # A person who has just typed the password has no `is_verified` yet: a code is due.
    is_verified = getattr(user, "is_verified", lambda: False)
    return not is_verified() and (has_second_factor(user) or is_required_of(user))
