"""What a notification may say, and the check of it."""

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError

from base.characters import FORBIDDEN, canonical, reference_key, validate_storable
from contacts.models import Topic
from mailing.models import Notification
from members.models import Member

LONGEST_REFERENCE = Member._meta.get_field("reference").max_length or 0
LONGEST_SUBJECT = Notification._meta.get_field("subject").max_length or 0
# Far more than anyone reads, little enough for a mail and its database.
LONGEST_BODY = 50_000
LONGEST_KEY = Notification._meta.get_field("key").max_length or 0
LONGEST_SENDER = Notification._meta.get_field("sender").max_length or 0
_FILE_NAME = re.compile(r"[^\x00-\x1f\x7f/\\]{1,150}")
# Parts of these two kinds would be read as parts of the mail.
_MIME_TYPE = re.compile(
    r"(?!multipart/|message/)[a-z0-9][a-z0-9.+-]{0,60}/[a-z0-9][a-z0-9.+-]{0,60}"
)


class AttachedFile(NamedTuple):
    """A file to go with a notification."""

    name: str
    content: bytes
    mimetype: str = "application/octet-stream"


class NotificationRefused(ValueError):
    """Nothing is sent; `errors` says why, in French, for each wrong field."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__(" ".join(errors.values()))
        self.errors = errors


class NotificationForm(forms.Form):
    """A notification to a member that the caller has at hand."""

    topic = forms.CharField()
    subject = forms.CharField(max_length=LONGEST_SUBJECT, validators=[validate_storable])
    body = forms.CharField(max_length=LONGEST_BODY, validators=[validate_storable])
    key = forms.CharField(max_length=LONGEST_KEY, required=False, validators=[validate_storable])
    sender = forms.CharField(
        max_length=LONGEST_SENDER, required=False, strip=False, validators=[validate_storable]
    )

    def clean_topic(self) -> Topic:
        try:
            return Topic(self.cleaned_data["topic"])
        except ValueError:
            known = ", ".join(Topic.values)
            raise ValidationError(f"Ce sujet est inconnu ; choisissez parmi : {known}.") from None

    def clean_subject(self) -> str:
        """Refuse what could not stand in one line of a mail's head."""
        subject = canonical(self.cleaned_data["subject"])
        if len(subject.splitlines()) > 1:
            raise ValidationError(
                f"L'objet doit tenir sur une ligne, en {LONGEST_SUBJECT} caractères au plus."
            )
        return subject

    def clean_body(self) -> str:
        """Return the text, each line ended by a line feed alone."""
        return canonical(self.cleaned_data["body"])

    def clean_key(self) -> str:
        """Refuse a key that could not be shown in one line."""
        key: str = self.cleaned_data["key"]
        if not key.isprintable():
            raise ValidationError(
                f"La clé doit tenir sur une ligne, en {LONGEST_KEY} caractères au plus."
            )
        return key


class ReferenceForm(NotificationForm):
    """A notification to the member of a reference."""

    reference = forms.CharField(max_length=LONGEST_REFERENCE, validators=[validate_storable])
    field_order = ("reference",)

    def clean_reference(self) -> Member:
        reference = reference_key(self.cleaned_data["reference"])
        member = Member.objects.filter(reference=reference).first()
        if member is None:
            raise ValidationError("Aucun membre n'a cette référence.")
        return member


def checked(form: NotificationForm, attachments: Sequence[AttachedFile]) -> dict[str, Any]:
    """Return the values of a form; raise NotificationRefused for these and the attachments."""
    errors = {name: str(found[0]) for name, found in form.errors.items()}
    wrong = _wrong_with(attachments)
    if wrong:
        errors["attachments"] = wrong
    if errors:
        raise NotificationRefused(errors)
    return form.cleaned_data


def _wrong_with(attachments: Sequence[AttachedFile]) -> str:
    """Return what is wrong with the attachments, or ""."""
    most, most_bytes = settings.MAIL_MAX_ATTACHMENTS, settings.MAIL_MAX_ATTACHMENT_BYTES
    if len(attachments) > most:
        return f"Il y a trop de pièces jointes ; {most} au plus."
    if sum(len(file.content) for file in attachments) > most_bytes:
        return (
            f"Les pièces jointes sont trop grosses ; {most_bytes // 1024**2} Mio au plus en tout."
        )
    if not all(_is_nameable(file) for file in attachments):
        return "Le nom ou le type d'une pièce jointe n'est pas valable."
    return ""


def _is_nameable(file: AttachedFile) -> bool:
    return (
        _FILE_NAME.fullmatch(file.name) is not None
        and len(file.name.splitlines()) == 1
        and FORBIDDEN.search(file.name) is None
        and _MIME_TYPE.fullmatch(file.mimetype) is not None
    )
