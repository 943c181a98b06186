"""Fields for e-mail addresses, of models and of forms."""

from typing import Any

from django import forms
from django.db import models

from base.addresses import LONGEST_ADDRESS, check_address
from base.text_fields import BareLineFormField, CanonicalField


class AddressInput(forms.TextInput):
    """An input that sends an address as it was typed.

    A browser rewrites what stands in `type="email"`: `chef@école.fr` becomes `chef@xn--…`.
    """

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        kept = {"inputmode": "email", "autocapitalize": "none", "spellcheck": "false"}
        super().__init__({**kept, **(attrs or {})})


class AddressFormField(BareLineFormField):
    """One e-mail address."""

    widget = AddressInput
    default_validators = [check_address]


class AddressField(CanonicalField, models.CharField[str, str]):
    """One e-mail address, stored as it was typed, but for invisible characters."""

    form_class = AddressFormField
    default_validators = [check_address]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"max_length": LONGEST_ADDRESS, **options})
