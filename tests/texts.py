"""Texts that files, forms and browsers like to lose, for properties."""

from hypothesis import strategies as st

from base.characters import FORBIDDEN

# Any text that the database and XML can hold; those that are easily lost come often.
CHARACTERS = st.characters(exclude_categories=["Cs"]).filter(lambda c: not FORBIDDEN.match(c))
TRAPS = st.sampled_from(
    [
        *("=1+1", "+33 6", "-", "@a", "'=x", "''+", "'", '"', '";"', ";", ",", "\t", "\n", "\r\n"),
        *("  ", "\u00a0", "\u2028", "\x85", "\x0b", "\x0c", "&amp;", "<a>", "]]>", "012", "1e5"),
        *("e\u0301", "E\u0301", "\\N", "\\.", "VRAI", '="', "'0", "\u037e", "\u212a"),
        *("\ufeff", "\u200b", "\u200d", "\u00ad", "\u200e", "\u202e", "\ufe0f", "\u3164"),
    ]
)
ADDRESSES = st.sampled_from(
    ["", "a@x.fr", "a+b.c@é.example.org", "'x@y.fr", "-x@y.fr", "chef@éçole.exemple", "é@straße.de"]
)


def texts(longest):
    """Texts of at most so many characters."""
    pieces = st.lists(st.one_of(CHARACTERS, TRAPS), max_size=8).map("".join)
    return pieces.map(lambda text: text[:longest])
