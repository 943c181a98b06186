"""What the members' screen says of each member that it shows."""

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
    """A member, what was found of it marked, and the contact by which it was found, if by one."""

    member: Member
    contact_count: int
    reference: SafeString
    name: SafeString
    email: SafeString
    contact: SafeString | None


def rows(members: Sequence[Member], query: str) -> list[Row]:
    """Return what the screen shows of these members, in the same number of queries for any."""
    terms = search_terms(query)
    contacts = _found_contacts(members, terms) if terms else {}
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
    found = Member.objects.filter(pk__in=[member.pk for member in members])
    return dict(found.order_by().values_list("pk").annotate(Count("contacts")))


def _found_contacts(members: Sequence[Member], terms: Sequence[Term]) -> dict[int, SafeString]:
    """Return, by the members' keys, the contact that holds most words which the member does not."""
    missing = {member.pk: _missing(member.search_text, terms) for member in members}
    any_word = holds_text({spelling for term in terms for spelling in term})
    keys = [key for key, words in missing.items() if words]
    best: dict[int, tuple[int, Contact]] = {}
    found = Contact.objects.filter(any_word, member__in=keys)
    for contact in found.order_by("position", "pk"):
        wanted = missing[contact.member_id]
        number = len(wanted) - len(_missing(contact.search_text, wanted))
        if number > (best[contact.member_id][0] if contact.member_id in best else 0):
            best[contact.member_id] = (number, contact)
    return {key: _shown(contact, missing[key]) for key, (_, contact) in best.items()}


def _missing(search_text: str, terms: Sequence[Term]) -> list[Term]:
    return [term for term in terms if not any(spelling in search_text for spelling in term)]


def _shown(contact: Contact, terms: Sequence[Term]) -> SafeString:
    """Return the contact's title, and of its address and phones what else was found."""
    parts = [mark(contact.title, terms)]
    others = [term for term in terms if not holds_a_word(contact.title, [term])]
    if holds_a_word(contact.email, others):
        parts.append(mark(contact.email, terms))
    lists = (getattr(contact, field) for field in SEARCHED_PHONES)
    phones = (mark_phones(number, others) for numbers in lists for number in numbers.split(";"))
    parts += [phone for phone in phones if "<mark>" in phone][:1]
    return format_html_join(", ", "{}", ((part,) for part in parts))
