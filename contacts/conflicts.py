"""Two people change the same contact at once: what the second is told, and what is kept.

The form carries, sealed, the values that it showed: the version. By these it is known what
someone else has stored since then, and which fields the second person touched.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.core import signing
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst

from contacts.models import CONTACT_FIELDS, Contact, ContactType, FormerContact

_Values = dict[str, Any]
_LABELS = {field.name: capfirst(str(field.verbose_name)) for field in Contact._meta.fields}


@dataclass(frozen=True)
class Version:
    """What a contact said, and its `updated_at`, when a form showed it."""

    values: _Values
    updated_at: str


@dataclass(frozen=True)
class Difference:
    """A field whose stored value is not what was typed, as it is shown."""

    label: str
    stored: str
    typed: str
    # Whether only the other person touched it: the form goes on with the stored value.
    is_taken: bool


@dataclass(frozen=True)
class Conflict:
    """What the second person is told."""

    message: str
    differences: list[Difference]
    # The stored values that the form goes on with, by field.
    taken: _Values


def sealed_version(contact: Contact) -> str:
    """Return what the contact says now, for the form to carry; nobody can alter it unseen."""
    return signing.dumps(
        [_stored(contact), contact.updated_at.isoformat()], salt=_salt(contact), compress=True
    )


def opened_version(contact: Contact, sealed: str) -> Version | None:
    """Return what the contact said when a form was opened, None where that cannot be known."""
    try:
        return Version(*signing.loads(sealed, salt=_salt(contact)))
    except (signing.BadSignature, TypeError, ValueError):
        return None


def find_conflict(
    contact: Contact,
    opened: Version | None,
    typed: Mapping[str, Any],
    user: User,
) -> Conflict | None:
    """Compare what the form showed, what is stored, and what was typed, each by field.

    `contact` is as it is stored. Returns None where nobody changed it meanwhile, or all that was
    typed is stored already. A value that is wrong, thus as it was typed, differs from any other.
    """
    stored = _stored(contact)
    if opened and opened.values == stored:
        return None
    differing = [name for name in CONTACT_FIELDS if typed[name] != stored[name]]
    if not differing:
        return None
    taken = {
        name: stored[name] for name in differing if opened and typed[name] == opened.values[name]
    }
    differences = [
        Difference(
            label=_LABELS[name],
            stored=_shown(name, stored[name]),
            typed=_shown(name, typed[name]),
            is_taken=name in taken,
        )
        for name in differing
    ]
    return Conflict(_message(contact, opened, user), differences, taken)


def _salt(contact: Contact) -> str:
    return f"contacts.version.{contact.pk}"


def _stored(contact: Contact) -> _Values:
    return {name: getattr(contact, name) for name in CONTACT_FIELDS}


def _shown(name: str, value: Any) -> str:
    if name == "type" and value in ContactType.values:
        return ContactType(value).label
    return str(value or "(vide)")


def _message(contact: Contact, opened: Version | None, user: User) -> str:
    """Say who changed the contact, and when; someone who wrote past the pages is not known."""
    is_known = not opened or opened.updated_at != contact.updated_at.isoformat()
    author = contact.updated_by if is_known else None
    changes = FormerContact.objects.filter(contact_id=contact.pk).order_by("-at")
    last = None if is_known else changes.values_list("at", flat=True).first()
    when = _when(last or contact.updated_at)
    if author is None:
        return f"Ce contact a été modifié {when}, pendant que vous l'aviez ouvert."
    if author.pk == user.pk:
        return (
            f"Vous avez modifié ce contact {when} dans une autre fenêtre, pendant que vous "
            "l'aviez ouvert dans celle-ci."
        )
    name = author.get_full_name() or author.get_username()
    return f"{name} a modifié ce contact {when}, pendant que vous l'aviez ouvert."


def _when(moment: datetime) -> str:
    local = timezone.localtime(moment)
    day = "" if local.date() == timezone.localdate() else f"le {date_format(local, 'j F Y')} "
    return f"{day}à {local:%H:%M}"
