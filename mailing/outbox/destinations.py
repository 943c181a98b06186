"""Where a mail goes: to the address that its recipient has when it leaves, or to nobody.

A message goes to the member's main address. A notification goes to the address of its contact, as
long as the contact is there and its type hears of the topic. Where that is over, it still goes to
the address for which it was queued if that one hears of the topic in another way: the contact was
made anew, say, or shares its address with another one.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from base.addresses import address_key
from contacts.models import Contact, ContactType, Topic
from contacts.routing import MAIN_ADDRESS_TOPICS, Recipient, active_topics, hears, route
from mailing.models import Delivery, DeliveryState, NotificationRecipient
from members.models import Member

_MEMBER_DELETED = "Ce membre a été supprimé avant l'envoi."
_NO_MAIN_ADDRESS = "Ce membre n'a plus d'adresse principale."
_TOPIC_OFF = "Ce sujet n'est plus en service."
_CONTACT_DELETED = "Ce contact a été supprimé."
_NO_ADDRESS = "Ce contact n'a plus d'adresse mail."
_UNCONCERNED = "Ce sujet ne concerne plus ce contact."
_HAS_IT = "Cette adresse a déjà reçu ce mail."


class _Facts(NamedTuple):
    """What the database says now of a mail that waits, of its member and of its recipient."""

    pk: int
    # Where it was to go when this was last looked up, or when it was queued.
    address: str
    member_id: int | None
    main_address: str | None
    # None for a mail of a message.
    notification_id: int | None
    topic: str | None
    # Of the contact that it was queued for, and of that contact as it is now; None where deleted.
    contact_id: int | None
    found_contact_id: int | None
    contact_address: str | None
    contact_type: int | None


OF_MAIL = ("pk", "address", "member_id", "member__email", "message_id")
_OF_RECIPIENT = (
    "delivery_id",
    "notification_id",
    "notification__topic",
    "contact_id",
    "contact__pk",
    "contact__email",
    "contact__type",
)
_NO_RECIPIENT = (None,) * (len(_OF_RECIPIENT) - 1)


class _Target(NamedTuple):
    """The address of a mail and its contact (None: the main address), or why there is none."""

    address: str
    contact_id: int | None = None
    reason: str = ""


def look_up(keys: Sequence[int]) -> dict[int, str]:
    """Return the address of each of these mails that this worker has claimed, by its key.

    A mail that has no recipient any more is noted so and left out. Left out are also mails that do
    not wait any more, and mails of a notification whose address gets it by another mail just now.
    """
    waiting = Delivery.objects.filter(pk__in=keys, state=DeliveryState.WAITING)
    return addresses(waiting.order_by("pk").values_list(*OF_MAIL))


def addresses(mails: Iterable[tuple[Any, ...]]) -> dict[int, str]:
    """Do as `look_up`, for mails of which the columns OF_MAIL were read just now."""
    found = _with_recipients(sorted(mails))
    targets = _targets(found)
    late, busy = _doubles(found, targets)
    _note_nobody(targets)
    _note_moved([facts for facts in found if targets[facts.pk].address], targets)
    _let_go(late, timezone.now())
    _let_go(busy, timezone.now() + timedelta(minutes=settings.MAIL_RETRY_MINUTES[0]))
    others = late | busy
    return {
        pk: target.address for pk, target in targets.items() if target.address and pk not in others
    }


def _with_recipients(rows: Sequence[tuple[Any, ...]]) -> list[_Facts]:
    """Return the facts of mails; those of messages need no query."""
    keys = [pk for pk, *_, message_id in rows if message_id is None]
    recipients: dict[int, Any] = {}
    if keys:
        found = NotificationRecipient.objects.filter(delivery__in=keys).order_by()
        recipients = {pk: values for pk, *values in found.values_list(*_OF_RECIPIENT)}
    return [_Facts(*row[:-1], *recipients.get(row[0], _NO_RECIPIENT)) for row in rows]


# --- Who hears of it now --------------------------------------------------------------------


def _targets(found: Sequence[_Facts]) -> dict[int, _Target]:
    """Return where each of these mails goes now."""
    targets = {facts.pk: _target(facts) for facts in found}
    astray = [
        facts
        for facts in found
        if facts.topic and facts.member_id and not targets[facts.pk].address
    ]
    if astray:
        targets |= dict(_by_address(astray))
    return targets


def _target(facts: _Facts) -> _Target:
    """Return where a mail goes by its own recipient."""
    if facts.member_id is None:
        return _Target("", reason=_MEMBER_DELETED)
    if facts.topic is None:
        return _to_main_address(facts)
    topic = Topic(facts.topic)
    if topic not in active_topics():
        return _Target("", reason=_TOPIC_OFF)
    if facts.contact_id is None and topic in MAIN_ADDRESS_TOPICS:
        return _to_main_address(facts)
    if facts.found_contact_id is None or facts.contact_type is None:
        return _Target("", reason=_CONTACT_DELETED)
    if not hears(ContactType(facts.contact_type), topic):
        return _Target("", reason=_UNCONCERNED)
    if not facts.contact_address:
        return _Target("", reason=_NO_ADDRESS)
    return _Target(facts.contact_address, facts.contact_id)


def _to_main_address(facts: _Facts) -> _Target:
    if not facts.main_address:
        return _Target("", reason=_NO_MAIN_ADDRESS)
    return _Target(facts.main_address)


def _by_address(astray: Sequence[_Facts]) -> Iterator[tuple[int, _Target]]:
    """Yield the target of each mail whose address hears of its topic by another recipient."""
    keys = {facts.member_id for facts in astray}
    members = Member.objects.in_bulk([key for key in keys if key])
    contacts: defaultdict[int, list[Contact]] = defaultdict(list)
    for contact in Contact.objects.filter(member__in=members, email__gt=""):
        contacts[contact.member_id].append(contact)
    heard: dict[tuple[int, str], dict[str, Recipient]] = {}
    for facts in astray:
        member = members.get(facts.member_id or 0)
        if member is None or facts.topic is None:
            continue
        place = (member.pk, facts.topic)
        if place not in heard:
            reached = route(member, Topic(facts.topic), contacts[member.pk])
            heard[place] = {address_key(who.address): who for who in reached}
        who = heard[place].get(address_key(facts.address))
        if who:
            yield facts.pk, _Target(who.address, who.contact.pk if who.contact else None)


# --- One mail to each address -------------------------------------------------------------


def _doubles(found: Sequence[_Facts], targets: dict[int, _Target]) -> tuple[set[int], set[int]]:
    """Return the mails of notifications that must wait for another one to the same address.

    The first ones wait for a mail among `found`, the second ones for one that another worker is at.
    Where another mail of the notification has reached the address, the target becomes nobody.
    Of two that are on their way, the one with the lower key goes.
    """
    keys = {facts.notification_id for facts in found if facts.notification_id}
    if not keys:
        return set(), set()
    ours = [facts.pk for facts in found]
    mails = Delivery.objects.filter(notificationrecipient__notification__in=keys)
    others = mails.exclude(pk__in=ours)
    sent = {
        (notification, address_key(address))
        for notification, address in others.filter(state=DeliveryState.SENT).values_list(
            "notificationrecipient__notification_id", "address"
        )
    }
    waiting = others.filter(state=DeliveryState.WAITING, claimed_until__gt=timezone.now())
    under_way = _with_recipients(list(waiting.order_by("pk").values_list(*OF_MAIL)))
    elsewhere = _firsts(under_way, _targets(under_way))
    here = _firsts(found, targets)
    late, busy = set(), set()
    for facts in found:
        place = (facts.notification_id, address_key(targets[facts.pk].address))
        if facts.notification_id is None or not targets[facts.pk].address:
            continue
        if place in sent:
            targets[facts.pk] = _Target("", reason=_HAS_IT)
        elif elsewhere.get(place, facts.pk) < facts.pk:
            busy.add(facts.pk)
        elif here[place] < facts.pk:
            late.add(facts.pk)
    return late, busy


def _firsts(
    found: Iterable[_Facts], targets: dict[int, _Target]
) -> dict[tuple[int | None, str], int]:
    """Return the lowest key of the mails of each notification to each address."""
    firsts: dict[tuple[int | None, str], int] = {}
    for facts in found:
        place = (facts.notification_id, address_key(targets[facts.pk].address))
        firsts[place] = min(facts.pk, firsts.get(place, facts.pk))
    return firsts


# --- Noting it ------------------------------------------------------------------------------


def _note_nobody(targets: dict[int, _Target]) -> None:
    """Note of the mails without an address that they go to nobody, and why."""
    keys_by_reason: defaultdict[str, list[int]] = defaultdict(list)
    for pk, target in targets.items():
        if not target.address:
            keys_by_reason[target.reason].append(pk)
    for reason, keys in keys_by_reason.items():
        waiting = Delivery.objects.filter(pk__in=keys, state=DeliveryState.WAITING)
        waiting.update(
            state=DeliveryState.NOBODY,
            answer=reason,
            finished_at=timezone.now(),
            claimed_until=None,
            waits_for_server=False,
        )


def _note_moved(found: Sequence[_Facts], targets: dict[int, _Target]) -> None:
    """Note the addresses that are not those of before, and whose they are."""
    moved = [facts for facts in found if facts.address != targets[facts.pk].address]
    adopted = [
        facts
        for facts in found
        if facts.notification_id and facts.contact_id != targets[facts.pk].contact_id
    ]
    if not moved and not adopted:
        return
    with transaction.atomic():
        for facts in moved:
            mail = Delivery.objects.filter(pk=facts.pk)
            mail.update(address=targets[facts.pk].address)
        for facts in adopted:
            recipient = NotificationRecipient.objects.filter(delivery=facts.pk)
            recipient.update(contact=targets[facts.pk].contact_id)


def _let_go(keys: set[int], due_at: datetime) -> None:
    """Free mails that this worker has claimed, to be looked at again from then on."""
    if keys:
        waiting = Delivery.objects.filter(pk__in=keys, state=DeliveryState.WAITING)
        waiting.update(claimed_until=None, next_attempt_at=due_at)
