"""The forms of members, and what all the site's forms have in common."""

from typing import Any, cast

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Column, Layout, Row
from django import forms
from django.urls import reverse_lazy

from members.characters import canonical
from members.filters import member_filters
from members.models import Member, MemberKind


class FocusedFormMixin(forms.BaseForm):
    """Puts the focus on the first field, or on the first one that has an error."""

    def focus(self) -> None:
        """Mark the field to begin with; to be called once the form was checked."""
        visible = [field.name for field in self.visible_fields()]
        faulty = [name for name in visible if self.is_bound and name in self.errors]
        for name in [*faulty, *visible][:1]:
            self.fields[name].widget.attrs["autofocus"] = True


def fields_only(*layout: Any) -> FormHelper:
    """Have crispy draw a form's fields, in that layout; its tag and token stand in the template."""
    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
    if layout:
        helper.layout = Layout(*layout)
    return helper


class LinesField(forms.CharField):
    """A text of several lines, counted as it will be stored: a line end is one character."""

    def to_python(self, value: Any) -> str:
        """Return the text in canonical form."""
        return canonical(super().to_python(value) or "")


class MemberForm(FocusedFormMixin, forms.ModelForm[Member]):
    """All that staff may say of a member."""

    class Meta:
        model = Member
        fields = (
            "reference",
            "name",
            "kind",
            "email",
            "phone",
            "address",
            "postal_code",
            "city",
            "note",
        )
        field_classes = {"address": LinesField, "note": LinesField}
        widgets = {
            "phone": forms.TextInput(attrs={"type": "tel"}),
            "address": forms.Textarea(attrs={"rows": 2}),
            "note": forms.Textarea(attrs={"rows": 3}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.setdefault("autocomplete", "off")
        self.helper = fields_only(
            Row(
                Column("reference", css_class="col-md-3"),
                Column("name", css_class="col-md-6"),
                Column("kind", css_class="col-md-3"),
            ),
            Row(Column("email", css_class="col-md-6"), Column("phone", css_class="col-md-6")),
            "address",
            Row(
                Column("postal_code", css_class="col-md-3"),
                Column("city", css_class="col-md-9"),
            ),
            "note",
        )


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
                "hx-get": reverse_lazy("members:filter_counts"),
                "hx-trigger": "load",
                "hx-target": "this",
                "hx-swap": "innerHTML",
                "hx-push-url": "false",
            }
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = member_filters().values()
        choices = [(one.key, one.label) for one in offered]
        cast("forms.ChoiceField", self.fields["check"]).choices = [("", "Tous"), *choices]
