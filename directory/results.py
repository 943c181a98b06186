"""The rows of the members' screen, with the matches of a search marked."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst

from contacts.models import SEARCHED_PHONES as CONTACT_PHONES
from contacts.models import SEARCHED_TEXTS as CONTACT_TEXTS
from contacts.models import Contact
from contacts.phones import split_phones
from directory.search.highlighting import (
    holds_a_number,
    holds_a_word,
    mark,
    mark_excerpt,
    mark_phones,
)
from directory.search.sql import holds_text
from directory.search.terms import Term, search_terms
from members.models import SEARCHED_PHONES, SEARCHED_TEXTS, Member

# The fields that the screen shows of each member.
_SHOWN = ("reference", "name", "email", "city")
_TITLES = {field.name: capfirst(str(field.verbose_name)) for field in Member._meta.local_fields}


@dataclass(frozen=True)
class Row:
    """A member, its texts with matches marked, and where else something matched.

    `extract` is of the member's other fields, `contact` the contact that matched best, if needed.
    """

    member: Member
    contact_count: int
    reference: SafeString
    name: SafeString
    email: SafeString
    city: SafeString
    extract: SafeString
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
            mark(member.city, terms),
            _extract(member, terms),
            contacts.get(member.pk),
        )
        for member in members
    ]


def _count_contacts(members: Sequence[Member]) -> dict[int, int]:
    counted = Member.objects.filter(pk__in=[member.pk for member in members])
    return dict(counted.order_by().values_list("pk").annotate(Count("contacts")))


def _extract(member: Member, terms: Sequence[Term]) -> SafeString:
    """Return the member's fields that hold terms that no column shows."""
    shown = " ".join(getattr(member, field) for field in _SHOWN)
    others = [term for term in terms if not holds_a_word(shown, [term])]
    parts = [
        (_TITLES[field], mark_excerpt(getattr(member, field), others))
        for field in SEARCHED_TEXTS
        if field not in _SHOWN and holds_a_word(getattr(member, field), others)
    ]
    parts += [
        (_TITLES[field], mark_phones(getattr(member, field), others))
        for field in SEARCHED_PHONES
        if holds_a_number(getattr(member, field), others)
    ]
    return format_html_join(", ", "{}\N{NO-BREAK SPACE}: {}", parts)


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
    """Return the contact's title, and of its other fields those that hold further terms."""
    parts = [mark(contact.title, terms)]
    others = [term for term in terms if not holds_a_word(contact.title, [term])]
    for field in CONTACT_TEXTS:
        text = getattr(contact, field)
        if text != contact.title and holds_a_word(text, others):
            parts.append(mark_excerpt(text, others))
    for field in CONTACT_PHONES:
        numbers = split_phones(getattr(contact, field))
        parts += [mark_phones(one, others) for one in numbers if holds_a_number(one, others)][:1]
    return format_html_join(", ", "{}", ((part,) for part in parts))
