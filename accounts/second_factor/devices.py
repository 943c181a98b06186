"""The second factor: beside the password, a code of an application on the person's telephone.

django-otp keeps the devices, checks the codes, and makes whoever guesses wait ever longer. Each
person has one telephone, and codes on paper for the day it is lost; each of these serves once.
"""

from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django_otp import login, verify_token
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.models import User
from accounts.roles import ADMINISTRATORS

BACKUP_CODES = 10
_DIGITS = 6
_NAME = "telephone"


class Refused(NamedTuple):
    """A code that was not accepted; `until` when no other is looked at before then."""

    until: datetime | None


def has_second_factor(user: User) -> bool:
    """Whether the person has set up a telephone."""
    known: bool | None = getattr(user, "has_second_factor", None)
    if known is None:
        known = bool(TOTPDevice.objects.filter(user=user, confirmed=True).exists())
    return known


def is_required_of(user: User) -> bool:
    """Whether the site asks a second factor of this person."""
    if settings.REQUIRE_SECOND_FACTOR == "everyone":
        return True
    return settings.REQUIRE_SECOND_FACTOR == "administrators" and is_administrator(user)


def is_administrator(user: User) -> bool:
    """Whether the person keeps accounts, or has the administrators' role."""
    if user.is_superuser or user.is_staff:
        return True
    return user.groups.filter(name=ADMINISTRATORS).exists()


def begin(user: User) -> TOTPDevice:
    """Make a key for a telephone, which counts once a code of it was given."""
    with transaction.atomic():
        TOTPDevice.objects.filter(user=user, confirmed=False).delete()
        return TOTPDevice.objects.create(user=user, name=_NAME, confirmed=False)


def begun(user: User) -> TOTPDevice | None:
    """Return the telephone that waits for its first code, if there is one."""
    return TOTPDevice.objects.filter(user=user, confirmed=False).order_by("-pk").first()


def confirm(request: HttpRequest, user: User, code: str) -> list[str] | Refused:
    """Switch the second factor on with the first code; return the codes for paper."""
    device = begun(user)
    if device is None:
        return Refused(None)
    refused = _check(user, device, _digits(code))
    if refused:
        return refused
    with transaction.atomic():
        TOTPDevice.objects.filter(user=user).exclude(pk=device.pk).delete()
        TOTPDevice.objects.filter(pk=device.pk).update(confirmed=True)
        codes = new_backup_codes(user)
    device.confirmed = True
    _admit(request, device)
    return codes


def admit(request: HttpRequest, user: User, code: str) -> Refused | None:
    """Let the session in with a code of the telephone or of the paper; or say why not."""
    device = _device_for(user, code)
    if device is None:
        return Refused(None)
    is_paper = isinstance(device, StaticDevice)
    refused = _check(user, device, _letters(code) if is_paper else _digits(code))
    if refused is None:
        _admit(request, device)
    return refused


def new_backup_codes(user: User) -> list[str]:
    """Make codes for paper, in place of those the person had; return them."""
    with transaction.atomic():
        StaticDevice.objects.filter(user=user).delete()
        paper = StaticDevice.objects.create(user=user, name="paper", confirmed=True)
        codes = [StaticToken.random_token() for _ in range(BACKUP_CODES)]
        StaticToken.objects.bulk_create(StaticToken(device=paper, token=code) for code in codes)
    return codes


def backup_codes_left(user: User) -> int:
    """Return how many codes of the paper have not served yet."""
    return int(StaticToken.objects.filter(device__user=user).count())


def remove(user: User) -> bool:
    """Switch the person's second factor off; return whether it was on."""
    with transaction.atomic():
        StaticDevice.objects.filter(user=user).delete()
        devices = TOTPDevice.objects.filter(user=user)
        was_on = bool(devices.filter(confirmed=True).exists())
        devices.delete()
    return was_on


def _device_for(user: User, code: str) -> TOTPDevice | StaticDevice | None:
    """Return what a code of this form is of."""
    device_class = TOTPDevice if _digits(code) else StaticDevice
    return device_class.objects.filter(user=user, confirmed=True).first()


def _check(user: User, device: TOTPDevice | StaticDevice, code: str) -> Refused | None:
    if verify_token(user, device.persistent_id, code):
        return None
    device.refresh_from_db()
    _, reason = device.verify_is_allowed()
    return Refused(reason["locked_until"] if reason else None)


def _admit(request: HttpRequest, device: TOTPDevice | StaticDevice) -> None:
    # What was known with the password alone must not open the session from now on.
    request.session.cycle_key()
    login(request, device)


def _digits(code: str) -> str:
    """Return the six digits of a telephone's code; "" for a code of another form."""
    bare = "".join(code.split())
    return bare if len(bare) == _DIGITS and bare.isascii() and bare.isdigit() else ""


def _letters(code: str) -> str:
    return "".join(code.split()).lower()
