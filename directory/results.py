"""The rows of the members' screen, with the matches of a search marked."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from base.text import Term, search_terms
from contacts.models import SEARCHED_PHONES, Contact
from directory.search.highlighting import holds_a_word, mark, mark_phones
from directory.search.sql import holds_text
from members.models import Member


@dataclass(frozen=True)
class Row:
    """A member, its texts with matches marked, and the contact that matched best, if needed."""

    member: Member
    contact_count: int
    reference: SafeString
    name: SafeString
    email: SafeString
    contact: SafeString | None


def rows(members: Sequence[Member], query: str) -> list[Row]:
    terms = search_terms(query)
    contacts = _best_contacts(members, terms) if terms else {}
    counts = _count_contacts(members)
    return [
        Row(
            member,
            counts.get(member.pk, 0),
            mark(member.reference, terms),
            mark(member.name, terms),
            mark(member.email, terms),
            contacts.get(member.pk),
        )
        for member in members
    ]


def _count_contacts(members: Sequence[Member]) -> dict[int, int]:
    counted = Member.objects.filter(pk__in=[member.pk for member in members])
    return dict(counted.order_by().values_list("pk").annotate(Count("contacts")))


def _best_contacts(members: Sequence[Member], terms: Sequence[Term]) -> dict[int, SafeString]:
    """Return, by the member's key, the contact with most of the terms that the member lacks."""
    missing = {member.pk: _missing_terms(member.search_text, terms) for member in members}
    any_word = holds_text({spelling for term in terms for spelling in term})
    keys = [key for key, lacking in missing.items() if lacking]
    best: dict[int, tuple[int, Contact]] = {}
    candidates = Contact.objects.filter(any_word, member__in=keys)
    for contact in candidates.order_by("position", "pk"):
        wanted = missing[contact.member_id]
        number = len(wanted) - len(_missing_terms(contact.search_text, wanted))
        if number > (best[contact.member_id][0] if contact.member_id in best else 0):
            best[contact.member_id] = (number, contact)
    return {key: _marked_contact(contact, missing[key]) for key, (_, contact) in best.items()}


def _missing_terms(search_text: str, terms: Sequence[Term]) -> list[Term]:
    return [term for term in terms if not any(spelling in search_text for spelling in term)]


def _marked_contact(contact: Contact, terms: Sequence[Term]) -> SafeString:
    """Return the contact's title; also its address and first phone that hold other terms."""
    parts = [mark(contact.title, terms)]
    others = [term for term in terms if not holds_a_word(contact.title, [term])]
    if holds_a_word(contact.email, others):
        parts.append(mark(contact.email, terms))
    lists = (getattr(contact, field) for field in SEARCHED_PHONES)
    phones = (mark_phones(number, others) for numbers in lists for number in numbers.split(";"))
    parts += [phone for phone in phones if "<mark>" in phone][:1]
    return format_html_join(", ", "{}", ((part,) for part in parts))
