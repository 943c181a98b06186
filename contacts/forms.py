"""The form of a contact, in its window or on its page."""

from typing import Any

from crispy_forms.layout import Column, Row
from django import forms
from django.utils.html import format_html
from django.utils.safestring import SafeString

from base.forms import VersionedForm
from contacts.models import CONTACT_FIELDS, Contact, ContactType
from contacts.routing import is_without_effect

_WITHOUT_EFFECT = "Sans effet pour l'instant : ce site n'a pas ce module."


def _explained(contact_type: ContactType) -> SafeString:
    explanation = format_html(
        '{}<span class="type-explanation">{}</span>', contact_type.label, contact_type.explanation
    )
    if is_without_effect(contact_type):
        return format_html(
            '{}<span class="type-without-effect">{}</span>', explanation, _WITHOUT_EFFECT
        )
    return explanation


class ContactForm(VersionedForm[Contact]):
    """The fields of a contact, each type with its explanation."""

    type = forms.TypedChoiceField(
        label="Type de contact",
        coerce=int,
        # A function, called for each form: the explanations depend on settings.
        choices=lambda: [(kind.value, _explained(kind)) for kind in ContactType.in_manual_order()],
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez un type de contact."},
    )

    class Meta:
        model = Contact
        fields = CONTACT_FIELDS
        labels = {"phones": "Téléphone(s)"}
        help_texts = {
            "phones": "S'il y a plusieurs numéros, séparez-les par un point-virgule sans espace."
        }
        widgets = {"note": forms.Textarea(attrs={"rows": 2})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.draw(
            "name",
            "note",
            Row(Column("job_title", css_class="col-md-6"), Column("email", css_class="col-md-6")),
            Row(Column("phones", css_class="col-md-8"), Column("fax", css_class="col-md-4")),
            "type",
        )
