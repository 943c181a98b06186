"""What keeps a member from hearing of something, in words: its contacts need a look.

Each problem is known twice: of one member in Python, for its page; of all in SQL, for the filter
on the members' screen. A test holds the two together.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q

from contacts.models import Contact, ContactType
from contacts.routing import SIGNING_TYPES, active_topics, route, types_hearing
from members.models import KINDS_WITH_CONTACTS, Member


@dataclass(frozen=True)
class Problem:
    """A problem, and the filter of the members' screen that finds who has it.

    `key` is the filter's name in addresses, `label` its words on screen; `condition` is made anew
    each time, since settings may change it. `describe` yields a sentence for each time that a
    member has the problem.
    """

    key: str
    label: str
    condition: Callable[[], Q]
    describe: Callable[[Member, Sequence[Contact]], Iterator[str]]


def describe_problems(member: Member, contacts: Sequence[Contact]) -> list[str]:
    """Return all that is wrong with a member and these contacts of it, a sentence each."""
    return [sentence for problem in PROBLEMS for sentence in problem.describe(member, contacts)]


def _contacts(**conditions: object) -> Exists:
    return Exists(Contact.objects.filter(member=OuterRef("pk"), **conditions))


# --- A contact whose type asks for mail has no address ------------------------------------


def _lacks_address() -> Q:
    return Q(_contacts(type__in=types_hearing(active_topics()), email=""))


def _describe_lacking_address(_member: Member, contacts: Sequence[Contact]) -> Iterator[str]:
    asking = types_hearing(active_topics())
    for contact in contacts:
        if contact.type in asking and not contact.email:
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
    refused = Q(email__gt="", refused_address__iexact=F("email"))
    return refused | Q(Exists(Contact.objects.filter(refused, member=OuterRef("pk"))))


def _describe_refused_addresses(member: Member, contacts: Sequence[Contact]) -> Iterator[str]:
    if member.is_address_refused:
        yield f"L'adresse principale {member.email} a été refusée par son serveur de mail."
    for contact in contacts:
        if contact.is_address_refused:
            yield (
                f"L'adresse {contact.email} de « {contact.title} » a été refusée "
                "par son serveur de mail."
            )


# --- Nobody may sign for a delivery -------------------------------------------------------


def _lacks_receiver() -> Q:
    if not settings.MODULE_DELIVERY_TRACKING:
        return Q(pk__in=[])
    return Q(kind__in=KINDS_WITH_CONTACTS) & ~Q(_contacts(type__in=SIGNING_TYPES))


def _describe_lacking_receiver(member: Member, contacts: Sequence[Contact]) -> Iterator[str]:
    is_wanted = settings.MODULE_DELIVERY_TRACKING and member.has_contacts
    if is_wanted and not any(ContactType(contact.type) in SIGNING_TYPES for contact in contacts):
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
