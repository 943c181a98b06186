"""Forms in which a person types their own password once more."""

from typing import Any

from django import forms
from django.contrib.auth.forms import PasswordChangeForm
from django.http import HttpRequest

from accounts.identity import person
from accounts.lockout import is_own_password

_WRONG = "Ce n'est pas votre mot de passe."


class OwnPasswordForm(PasswordChangeForm):
    """Changes one's own password; wrong old ones count as failed sign-ins."""

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request

    def clean_old_password(self) -> str:
        password: str = self.cleaned_data["old_password"]
        if not is_own_password(self.request, person(self.request), password):
            raise forms.ValidationError(
                self.error_messages["password_incorrect"], code="password_incorrect"
            )
        return password


class PasswordAgainForm(forms.Form):
    """One's password, before something that a stolen session must not do."""

    password = forms.CharField(
        label="Votre mot de passe",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, request: HttpRequest, *args: Any) -> None:
        super().__init__(*args)
        self.request = request

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        if not is_own_password(self.request, person(self.request), password):
            raise forms.ValidationError(_WRONG)
        return password
