"""The contacts of a moment that has passed, as far as they are other now.

Computed from the former states that the database's triggers keep; they are forgotten after
RETENTION_FORMER_CONTACTS_DAYS.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from base.database import slices
from contacts.history import added_since
from contacts.models import CONTACT_FIELDS, Contact, ForgottenStates, FormerContact


class PastContact(NamedTuple):
    """A contact as it was; `values` are in the order of CONTACT_FIELDS."""

    member_id: int
    id: int
    position: int
    values: tuple[Any, ...]


@dataclass(frozen=True)
class Past:
    """How the contacts of a moment differ from those of now.

    `contacts` are those that changed since, as they were; `changed` has the keys of these and of
    the contacts that were not there yet; `members` those of the members who had or have one of
    them.
    """

    contacts: Sequence[PastContact]
    changed: Collection[int]
    members: Collection[int]


def is_known(moment: datetime) -> bool:
    """Return whether no former state from after that moment is forgotten."""
    return not ForgottenStates.objects.filter(until__gt=moment).exists()


def past_of(moment: datetime, created_at: Collection[datetime] = ()) -> Past:
    """Return how the contacts of that moment differ from those of now.

    Contacts that were created exactly at one of the times `created_at` count as there already, as
    they were then.
    """
    former = FormerContact.objects.filter(at__gt=moment).order_by("contact_id", "at", "pk")
    states = former.values_list(
        "contact_id", "member_id", "position", "created_at", *CONTACT_FIELDS
    )
    contacts = []
    changed = set()
    for contact_id, grouped in groupby(states.iterator(2_000), itemgetter(0)):
        changed.add(contact_id)
        _, member_id, position, created, *values = next(grouped)
        if created <= moment or created in created_at:
            contacts.append(PastContact(member_id, contact_id, position, tuple(values)))
    members = {contact.member_id for contact in contacts}
    for part in slices(sorted(changed)):
        members.update(Contact.objects.filter(pk__in=part).values_list("member_id", flat=True))
    for added in added_since(moment):
        others = added.exclude(created_at__in=created_at).values_list("pk", "member_id")
        for contact_id, member_id in others.iterator():
            changed.add(contact_id)
            members.add(member_id)
    return Past(contacts, changed, members)
