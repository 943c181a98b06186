"""Pages that belong to no app: one's own account."""

from django.contrib import messages
from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.views import PasswordChangeView
from django.http import HttpResponse
from django.urls import reverse_lazy


class ChangePasswordView(PasswordChangeView):
    """Change one's own password."""

    success_url = reverse_lazy("home")

    def form_valid(self, form: PasswordChangeForm) -> HttpResponse:
        """Say on the next page that it was done."""
        messages.success(self.request, "Votre mot de passe est modifié.")
        return super().form_valid(form)
