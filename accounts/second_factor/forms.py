"""The form in which a person types a code."""

from math import ceil

from django import forms
from django.utils import timezone

from accounts.second_factor.devices import Refused


class CodeForm(forms.Form):
    """One code: of the telephone, or a backup code."""

    code = forms.CharField(
        label="Code",
        max_length=32,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "autocapitalize": "none",
                "spellcheck": "false",
                "autofocus": True,
            }
        ),
    )

    def refuse(self, refused: Refused) -> None:
        """Add the error to the field: the code was not accepted, and when to try again."""
        message = "Ce code n'est pas accepté. Attendez le prochain code de l'application."
        if refused.until:
            wait = max(1, ceil((refused.until - timezone.now()).total_seconds()))
            message += f" Prochain essai possible dans {_duration(wait)}."
        self.add_error("code", message)


def _duration(seconds: int) -> str:
    if seconds < 120:
        return f"{seconds}\u00a0s"
    return f"{ceil(seconds / 60)}\u00a0minutes"
