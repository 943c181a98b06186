"""Which mails are due, and which worker is at them.

A worker claims some mails at a time for as long as its lease runs, and renews the lease while it
lives. What a dead worker had claimed is due again when its lease has run out.

The addresses of claimed mails are looked up together, and again where the last look is older than
LOOKED_UP_FOR. So a mail goes to the address that its recipient had a second earlier at most, before
the mail server was given the mail; what the server then takes of time is not counted.
"""

from collections import deque
from collections.abc import Callable, Generator
from datetime import datetime, timedelta
from typing import TypeAlias, TypedDict

from django.conf import settings
from django.db import transaction
from django.db.models import BooleanField, Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone
from django_stubs_ext import WithAnnotations

from mailing.models import Delivery, DeliveryState
from mailing.outbox.destinations import addresses, look_up
from members.models import Member

# Few enough for two workers to share a message, enough to spare the database.
AT_A_TIME = 50
# A look at each mail would cost a tenth of the time that it takes to send it.
LOOKED_UP_FOR = timedelta(seconds=1)


class Marks(TypedDict):
    """What a claim adds to a mail: of its member, the main address, and if an address is marked.

    Marked is an address that was refused.
    """

    has_refused_address: bool
    main_address: str | None


Claimed: TypeAlias = "WithAnnotations[Delivery, Marks]"


def due(now: datetime) -> QuerySet[Delivery]:
    """Return the mails to be sent by now that no worker has claimed, the longest due first."""
    is_free = Q(claimed_until=None) | Q(claimed_until__lt=now)
    found = Delivery.objects.filter(is_free, state=DeliveryState.WAITING, next_attempt_at__lte=now)
    return found.order_by("next_attempt_at", "pk")


def has_due_mail(more_than: int = 0) -> bool:
    """Whether more than that many mails are due."""
    return len(due(timezone.now()).values_list("pk")[: more_than + 1]) > more_than


def claimed_mails(is_stopping: Callable[[], bool]) -> Generator[Claimed, None, None]:
    """Yield due mails, claimed for this worker, until none is due or the worker is to stop.

    Mails that were claimed but not yielded are free again when the iterator is closed.
    """
    while not is_stopping() and (keys := _claim()):
        looked_up_at = timezone.now()
        rest = deque(_mails(keys))
        try:
            while rest and not is_stopping():
                rest = _renewed(rest)
                if timezone.now() - looked_up_at >= LOOKED_UP_FOR:
                    looked_up_at = timezone.now()
                    rest = _readdressed(rest)
                if rest:
                    yield rest.popleft()
        finally:
            _release(rest)


def _claim() -> list[int]:
    """Claim due mails, those of notifications first, and return their keys."""
    with transaction.atomic():
        now = timezone.now()
        keys: list[int] = []
        for is_message in (False, True):
            mails = due(now).filter(message__isnull=not is_message)
            locked = mails.select_for_update(skip_locked=True).values_list("pk", flat=True)
            keys += locked[: AT_A_TIME - len(keys)]
            if len(keys) == AT_A_TIME:
                break
        if keys:
            Delivery.objects.filter(pk__in=keys).update(claimed_until=_end_of_lease(now))
    return keys


def _mails(keys: list[int]) -> list[Claimed]:
    """Return those of the claimed mails that have an address, with it, in the order of the keys."""
    marked = Member.objects.filter(pk=OuterRef("member_id")).filter(
        Q(refused_address__gt="") | Q(contacts__refused_address__gt="")
    )
    found = (
        Delivery.objects.filter(pk__in=keys, state=DeliveryState.WAITING)
        .annotate(
            has_refused_address=Exists(marked, output_field=BooleanField()),
            main_address=F("member__email"),
        )
        .only(*_NEEDED)
        .prefetch_related("attachments")
    )
    mails = {mail.pk: mail for mail in found}
    looked_up = addresses(
        (mail.pk, mail.address, mail.member_id, mail.main_address, mail.message_id)
        for mail in mails.values()
    )
    for pk, address in looked_up.items():
        mails[pk].address = address
    return [mails[key] for key in keys if key in looked_up]


def _readdressed(mails: deque[Claimed]) -> deque[Claimed]:
    """Look up the addresses of the mails anew; return those that still have one."""
    looked_up = look_up([mail.pk for mail in mails])
    for mail in mails:
        mail.address = looked_up.get(mail.pk, mail.address)
    return deque(mail for mail in mails if mail.pk in looked_up)


# What sending a mail reads of it.
_NEEDED = (
    "member_id",
    "message_id",
    "address",
    "attempts",
    "tried_since",
    "claimed_until",
    "mail_id",
    "sender",
    "subject",
    "headers",
    "text",
    "html",
)


def _end_of_lease(now: datetime) -> datetime:
    return now + timedelta(seconds=settings.MAIL_LEASE_SECONDS)


def _renewed(mails: deque[Claimed]) -> deque[Claimed]:
    """Renew the lease once a tenth of it is gone; return the mails that are still ours."""
    now = timezone.now()
    until = mails[0].claimed_until
    new = _end_of_lease(now)
    if until is None or new - until < timedelta(seconds=settings.MAIL_LEASE_SECONDS / 10):
        return mails
    keys = [mail.pk for mail in mails]
    with transaction.atomic():
        ours = Delivery.objects.filter(pk__in=keys, claimed_until=until)
        kept = set(ours.select_for_update().values_list("pk", flat=True))
        ours.update(claimed_until=new)
    for mail in mails:
        mail.claimed_until = new
    return deque(mail for mail in mails if mail.pk in kept)


def _release(mails: deque[Claimed]) -> None:
    if mails:
        keys = [mail.pk for mail in mails]
        ours = Delivery.objects.filter(pk__in=keys, claimed_until=mails[0].claimed_until)
        ours.update(claimed_until=None)
