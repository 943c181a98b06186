"""Fields for e-mail addresses, of models and of forms."""

from typing import Any

from django import forms
from django.db import models

from base.addresses import LONGEST_ADDRESS, check_address


class AddressInput(forms.TextInput):
    """An input that sends an address as it was typed.

    A browser rewrites what stands in `type="email"`: `chef@école.fr` becomes `chef@xn--…`.
    """

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        kept = {"inputmode": "email", "autocapitalize": "none", "spellcheck": "false"}
        super().__init__({**kept, **(attrs or {})})


class AddressFormField(forms.CharField):
    """One e-mail address."""

    widget = AddressInput
    default_validators = [check_address]


class AddressField(models.CharField[str, str]):
    """One e-mail address, stored as it was typed."""

    default_validators = [check_address]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"max_length": LONGEST_ADDRESS, **options})

    def formfield(self, **options: Any) -> forms.Field | None:
        return super().formfield(**{"form_class": AddressFormField, **options})
