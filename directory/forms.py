"""What the members' screen is asked for."""

from typing import Any, cast

from django import forms
from django.urls import reverse_lazy

from contacts.problems import PROBLEMS
from directory.filters import WORDS
from members.models import MemberKind


class MemberFilterForm(forms.Form):
    """What the members' screen is asked for."""

    q = forms.CharField(
        label="Rechercher",
        required=False,
        max_length=200,
        widget=forms.TextInput(
            attrs={
                "type": "search",
                "class": "form-control",
                "placeholder": "Référence, nom, mail, téléphone",
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
    # The choices come at once; their counts follow, since they take longer.
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
        """The filters that one chooses from a list."""
        return [field for field in self.visible_fields() if field.name != WORDS]

    @property
    def wanted(self) -> dict[str, str]:
        """What is filtered by; a value that is not valid is left out. The form must be checked."""
        return {name: value for name, value in self.cleaned_data.items() if value}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(problem.key, problem.label) for problem in PROBLEMS]
        cast("forms.ChoiceField", self.fields["check"]).choices = [("", "Tous"), *choices]
