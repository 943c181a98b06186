"""Detect that two people edited the same row at once, and describe it to the second of them.

A form carries a version: the values that it showed, signed. Compared with the values stored now
and those typed, it tells which fields each of the two people changed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AbstractUser
from django.core import signing
from django.db.models import Field
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst

from base.models import Edited

_Values = dict[str, Any]


@dataclass(frozen=True)
class Version:
    """The values and the `updated_at` of a row when a form showed it."""

    values: _Values
    updated_at: str


@dataclass(frozen=True)
class Difference:
    """A field whose stored value differs from the typed one; texts as the screen shows them."""

    label: str
    stored: str
    typed: str
    # Whether only the other person changed it: the form then continues with the stored value.
    is_taken: bool


@dataclass(frozen=True)
class Conflict:
    """What the second person sees."""

    message: str
    differences: list[Difference]
    # The stored values with which the form continues, by field name.
    taken: _Values


def sealed_version(edited: Edited, fields: Iterable[str]) -> str:
    """Return the current values of these fields, signed, for a hidden field of a form."""
    return signing.dumps(
        [_stored(edited, fields), edited.updated_at.isoformat()],
        salt=_salt(edited),
        compress=True,
    )


def opened_version(edited: Edited, sealed: str) -> Version | None:
    """Return the version that a form carried, None if it is missing or was altered."""
    try:
        return Version(*signing.loads(sealed, salt=_salt(edited)))
    except (signing.BadSignature, TypeError, ValueError):
        return None


def find_conflict(
    edited: Edited,
    opened: Version | None,
    typed: Mapping[str, Any],
    user: AbstractUser,
) -> Conflict | None:
    """Compare the values that the form showed, those stored now, and those typed.

    `edited` must come fresh from the database; `typed` holds all fields of the form. Return None
    if the stored values are those that the form showed, or those typed. Invalid input stays raw,
    so it always differs. Without a version, each field that differs is a conflict. A field that
    the opened form did not have, because the site was upgraded, counts as not touched.
    """
    stored = _stored(edited, typed)
    if opened:
        shown = {name: opened.values.get(name, stored[name]) for name in stored}
        if shown == stored:
            return None
    differing = [name for name in typed if typed[name] != stored[name]]
    if not differing:
        return None
    taken = {
        name: stored[name]
        for name in differing
        if opened and typed[name] == opened.values.get(name, typed[name])
    }
    fields = {field.name: field for field in edited._meta.fields}
    differences = [
        Difference(
            label=capfirst(str(fields[name].verbose_name)),
            stored=_shown(fields[name], stored[name]),
            typed=_shown(fields[name], typed[name]),
            is_taken=name in taken,
        )
        for name in differing
    ]
    return Conflict(_message(edited, opened, user), differences, taken)


def _salt(edited: Edited) -> str:
    return f"{edited._meta.app_label}.version.{edited.pk}"


def _stored(edited: Edited, fields: Iterable[str]) -> _Values:
    return {name: getattr(edited, name) for name in fields}


def _shown(field: Field[Any, Any], value: Any) -> str:
    return str(dict(field.flatchoices).get(value, value) or "(vide)")


def _message(edited: Edited, opened: Version | None, user: AbstractUser) -> str:
    """Say who changed it, and when.

    If `updated_at` has not moved, the change bypassed the site, so `updated_by` is not its author.
    """
    noun = edited._meta.verbose_name
    is_known = not opened or opened.updated_at != edited.updated_at.isoformat()
    author = edited.updated_by if is_known else None
    at = edited.updated_at if is_known else edited.changed_past_pages_at()
    when = f" {_when(at)}" if at else ""
    if author is None:
        return f"Ce {noun} a été modifié{when}, pendant que vous l'aviez ouvert."
    if author.pk == user.pk:
        return (
            f"Vous avez modifié ce {noun}{when} dans une autre fenêtre, pendant que vous "
            "l'aviez ouvert dans celle-ci."
        )
    name = author.get_full_name() or author.get_username()
    return f"{name} a modifié ce {noun}{when}, pendant que vous l'aviez ouvert."


def _when(moment: datetime) -> str:
    local = timezone.localtime(moment)
    day = "" if local.date() == timezone.localdate() else f"le {date_format(local, 'j F Y')} "
    return f"{day}à {local:%H:%M}"
