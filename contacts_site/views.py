"""Pages that belong to no app: one's own account."""

from django.contrib import messages
from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.views import LoginView, PasswordChangeView
from django.http import HttpRequest, HttpResponse
from django.urls import reverse_lazy
from django.views import defaults

from contacts.api.access import answer


class SignInView(LoginView):
    """Sign in; who has signed in already goes on to where they wanted."""

    redirect_authenticated_user = True

    def get_success_url(self) -> str:
        """Return the wanted address, unless it is that of the sign-in itself."""
        url = super().get_success_url()
        return self.get_default_redirect_url() if url == self.request.path else url


class ChangePasswordView(PasswordChangeView):
    """Change one's own password."""

    success_url = reverse_lazy("home")

    def form_valid(self, form: PasswordChangeForm) -> HttpResponse:
        """Say on the next page that it was done."""
        messages.success(self.request, "Votre mot de passe est modifié.")
        return super().form_valid(form)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Refuse a request that makes no sense; other software is not answered with a page."""
    if _is_of_api(request):
        return answer({"message": "Cette demande n'est pas valable."}, 400)
    return defaults.bad_request(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """Say that the site failed; other software is not answered with a page."""
    if _is_of_api(request):
        return answer({"message": "Le site a rencontré une erreur."}, 500)
    return defaults.server_error(request)


def _is_of_api(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")
