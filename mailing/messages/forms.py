"""The form in which a message to members is written."""

from typing import Any
from uuid import uuid4

from django import forms

from base.characters import validate_storable
from base.forms import FocusedFormMixin, fields_only
from base.text_fields import CanonicalFormField
from mailing.messages.rendering import (
    LONGEST_SUBJECT,
    LONGEST_TEXT,
    validate_header,
    validate_placeholders,
)
from mailing.models import DeliveryState


class MessageForm(FocusedFormMixin, forms.Form):
    """Subject and text; by its token a form that is sent twice makes one message."""

    subject = forms.CharField(
        label="Objet",
        max_length=LONGEST_SUBJECT,
        validators=[validate_storable, validate_header],
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    text = CanonicalFormField(
        label="Texte",
        max_length=LONGEST_TEXT,
        validators=[validate_storable, validate_placeholders],
        widget=forms.Textarea(attrs={"rows": 12}),
        help_text="{{ nom }} et {{ reference }} sont remplacés par la dénomination et la référence "
        "de chaque membre.",
    )
    token = forms.UUIDField(initial=uuid4, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = fields_only()

    def clean(self) -> dict[str, Any]:
        """Give the form a token where it came without one, and ask to send it again."""
        if "token" in self.errors:
            del self.errors["token"]
            self.data = {**dict(self.data.items()), "token": str(uuid4())}
            self.add_error(None, "Le formulaire est arrivé incomplet. Envoyez-le à nouveau.")
        return self.cleaned_data


class StateFilterForm(forms.Form):
    """Which mails of a message to show."""

    state = forms.ChoiceField(required=False, choices=[("", "Tous"), *DeliveryState.choices])
