"""Fields whose texts are in canonical form, whatever they come in by: forms, admin, or code.

The forms are those of base/characters.py. Migrations name Django's own fields: the tables are the
same.
"""

from collections.abc import Callable
from typing import Any

from django import forms
from django.db import models

from base.characters import (
    bare_line,
    canonical,
    canonical_phones,
    one_line,
    reference_key,
    validate_phones,
)


class CanonicalFormField(forms.CharField):
    """A text that is measured as it is stored: in the form that `canonical` gives it."""

    canonical: Callable[[str], str] = staticmethod(canonical)

    def to_python(self, value: Any) -> str:
        return self.canonical(super().to_python(value) or "")


class LineFormField(CanonicalFormField):
    """A text of one line."""

    canonical = staticmethod(one_line)


class BareLineFormField(CanonicalFormField):
    """A text of one line without invisible characters."""

    canonical = staticmethod(bare_line)


class PhoneFormField(BareLineFormField):
    """One phone number."""

    default_validators = [validate_phones]


class ReferenceFormField(CanonicalFormField):
    """A reference."""

    canonical = staticmethod(reference_key)


class PhonesFormField(CanonicalFormField):
    """A list of phone numbers."""

    default_validators = [validate_phones]
    canonical = staticmethod(canonical_phones)


class CanonicalField(models.Field[str, str]):
    """A text that is checked, and stored by `save`, in the form of its form field."""

    form_class: type[CanonicalFormField] = CanonicalFormField

    def to_python(self, value: Any) -> Any:
        value = super().to_python(value)
        return self.form_class.canonical(value) if isinstance(value, str) else value

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = super().pre_save(model_instance, add)
        if isinstance(value, str):
            value = self.form_class.canonical(value)
            setattr(model_instance, self.attname, value)
        return value

    def formfield(self, **options: Any) -> forms.Field | None:
        return super().formfield(**{"form_class": self.form_class, **options})


class LineField(CanonicalField, models.CharField[str, str]):
    """A text of one line."""

    form_class: type[CanonicalFormField] = LineFormField

    def deconstruct(self) -> Any:
        name, _, arguments, options = super().deconstruct()
        return name, "django.db.models.CharField", arguments, options


class PhoneField(LineField):
    """One phone number."""

    form_class = PhoneFormField


class ReferenceField(LineField):
    """A reference, unique as people see it."""

    form_class = ReferenceFormField


class PhonesField(LineField):
    """A list of phone numbers, separated by semicolons."""

    form_class = PhonesFormField


class LinesField(CanonicalField, models.TextField[str, str]):
    """A text of several lines."""

    def deconstruct(self) -> Any:
        name, _, arguments, options = super().deconstruct()
        return name, "django.db.models.TextField", arguments, options
