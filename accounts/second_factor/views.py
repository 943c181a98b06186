"""The pages of one's own second factor."""

import logging
from collections.abc import Callable

import segno
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.forms import PasswordAgainForm
from accounts.identity import person
from accounts.late_forms import CARRIED_FIELD, give_back_carried
from accounts.models import User
from accounts.second_factor import devices as second_factor
from accounts.second_factor.devices import Refused
from accounts.second_factor.forms import CodeForm
from accounts.second_factor.gate import CODE_PAGE, SET_UP_PAGE, opens_for

logger = logging.getLogger(__name__)
_require_form = require_http_methods(["GET", "HEAD", "POST"])


@opens_for(SET_UP_PAGE)
@require_safe
@never_cache
def state(request: HttpRequest) -> HttpResponse:
    return _state_page(request, PasswordAgainForm(request))


def _state_page(request: HttpRequest, form: PasswordAgainForm) -> HttpResponse:
    user = person(request)
    context = {
        "form": form,
        "is_on": second_factor.has_second_factor(user),
        "is_required": second_factor.is_required_of(user),
        "codes_left": second_factor.backup_codes_left(user),
    }
    return render(request, "accounts/second_factor/state.html", context)


@opens_for(SET_UP_PAGE)
@require_POST
@never_cache
@sensitive_post_parameters()
def begin(request: HttpRequest) -> HttpResponse:
    """Create a telephone's key, once the password was typed again."""
    user = person(request)
    if second_factor.has_second_factor(user):
        return redirect("second_factor:state")
    form = PasswordAgainForm(request, request.POST)
    if not form.is_valid():
        return _state_page(request, form)
    second_factor.begin(user)
    return redirect("second_factor:set_up")


@opens_for(SET_UP_PAGE)
@_require_form
@never_cache
@sensitive_post_parameters()
@sensitive_variables("codes", "context")
def set_up(request: HttpRequest) -> HttpResponse:
    user = person(request)
    device = second_factor.unconfirmed_telephone(user)
    if device is None or second_factor.has_second_factor(user):
        return redirect("second_factor:state")
    form = CodeForm(request.POST or None)
    if form.is_valid():
        codes = second_factor.confirm(request, user, form.cleaned_data["code"])
        if not isinstance(codes, Refused):
            logger.info("second factor switched on")
            return _codes_page(request, codes)
        form.refuse(codes)
    return render(request, "accounts/second_factor/set_up.html", {"form": form, **_key(device)})


@opens_for(CODE_PAGE)
@_require_form
@never_cache
@sensitive_post_parameters()
def code(request: HttpRequest) -> HttpResponse:
    user = person(request)
    wanted = _wanted(request)
    if user.is_verified():  # type: ignore[attr-defined]
        return give_back_carried(request, user) or redirect(wanted)
    form = CodeForm(request.POST or None)
    if form.is_valid():
        refused = second_factor.admit(request, user, form.cleaned_data["code"])
        if refused is None:
            return give_back_carried(request, user) or redirect(wanted)
        logger.warning("second factor refused")
        form.refuse(refused)
    carried = request.POST.get(CARRIED_FIELD, "")
    context = {"form": form, "next": wanted, "carried": carried, "awaits_code": True}
    return render(request, "accounts/second_factor/code.html", context)


@_require_form
@never_cache
@sensitive_post_parameters()
@sensitive_variables("codes")
def backup_codes(request: HttpRequest) -> HttpResponse:

    def make(user: User) -> HttpResponse:
        codes = second_factor.new_backup_codes(user)
        logger.info("backup codes made anew")
        return _codes_page(request, codes)

    return _with_code(request, "accounts/second_factor/backup_codes.html", make)


@_require_form
@never_cache
@sensitive_post_parameters()
def remove(request: HttpRequest) -> HttpResponse:
    if second_factor.is_required_of(person(request)):
        messages.error(request, "Ce site vous demande la validation en deux étapes.")
        return redirect("second_factor:state")

    def switch_off(user: User) -> HttpResponse:
        second_factor.remove(user)
        logger.info("second factor switched off")
        messages.success(request, "La validation en deux étapes est désactivée.")
        return redirect("second_factor:state")

    return _with_code(request, "accounts/second_factor/remove.html", switch_off)


def _with_code(
    request: HttpRequest, template: str, act: Callable[[User], HttpResponse]
) -> HttpResponse:
    user = person(request)
    if not second_factor.has_second_factor(user):
        return redirect("second_factor:state")
    form = CodeForm(request.POST or None)
    if form.is_valid():
        refused = second_factor.admit(request, user, form.cleaned_data["code"])
        if refused is None:
            return act(user)
        form.refuse(refused)
    return render(request, template, {"form": form})


def _codes_page(request: HttpRequest, codes: list[str]) -> HttpResponse:
    return render(request, "accounts/second_factor/codes.html", {"codes": codes})


def _key(device: TOTPDevice) -> dict[str, str]:
    """Return the key as a QR code (a data URI), and as groups of four letters to type."""
    url = device.config_url
    letters = url.split("secret=")[1].split("&")[0]
    groups = [letters[start : start + 4] for start in range(0, len(letters), 4)]
    image = segno.make(url, error="m").svg_data_uri(scale=5, border=4, light="#fff")
    return {"image": image, "letters": " ".join(groups)}


def _wanted(request: HttpRequest) -> str:
    """Return `next` if it is an address of this site, else the home page."""
    url = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(
        url, {request.get_host()}, require_https=request.is_secure()
    )
    return url if is_ours else resolve_url("home")
