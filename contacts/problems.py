"""Problems: what keeps a member from hearing of something.

Each problem is written twice: in Python for one member's page, and in SQL for the filter of the
members' screen. A test compares the two.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.formats import date_format

from contacts.models import Contact, ContactType
from contacts.routing import SIGNING_TYPES, active_topics, route, types_hearing
from members.models import KINDS_WITH_CONTACTS, Member


@dataclass(frozen=True)
class Problem:
    """A problem, and the filter that finds the members who have it.

    `key` is the filter's value in URLs, `label` its text on screen. `condition` is a function,
    since it depends on settings. `describe` yields one sentence for each occurrence.
    """

    key: str
    label: str
    condition: Callable[[], Q]
    describe: Callable[[Member, Sequence[Contact]], Iterator[str]]


def describe_problems(member: Member, contacts: Sequence[Contact]) -> list[str]:
    return [sentence for problem in PROBLEMS for sentence in problem.describe(member, contacts)]


def _contacts(**conditions: object) -> Exists:
    return Exists(Contact.objects.filter(member=OuterRef("pk"), **conditions))


# --- A contact whose type hears of a topic has no address ---------------------------------


def _lacks_address() -> Q:
    return Q(_contacts(type__in=types_hearing(active_topics()), email=""))


def _describe_lacking_address(_member: Member, contacts: Sequence[Contact]) -> Iterator[str]:
    types = types_hearing(active_topics())
    for contact in contacts:
        if contact.type in types and not contact.email:
            yield (
                f"« {contact.title} » ({contact.get_type_display()}) n'a pas d'adresse mail "
                "et ne reçoit donc rien."
            )


# --- A topic reaches nobody ---------------------------------------------------------------


def _topic_unheard() -> Q:
    unheard = Q()
    for topic in active_topics():
        unheard |= ~Q(_contacts(type__in=types_hearing([topic]), email__gt=""))
    return Q(email="") & unheard


def _describe_unheard_topics(member: Member, contacts: Sequence[Contact]) -> Iterator[str]:
    for topic in active_topics():
        if not route(member, topic, contacts):
            yield f"{topic.label} : aucun destinataire."


# --- An address was refused ---------------------------------------------------------------


def _address_refused() -> Q:
    refused = Q(email__gt="", refused_address=F("email"))
    return refused | Q(Exists(Contact.objects.filter(refused, member=OuterRef("pk"))))


def _describe_refused_addresses(member: Member, contacts: Sequence[Contact]) -> Iterator[str]:
    if member.is_address_refused:
        yield (
            f"L'adresse principale {member.email} a été refusée par son serveur de mail"
            f"{_moment(member.refused_at)}."
        )
    for contact in contacts:
        if contact.is_address_refused:
            yield (
                f"L'adresse {contact.email} de « {contact.title} » a été refusée "
                f"par son serveur de mail{_moment(contact.refused_at)}."
            )


def _moment(at: datetime | None) -> str:
    return f" le {date_format(timezone.localtime(at), 'd/m/Y à H:i')}" if at else ""


# --- Nobody may sign for a delivery -------------------------------------------------------


def _lacks_receiver() -> Q:
    if not settings.MODULE_DELIVERY_TRACKING:
        return Q(pk__in=[])
    return Q(kind__in=KINDS_WITH_CONTACTS) & ~Q(_contacts(type__in=SIGNING_TYPES))


def _describe_lacking_receiver(member: Member, contacts: Sequence[Contact]) -> Iterator[str]:
    is_needed = settings.MODULE_DELIVERY_TRACKING and member.has_contacts
    if is_needed and not any(ContactType(contact.type) in SIGNING_TYPES for contact in contacts):
        yield "Aucun réceptionnaire : personne ne peut signer le justificatif de livraison."


PROBLEMS = (
    Problem(
        "sans-adresse",
        "Contact à prévenir sans adresse mail",
        _lacks_address,
        _describe_lacking_address,
    ),
    Problem(
        "sans-destinataire", "Sujet sans destinataire", _topic_unheard, _describe_unheard_topics
    ),
    Problem("adresse-refusee", "Adresse refusée", _address_refused, _describe_refused_addresses),
    Problem(
        "sans-receptionnaire", "Sans réceptionnaire", _lacks_receiver, _describe_lacking_receiver
    ),
)
