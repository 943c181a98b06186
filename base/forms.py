"""What all the site's forms share."""

from typing import Any, TypeVar

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Layout
from django import forms
from django.contrib.auth.models import AbstractUser

from base.conflicts import Conflict, find_conflict, opened_version, sealed_version
from base.models import Edited


class FocusedFormMixin(forms.BaseForm):
    """Puts the focus on the first field, or on the first one that has an error."""

    def focus(self) -> None:
        """Set `autofocus`; call this after validation."""
        visible = [field.name for field in self.visible_fields()]
        faulty = [name for name in visible if self.is_bound and name in self.errors]
        for name in [*faulty, *visible][:1]:
            self.fields[name].widget.attrs["autofocus"] = True


def fields_only(*layout: Any) -> FormHelper:
    """Return a crispy helper that draws only the fields: the template has the tag and token."""
    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
    if layout:
        helper.layout = Layout(*layout)
    return helper


_Row = TypeVar("_Row", bound=Edited)


class VersionedForm(FocusedFormMixin, forms.ModelForm[_Row]):
    """A model form that detects that someone else changed the same row since it was shown.

    The hidden field `version` carries the values that were shown. On a conflict the form is not
    valid, `conflict` describes it, and the form continues from the values stored now. The row must
    stay locked from validation until it is saved.
    """

    conflict: Conflict | None = None
    version = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, user: AbstractUser, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.edited_fields = [name for name in self.fields if name != "version"]
        self.fields["version"].initial = self.current_version
        for field in self.fields.values():
            field.widget.attrs.setdefault("autocomplete", "off")

    @property
    def current_version(self) -> str:
        return sealed_version(self.instance, self.edited_fields) if self.instance.pk else ""

    def draw(self, *layout: Any) -> None:
        self.helper = fields_only(HTML('{% include "_conflict.html" %}'), *layout, "version")

    def is_valid(self) -> bool:
        return super().is_valid() and self.conflict is None

    def focus(self) -> None:
        # A conflict is to be read first.
        if not self.conflict:
            super().focus()

    def save(self, commit: bool = True) -> _Row:
        """Save with `updated_by`; write nothing if no field of an existing row changed."""
        if not self.instance.pk or {*self.edited_fields} & {*self.changed_data}:
            self.instance.updated_by_id = self.user.pk
            return super().save(commit)
        return self.instance

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if self.instance.pk:
            opened = opened_version(self.instance, self.cleaned_data.get("version", ""))
            typed = {
                name: self.cleaned_data.get(name, self.data.get(name))
                for name in self.edited_fields
            }
            self.conflict = find_conflict(self.instance, opened, typed, self.user)
        if self.conflict:
            # Whoever saves again has seen the other person's values.
            kept = {name: self.data.get(name) for name in self.data}
            self.data = {**kept, **self.conflict.taken, "version": self.current_version}
        return cleaned
