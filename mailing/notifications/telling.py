"""A notification asked for in words, by another software or at a terminal: checked, then sent."""

from collections.abc import Mapping, Sequence

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction

from base.characters import canonical, validate_storable
from contacts.models import Topic
from mailing.models import Notification
from mailing.notifications.dispatch import (
    LONGEST_BODY,
    LONGEST_KEY,
    LONGEST_SUBJECT,
    AttachedFile,
    NotificationRefused,
    notify,
)
from members.models import Member

LONGEST_REFERENCE = Member._meta.get_field("reference").max_length or 0
_LONGEST_TOPIC = max(len(topic) for topic in Topic.values)


class NotTold(Exception):
    """Nothing is sent; `errors` says why, in French, for each field."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__(errors)
        self.errors = errors


class _TellingForm(forms.Form):
    """What is to be told. The rules of mail itself are those of `notify`."""

    reference = forms.CharField(max_length=LONGEST_REFERENCE, validators=[validate_storable])
    topic = forms.CharField()
    subject = forms.CharField(max_length=LONGEST_SUBJECT, validators=[validate_storable])
    body = forms.CharField(max_length=LONGEST_BODY, validators=[validate_storable])
    key = forms.CharField(max_length=LONGEST_KEY, required=False, validators=[validate_storable])

    def clean_reference(self) -> Member:
        """Return the member of the reference."""
        member = Member.objects.filter(reference=canonical(self.cleaned_data["reference"])).first()
        if member is None:
            raise ValidationError("Aucun membre n'a cette référence.")
        return member

    def clean_topic(self) -> Topic:
        """Return the topic of the word."""
        try:
            return Topic(self.cleaned_data["topic"])
        except ValueError:
            known = ", ".join(Topic.values)
            raise ValidationError(f"Ce sujet est inconnu ; choisissez parmi : {known}.") from None


def tell(
    values: Mapping[str, str],
    attachments: Sequence[AttachedFile] = (),
    sender: str = "",
) -> Notification:
    """Tell a member something, and return the trace of it; raise NotTold for each wrong field.

    A key that was used before, by the same software, sends nothing and returns the first trace.
    """
    form = _TellingForm(values)
    if not form.is_valid():
        raise NotTold({name: str(found[0]) for name, found in form.errors.items()})
    told = form.cleaned_data
    try:
        with transaction.atomic():
            notification = notify(
                told["reference"],
                told["topic"],
                told["subject"],
                told["body"],
                attachments,
                told["key"] or None,
                sender,
            )
    except NotificationRefused as refusal:
        raise NotTold({refusal.field or "body": str(refusal)}) from None
    if sender and notification.sender != sender:
        raise NotTold({"key": "Cette clé a déjà servi ailleurs ; choisissez-en une autre."})
    return notification
