"""Which mails are due, and which worker is at them.

A worker claims a few mails at a time, for as long as its lease runs; it renews the lease while it
lives. What a dead worker had claimed is due again once its lease has run out.
"""

from collections import deque
from collections.abc import Callable, Generator, Iterable
from datetime import datetime, timedelta
from typing import TypeAlias, TypedDict

from django.conf import settings
from django.db import transaction
from django.db.models import BooleanField, Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django_stubs_ext import WithAnnotations
from post_office.models import Email

from base.database import slices
from mailing.models import Delivery, DeliveryState
from members.models import Member

# Few enough for two workers to share what there is, enough to spare the database.
AT_A_TIME = 50


class Marks(TypedDict):
    """What a claimed mail knows besides: whether an address of its member is marked as refused."""

    has_refused_address: bool


Claimed: TypeAlias = "WithAnnotations[Delivery, Marks]"


def due(now: datetime) -> QuerySet[Delivery]:
    """Return the mails to be sent by now that nobody is at, the longest due first."""
    is_free = Q(claimed_until=None) | Q(claimed_until__lt=now)
    found = Delivery.objects.filter(is_free, state=DeliveryState.WAITING, next_attempt_at__lte=now)
    return found.order_by("next_attempt_at", "pk")


def has_due_mail(more_than: int = 0) -> bool:
    """Whether more mails than that wait to be sent now, with nobody at them."""
    return len(due(timezone.now()).values_list("pk")[: more_than + 1]) > more_than


def claimed_mails(is_stopping: Callable[[], bool]) -> Generator[Claimed, None, None]:
    """Yield due mails, each for this worker alone, until none is due or the worker is to stop.

    What was claimed but not yielded is free again when the iterator is closed.
    """
    while not is_stopping() and (some := _claim()):
        rest = deque(some)
        try:
            while rest and not is_stopping():
                rest = _renewed(rest)
                if rest:
                    yield rest.popleft()
        finally:
            _release(rest)


def _claim() -> Iterable[Claimed]:
    with transaction.atomic():
        now = timezone.now()
        locked = due(now).select_for_update(skip_locked=True).values_list("pk", flat=True)
        keys = list(locked[:AT_A_TIME])
        if not keys:
            return []
        Delivery.objects.filter(pk__in=keys).update(claimed_until=_end_of_lease(now))
    marked = Member.objects.filter(pk=OuterRef("member_id")).filter(
        Q(refused_address__gt="") | Q(contacts__refused_address__gt="")
    )
    return (
        Delivery.objects.filter(pk__in=keys)
        .annotate(has_refused_address=Exists(marked, output_field=BooleanField()))
        .select_related("email")
        .defer(*_UNREAD)
        .prefetch_related("email__attachments")
        .order_by("next_attempt_at", "pk")
    )


# Of a mail, what sending it does not read.
_UNREAD = [
    f"email__{name}"
    for name in (
        "status",
        "recipient_delivery_status",
        "priority",
        "created",
        "last_updated",
        "scheduled_time",
        "number_of_retries",
        "backend_alias",
    )
]


def _end_of_lease(now: datetime) -> datetime:
    return now + timedelta(seconds=settings.MAIL_LEASE_SECONDS)


def _renewed(mails: deque[Claimed]) -> deque[Claimed]:
    """Return the mails that are still ours, their lease made whole once a tenth of it is gone."""
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


def set_mail_status(emails: Iterable[int], status: int | None) -> None:
    """Give post_office's mails with these keys this status of its own; ours is Delivery's.

    By keys rather than by a query: while its statistics are old, PostgreSQL joins mails and
    deliveries row by row, which takes minutes for a thousand.
    """
    for some in slices(emails):
        Email.objects.filter(pk__in=some).update(status=status)
