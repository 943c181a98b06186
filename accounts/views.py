"""Sign-in, one's own password, and the state of one's session."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.contrib.auth.views import LoginView, PasswordChangeView
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.middleware.csrf import get_token
from django.shortcuts import resolve_url
from django.urls import reverse_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.forms import OwnPasswordForm
from accounts.identity import person
from accounts.late_answers import answer_after_sign_in
from accounts.late_forms import CARRIED_FIELD, is_from_here, person_mark
from accounts.second_factor.gate import CODE_PAGE, SET_UP_PAGE, opens_for
from accounts.session_end import asks_idly, seconds_left


class SignInView(LoginView):
    """Signs in; someone who is signed in already is redirected at once."""

    template_name = "accounts/login.html"
    redirect_authenticated_user = True

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """Sign in; lead on, or give back the form that was sent too late."""
        response = super().form_valid(form)
        return answer_after_sign_in(self.request, form.get_user()) or response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Keep, after a wrong password, the form that the page carries."""
        carried = self.request.POST.get(CARRIED_FIELD, "")
        return super().get_context_data(**{"carried": carried, **kwargs})

    def get_success_url(self) -> str:
        """Return the page that the person wanted, unless it is the sign-in page itself."""
        url = super().get_success_url()
        return self.get_default_redirect_url() if url == self.request.path else url


def answer_late_sign_in(request: HttpRequest) -> HttpResponseBase | None:
    """Answer the form of an old sign-in page; None for any other form, or without cookies.

    Someone who has signed in meanwhile, in another tab, is led on; else the page comes back.
    """
    if request.path != resolve_url("login") or "CSRF_COOKIE" not in request.META:
        return None
    if not is_from_here(request):
        return None
    # Nobody is signed in by it.
    request.method = "GET"
    if request.user.is_authenticated:
        answer = answer_after_sign_in(request, person(request))
        return answer or SignInView.as_view()(request)
    typed = {"username": request.POST.get("username", "")}
    view = SignInView.as_view(initial=typed, extra_context={"is_late": True})
    return view(request)


class ChangePasswordView(PasswordChangeView):
    """Changes one's own password."""

    template_name = "accounts/password_change_form.html"
    form_class = OwnPasswordForm
    success_url = reverse_lazy("home")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "request": self.request}

    def form_valid(self, form: PasswordChangeForm) -> HttpResponse:
        messages.success(self.request, "Votre mot de passe est modifié.")
        return super().form_valid(form)


@opens_for(CODE_PAGE, SET_UP_PAGE)
@asks_idly("GET", "HEAD")
@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def session(request: HttpRequest) -> HttpResponse:
    """Return as JSON the seconds until the session ends (0: signed out), the CSRF token, and whose.

    POST prolongs the session first, since it counts as activity. Pages that were open while the
    person signed in again need the new token in their forms.
    """
    answer = {"seconds": 0, "token": get_token(request), "person": ""}
    if request.user.is_authenticated:
        answer["seconds"] = max(0, seconds_left(request))
        answer["person"] = person_mark(person(request))
    return JsonResponse(answer)
