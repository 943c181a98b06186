"""The form of a new token."""

from typing import Any

from django import forms

from api.models import ApiToken
from base.forms import FocusedFormMixin, fields_only


class ApiTokenForm(FocusedFormMixin, forms.ModelForm[ApiToken]):
    """Which software the token is for."""

    class Meta:
        model = ApiToken
        fields = ("name",)
        labels = {"name": "Nom du logiciel"}
        help_texts = {
            "name": (
                "Un jeton du même nom qu'un autre prend sa suite : il voit les mêmes "
                "notifications, et leurs clés n'envoient pas deux fois."
            )
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].widget.attrs["autocomplete"] = "off"
        self.helper = fields_only()
