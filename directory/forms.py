"""The form of filters above the members' screen."""

from typing import Any, cast

from django import forms
from django.urls import reverse_lazy

from contacts.problems import PROBLEMS
from directory.filters import WORDS
from members.models import MemberKind


class MemberFilterForm(forms.Form):
    """The filters of the members' screen, all of them optional."""

    q = forms.CharField(
        label="Rechercher",
        required=False,
        max_length=200,
        widget=forms.TextInput(
            attrs={
                "type": "search",
                "class": "form-control",
                "placeholder": "Référence, nom, ville, mail, téléphone…",
                "autocomplete": "off",
            }
        ),
    )
    kind = forms.ChoiceField(
        label="Catégorie",
        required=False,
        choices=[("", "Toutes les catégories"), *MemberKind.choices],
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    # The counts of the choices are loaded after the page, since they take longer.
    check = forms.ChoiceField(
        label="À vérifier",
        required=False,
        widget=forms.Select(
            attrs={
                "class": "form-select",
                "hx-get": reverse_lazy("directory:filter_counts"),
                "hx-trigger": "load",
                "hx-target": "this",
                "hx-swap": "innerHTML",
                "hx-push-url": "false",
            }
        ),
    )

    @property
    def choices(self) -> list[forms.BoundField]:
        return [field for field in self.visible_fields() if field.name != WORDS]

    @property
    def wanted(self) -> dict[str, str]:
        """The filters that have a valid value; call `is_valid` first."""
        return {name: value for name, value in self.cleaned_data.items() if value}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(problem.key, problem.label) for problem in PROBLEMS]
        cast("forms.ChoiceField", self.fields["check"]).choices = [("", "Tous"), *choices]
