"""The pages of a member's contacts; most members have one only."""

from collections.abc import Mapping

from django.core.paginator import Page

from base.paging import FlatPaginator
from contacts.models import Contact
from members.models import Member

CONTACTS_A_PAGE = 200
# Databases take no greater offset than some 18 digits.
_HIGHEST_PAGE = 10**9
# In the address of a member's page: the number of the page of contacts, or a contact's key.
NUMBER, CONTACT = "contacts", "contact"


def contacts_page(member: Member, number: int) -> Page[Contact]:
    """Return a page of the member's contacts; the last one where there are fewer pages."""
    found = member.contacts.all() if member.has_contacts else Contact.objects.none()
    return FlatPaginator(found.order_by("position"), CONTACTS_A_PAGE).get_page(number)


def page_slice(number: int) -> slice:
    """Return which of the member's contacts, in their order, are on a page."""
    begin = min(max(0, number - 1), _HIGHEST_PAGE) * CONTACTS_A_PAGE
    return slice(begin, begin + CONTACTS_A_PAGE)


def page_at(member: Member, position: int) -> int:
    """Return the number of the page with the contact at this position, or with the one before."""
    return member.contacts.filter(position__lt=position).count() // CONTACTS_A_PAGE + 1


def wanted_page(member: Member, query: Mapping[str, str]) -> int:
    """Return the number of the page that an address asks for: by itself, or by a contact on it."""
    key = _number(query.get(CONTACT, ""))
    place = member.contacts.filter(pk=key).values_list("position", flat=True).first() if key else 0
    return page_at(member, place) if place else _number(query.get(NUMBER, "")) or 1


def _number(text: str) -> int:
    # Neither a key nor a page's number has more digits.
    return int(text[:18]) if text.isascii() and text.isdecimal() else 0


def page_address(member: Member, number: int) -> str:
    """Return the address of the member's page with this page of contacts, at their heading."""
    query = f"?{NUMBER}={number}" if number > 1 else ""
    return f"{member.get_absolute_url()}{query}#contacts"


def contact_address(contact: Contact) -> str:
    """Return the address of the member's page that holds the contact, at its row."""
    return f"{contact.member.get_absolute_url()}?{CONTACT}={contact.pk}#contact-{contact.pk}"
