"""Pages that belong to no app: one's own account."""

from django.contrib import messages
from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.views import LoginView, PasswordChangeView
from django.http import HttpResponse
from django.urls import reverse_lazy


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
