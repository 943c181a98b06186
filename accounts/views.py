"""Sign-in, one's own password, and the state of one's session."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.views import LoginView, PasswordChangeView
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.urls import reverse_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.forms import OwnPasswordForm
from accounts.second_factor.gate import CODE_PAGE, SET_UP_PAGE, opens_for
from accounts.session_end import asks_idly, seconds_left


class SignInView(LoginView):
    """Signs in; someone who is signed in already is redirected at once."""

    template_name = "accounts/login.html"
    redirect_authenticated_user = True

    def get_success_url(self) -> str:
        """Return the page that the person wanted, unless it is the sign-in page itself."""
        url = super().get_success_url()
        return self.get_default_redirect_url() if url == self.request.path else url


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
    """Return as JSON the seconds until the session ends (0: signed out), and the CSRF token.

    POST prolongs the session first, since it counts as activity. Pages that were open while the
    person signed in again need the new token in their forms.
    """
    seconds = seconds_left(request) if request.user.is_authenticated else 0
    return JsonResponse({"seconds": max(0, seconds), "token": get_token(request)})
