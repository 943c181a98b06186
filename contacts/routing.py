"""Which contacts hear of which topic, by their type (manual, « Créer un contact »).

TOPICS_BY_TYPE is the only place with this rule.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.conf import settings
from django.db.models import QuerySet

from base.addresses import address_key
from base.database import STATEMENT
from contacts.models import Contact, ContactType, Topic
from members.models import Member

TOPICS_BY_TYPE: dict[ContactType, frozenset[Topic]] = {
    ContactType.ADMINISTRATIVE: frozenset({Topic.INVOICES}),
    ContactType.ORDERS: frozenset({Topic.ORDERS}),
    ContactType.NONE: frozenset(),
    ContactType.ALL: frozenset(Topic),
    ContactType.AFTER_SALES: frozenset({Topic.AFTER_SALES}),
    ContactType.RECEIVER: frozenset(),
}
# The member's main address hears of every topic.
MAIN_ADDRESS_TOPICS = frozenset(Topic)
# The types of contact that may sign the delivery receipt.
SIGNING_TYPES = frozenset({ContactType.RECEIVER})


class Recipient(NamedTuple):
    """An address, and the contact it belongs to (None: the member's main address)."""

    address: str
    contact: Contact | None


def active_topics() -> list[Topic]:
    return [topic for topic in Topic if topic != Topic.AFTER_SALES or settings.MODULE_AFTER_SALES]


def types_hearing(topics: Iterable[Topic]) -> list[ContactType]:
    wanted = frozenset(topics)
    return [kind for kind, heard in TOPICS_BY_TYPE.items() if heard & wanted]


def hears(kind: ContactType, topic: Topic) -> bool:
    """Return whether a contact of this type hears of a topic."""
    return topic in TOPICS_BY_TYPE[kind]


def is_without_effect(kind: ContactType) -> bool:
    """Return whether a type does nothing on this site because its module is off."""
    if kind in SIGNING_TYPES:
        return not settings.MODULE_DELIVERY_TRACKING
    heard = TOPICS_BY_TYPE[kind]
    return bool(heard) and heard.isdisjoint(active_topics())


def recipients(member: Member, topic: Topic) -> list[str]:
    """Return the addresses of `route`, for the member's contacts as stored now."""
    return [recipient.address for recipient in route(member, topic, member.contacts.all())]


def recipients_of(members: Sequence[Member], topic: Topic) -> dict[int, list[str]]:
    """Return `recipients` of many members, by the member's key, from one query."""
    contacts: defaultdict[int, list[Contact]] = defaultdict(list)
    for contact in _contacts_of([member.pk for member in members]):
        contacts[contact.member_id].append(contact)
    return {
        member.pk: [recipient.address for recipient in route(member, topic, contacts[member.pk])]
        for member in members
    }


def _contacts_of(keys: Sequence[int]) -> QuerySet[Contact]:
    """Return the contacts of these members, perhaps of others too, by a query of few parameters."""
    contacts = Contact.objects.order_by("member_id", "position", "pk")
    if len(keys) > STATEMENT:
        # Probably nearly all members of the site: the range reads few contacts in vain.
        return contacts.filter(member__pk__range=(min(keys), max(keys)))
    return contacts.filter(member_id__in=keys)


def route(member: Member, topic: Topic, contacts: Iterable[Contact]) -> list[Recipient]:
    """Return the recipients of a topic: the main address, then contacts in the given order.

    Each address comes once, however it is spelt (`address_key`). If the topic's module is off,
    nobody hears of it. `contacts` are all contacts of the member.
    """
    if topic not in active_topics():
        return []
    reached: dict[str, Recipient] = {}
    if member.email and topic in MAIN_ADDRESS_TOPICS:
        reached[address_key(member.email)] = Recipient(member.email, None)
    for contact in contacts:
        if contact.email and hears(ContactType(contact.type), topic):
            reached.setdefault(address_key(contact.email), Recipient(contact.email, contact))
    return list(reached.values())


def receivers(member: Member) -> list[Contact]:
    """Return the contacts who may sign the delivery receipt; none if the module is off."""
    if not settings.MODULE_DELIVERY_TRACKING:
        return []
    return list(member.contacts.filter(type__in=SIGNING_TYPES))
