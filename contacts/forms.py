"""The form of a contact, in its window or on its page."""

from typing import Any

from crispy_forms.layout import HTML, Column, Row
from django import forms
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils.html import format_html
from django.utils.safestring import SafeString

from contacts.conflicts import Conflict, find_conflict, opened_version, sealed_version
from contacts.journal import in_state
from contacts.models import (
    CONTACT_FIELDS,
    Contact,
    ContactType,
    Notification,
    Topic,
)
from contacts.phones import canonical_phones
from contacts.routing import is_without_effect
from members.forms import FocusedFormMixin, LinesField, fields_only
from members.models import DeliveryState

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


class PhonesField(forms.CharField):
    """A list of phone numbers, counted as it will be stored."""

    def to_python(self, value: Any) -> str:
        """Return the list without space around its semicolons."""
        return canonical_phones(super().to_python(value) or "")


class ContactForm(FocusedFormMixin, forms.ModelForm[Contact]):
    """What a person says of a contact.

    `version` carries the values that were shown, so that two people who change the same contact
    at once do not undo each other's work unseen. Where they would, the form is not valid, says so
    in `conflict`, and goes on from what is stored now. The contact must be held until it is saved.
    """

    conflict: Conflict | None = None
    version = forms.CharField(required=False, widget=forms.HiddenInput)
    type = forms.TypedChoiceField(
        label="Type de contact",
        coerce=int,
        # Asked anew for each form: the site's modules decide what is said.
        choices=lambda: [(kind.value, _explained(kind)) for kind in ContactType.in_manual_order()],
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez un type de contact."},
    )

    class Meta:
        model = Contact
        fields = CONTACT_FIELDS
        field_classes = {"note": LinesField, "phones": PhonesField}
        labels = {"phones": "Téléphone(s)"}
        help_texts = {
            "phones": "S'il y a plusieurs numéros, séparez-les par un point-virgule sans espace."
        }
        widgets = {"note": forms.Textarea(attrs={"rows": 2})}

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["version"].initial = self.current_version
        for field in self.fields.values():
            field.widget.attrs.setdefault("autocomplete", "off")
        self.helper = fields_only(
            HTML('{% include "contacts/_conflict.html" %}'),
            "name",
            "note",
            Row(Column("job_title", css_class="col-md-6"), Column("email", css_class="col-md-6")),
            Row(Column("phones", css_class="col-md-8"), Column("fax", css_class="col-md-4")),
            "type",
            "version",
        )

    @property
    def current_version(self) -> str:
        """The contact's values as they stand in the database, sealed."""
        return sealed_version(self.instance) if self.instance.pk else ""

    def is_valid(self) -> bool:
        """Whether what was typed may be stored."""
        return super().is_valid() and self.conflict is None

    def focus(self) -> None:
        """Have the conflict read first, where there is one."""
        if not self.conflict:
            super().focus()

    def save(self, commit: bool = True) -> Contact:
        """Store the contact as this person's; one who changed nothing leaves no trace."""
        if not self.instance.pk or {*CONTACT_FIELDS} & {*self.changed_data}:
            self.instance.updated_by = self.user
            return super().save(commit)
        return self.instance

    def clean(self) -> dict[str, Any] | None:
        """Find what someone else stored since the form was opened."""
        cleaned = super().clean()
        if self.instance.pk:
            opened = opened_version(self.instance, self.cleaned_data.get("version", ""))
            typed = {
                name: self.cleaned_data.get(name, self.data.get(name)) for name in CONTACT_FIELDS
            }
            self.conflict = find_conflict(self.instance, opened, typed, self.user)
        if self.conflict:
            # Who saves again has seen the other's values.
            kept = {name: self.data.get(name) for name in self.data}
            self.data = {**kept, **self.conflict.taken, "version": self.current_version}
        return cleaned


class NotificationFilterForm(forms.Form):
    """What the journal of notifications is asked for."""

    topic = forms.ChoiceField(
        label="Sujet",
        required=False,
        choices=[("", "Tous les sujets"), *Topic.choices],
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    state = forms.ChoiceField(
        label="État",
        required=False,
        choices=[("", "Tous les états"), *DeliveryState.choices],
        widget=forms.Select(attrs={"class": "form-select"}),
    )

    def found(self) -> QuerySet[Notification]:
        """Return the notifications asked for; to be called once the form was checked."""
        notifications = Notification.objects.all()
        if topic := self.cleaned_data.get("topic"):
            notifications = notifications.filter(topic=topic)
        if state := self.cleaned_data.get("state"):
            notifications = in_state(notifications, state)
        return notifications
