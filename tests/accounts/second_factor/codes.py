"""A telephone for tests: it shows the code of a device, as an application would."""

import time

from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice


def code_of(device, ahead=0) -> str:
    """Return the code of now, or of the next half minute where that of now has served."""
    device.refresh_from_db()
    totp = TOTP(device.bin_key, device.step, device.t0, device.digits, device.drift)
    totp.time = time.time() + ahead * device.step
    if totp.t() <= device.last_t:
        totp.time += device.step * (device.last_t + 1 - totp.t())
    return f"{totp.token():06}"


def wrong_code_of(device) -> str:
    """Return a code that is right at none of the times that the site allows for."""
    right = {code_of(device, ahead) for ahead in range(-3, 4)}
    return next(code for code in ("000000", "111111", "222222") if code not in right)


def telephone_of(user) -> TOTPDevice:
    """Give a person a telephone that is set up, and the backup code `secours1`."""
    paper = StaticDevice.objects.create(user=user, name="paper")
    StaticToken.objects.create(device=paper, token="secours1")
    return TOTPDevice.objects.create(user=user, name="telephone")
