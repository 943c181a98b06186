"""The second factor: after the password, a code from an application on a telephone.

django-otp stores the devices, checks the codes, and makes people wait longer after each wrong one.
A person has one telephone, and backup codes on paper, each of which works once.
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
    """A code was not accepted; no code is checked before `until`."""

    until: datetime | None


def has_second_factor(user: User) -> bool:
    """Return whether the person has set up a telephone; AccountBackend may have loaded it."""
    known: bool | None = getattr(user, "has_second_factor", None)
    if known is None:
        known = bool(TOTPDevice.objects.filter(user=user, confirmed=True).exists())
    return known


def is_required_of(user: User) -> bool:
    if settings.REQUIRE_SECOND_FACTOR == "everyone":
        return True
    return settings.REQUIRE_SECOND_FACTOR == "administrators" and is_administrator(user)


def is_administrator(user: User) -> bool:
    """Return whether the person may open the admin, or has the administrators' role."""
    if user.is_superuser or user.is_staff:
        return True
    return user.groups.filter(name=ADMINISTRATORS).exists()


def begin(user: User) -> TOTPDevice:
    """Create the key of a telephone, in place of one not confirmed; a first code confirms it."""
    with transaction.atomic():
        TOTPDevice.objects.filter(user=user, confirmed=False).delete()
        return TOTPDevice.objects.create(user=user, name=_NAME, confirmed=False)


def unconfirmed_telephone(user: User) -> TOTPDevice | None:
    return TOTPDevice.objects.filter(user=user, confirmed=False).order_by("-pk").first()


def confirm(request: HttpRequest, user: User, code: str) -> list[str] | Refused:
    """Switch the second factor on if the first code is right; return the backup codes."""
    device = unconfirmed_telephone(user)
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
    """Let the session in by a code of the telephone or a backup code; return a refusal, if any."""
    device = _device_for(user, code)
    if device is None:
        return Refused(None)
    is_paper = isinstance(device, StaticDevice)
    refused = _check(user, device, _letters(code) if is_paper else _digits(code))
    if refused is None:
        _admit(request, device)
    return refused


def new_backup_codes(user: User) -> list[str]:
    """Create backup codes, in place of the person's old ones; return them."""
    with transaction.atomic():
        StaticDevice.objects.filter(user=user).delete()
        paper = StaticDevice.objects.create(user=user, name="paper", confirmed=True)
        codes = [StaticToken.random_token() for _ in range(BACKUP_CODES)]
        StaticToken.objects.bulk_create(StaticToken(device=paper, token=code) for code in codes)
    return codes


def backup_codes_left(user: User) -> int:
    return int(StaticToken.objects.filter(device__user=user).count())


def remove(user: User) -> bool:
    """Switch the second factor off, delete the backup codes; return whether it was on."""
    with transaction.atomic():
        StaticDevice.objects.filter(user=user).delete()
        devices = TOTPDevice.objects.filter(user=user)
        was_on = bool(devices.filter(confirmed=True).exists())
        devices.delete()
    return was_on


def _device_for(user: User, code: str) -> TOTPDevice | StaticDevice | None:
    """Return the device to check a code of this form with: six digits are the telephone's."""
    device_class = TOTPDevice if _digits(code) else StaticDevice
    return device_class.objects.filter(user=user, confirmed=True).first()


def _check(user: User, device: TOTPDevice | StaticDevice, code: str) -> Refused | None:
    if verify_token(user, device.persistent_id, code):
        return None
    device.refresh_from_db()
    _, reason = device.verify_is_allowed()
    return Refused(reason["locked_until"] if reason else None)


def _admit(request: HttpRequest, device: TOTPDevice | StaticDevice) -> None:
    # A session key known before the second factor must not open the session from now on.
    request.session.cycle_key()
    login(request, device)


def _digits(code: str) -> str:
    bare = "".join(code.split())
    return bare if len(bare) == _DIGITS and bare.isascii() and bare.isdigit() else ""


def _letters(code: str) -> str:
    return "".join(code.split()).lower()
