"""What all the site's forms have in common."""

from typing import Any, TypeVar

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Layout
from django import forms
from django.contrib.auth.models import AbstractUser

from base.characters import canonical
from base.conflicts import Conflict, find_conflict, opened_version, sealed_version
from base.models import Edited


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


_Row = TypeVar("_Row", bound=Edited)


class VersionedForm(FocusedFormMixin, forms.ModelForm[_Row]):
    """A form of what others may be changing too.

    `version` carries the values that were shown, so that two people who change the same thing at
    once do not undo each other's work unseen. Where they would, the form is not valid, says so in
    `conflict`, and goes on from what is stored now. What it changes must be held until it is
    saved.
    """

    conflict: Conflict | None = None
    version = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, user: AbstractUser, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.said = [name for name in self.fields if name != "version"]
        self.fields["version"].initial = self.current_version
        for field in self.fields.values():
            field.widget.attrs.setdefault("autocomplete", "off")

    @property
    def current_version(self) -> str:
        """The values as they stand in the database, sealed."""
        return sealed_version(self.instance, self.said) if self.instance.pk else ""

    def draw(self, *layout: Any) -> None:
        """Have the fields drawn in that layout, below what is to be said of a conflict."""
        self.helper = fields_only(HTML('{% include "_conflict.html" %}'), *layout, "version")

    def is_valid(self) -> bool:
        """Whether what was typed may be stored."""
        return super().is_valid() and self.conflict is None

    def focus(self) -> None:
        """Have the conflict read first, where there is one."""
        if not self.conflict:
            super().focus()

    def save(self, commit: bool = True) -> _Row:
        """Store what was typed as this person's; one who changed nothing leaves no trace."""
        if not self.instance.pk or {*self.said} & {*self.changed_data}:
            self.instance.updated_by_id = self.user.pk
            return super().save(commit)
        return self.instance

    def clean(self) -> dict[str, Any] | None:
        """Find what someone else stored since the form was opened."""
        cleaned = super().clean()
        if self.instance.pk:
            opened = opened_version(self.instance, self.cleaned_data.get("version", ""))
            typed = {name: self.cleaned_data.get(name, self.data.get(name)) for name in self.said}
            self.conflict = find_conflict(self.instance, opened, typed, self.user)
        if self.conflict:
            # Who saves again has seen the other's values.
            kept = {name: self.data.get(name) for name in self.data}
            self.data = {**kept, **self.conflict.taken, "version": self.current_version}
        return cleaned
