"""Tokens of the API: made and shown once, recognised by their digest, counted, revoked."""

import hashlib
import math
import secrets
from datetime import timedelta

from django.conf import settings
from django.db.models import Case, DateTimeField, F, Q, Value, When
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from accounts.models import User
from api.models import ApiToken

PREFIX = "gdc_"
# What a token may do, its maker must be allowed to do.
RIGHT = "mailing.send_notification"
_WINDOW = timedelta(minutes=1)


class TokenUnknown(Exception):
    """There is no such token, or it was revoked."""


class TokenWithoutRight(Exception):
    """The maker of the token may not send notifications, or not any more."""


class TokenOverLimit(Exception):
    """The token was used too often; `seconds` says how long it has to wait."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


@sensitive_variables("secret")
def make_token(name: str, maker: User) -> tuple[ApiToken, str]:
    """Make a token; return it with its secret, which cannot be shown again."""
    secret = PREFIX + secrets.token_urlsafe(32)
    return ApiToken.objects.create(name=name, digest=digest(secret), created_by=maker), secret


@sensitive_variables()
def digest(secret: str) -> str:
    """Return the digest of a secret that is stored; 256 random bits need no slow hash."""
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()


def revoke(token: ApiToken) -> None:
    """Revoke the token; a second revocation changes nothing."""
    ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=timezone.now())


@sensitive_variables("secret")
def admit(secret: str) -> ApiToken:
    """Count a use of the token of a secret, and return the token.

    Raises TokenUnknown, TokenOverLimit or TokenWithoutRight.
    """
    found = ApiToken.objects.filter(digest=digest(secret), revoked_at=None)
    token = found.select_related("created_by").first()
    if token is None:
        raise TokenUnknown
    _count(token)
    if not has_right(token):
        raise TokenWithoutRight
    return token


def has_right(token: ApiToken) -> bool:
    """Whether the token's maker has an open account and may send notifications."""
    return token.created_by is not None and token.created_by.has_perm(RIGHT)


def _count(token: ApiToken) -> None:
    """Count a use in one statement: several machines may share the database."""
    now = timezone.now()
    is_over = Q(window_started_at__lte=now - _WINDOW)
    has_room = Q(window_requests__lt=settings.API_REQUESTS_PER_MINUTE)
    counted = ApiToken.objects.filter(is_over | has_room, pk=token.pk).update(
        window_requests=Case(When(is_over, then=Value(1)), default=F("window_requests") + 1),
        window_started_at=Case(
            When(is_over, then=Value(now, output_field=DateTimeField())),
            default=F("window_started_at"),
        ),
        last_used_at=now,
    )
    if not counted:
        token.refresh_from_db(fields=["window_started_at"])
        rest = token.window_started_at + _WINDOW - now
        raise TokenOverLimit(max(1, math.ceil(rest.total_seconds())))
