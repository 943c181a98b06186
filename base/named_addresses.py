"""Mailboxes of a header such as From or Reply-To: addresses, each perhaps with a name before it."""

from email.headerregistry import AddressHeader
from functools import lru_cache
from typing import NamedTuple

# The parser's words for a sender such as « webmaster », and for `élise@…`.
_TAKEN = ("addr-spec local part with no domain", "local-part contains non-ASCII characters)")


class Mailbox(NamedTuple):
    """A name, perhaps empty, and an address as it is written in a header."""

    name: str
    address: str


@lru_cache(maxsize=64)
def parse_mailboxes(text: str) -> tuple[Mailbox, ...]:
    """Return the mailboxes of a header; raise ValueError for a text that is not made of these."""
    parsed = AddressHeader.value_parser(text)
    if any(str(defect) not in _TAKEN for defect in parsed.all_defects):
        raise ValueError("not an address")
    return tuple(Mailbox(each.display_name or "", each.addr_spec) for each in parsed.all_mailboxes)
