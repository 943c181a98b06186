"""Which passwords are easily guessed, beyond those that Django knows."""

import re
import unicodedata

from django.core.exceptions import ValidationError

from accounts.models import User

# Rows of keyboards, read from either end.
_ROWS = ("azertyuiop", "qsdfghjklm", "wxcvbn", "qwertyuiop", "asdfghjkl", "zxcvbnm")
_SEQUENCES = ("0123456789", "abcdefghijklmnopqrstuvwxyz", *_ROWS)
# What people write where they are asked for a password, and what this site is about.
_WORDS = (
    "motdepasse",
    "password",
    "secret",
    "bonjour",
    "soleil",
    "doudou",
    "admin",
    "contacts",
    "contact",
    "gestiondes",
    "gestion",
    "membres",
    "bureau",
    "bienvenue",
)
_SHORTEST_PIECE = 4
# With fewer letters left after taking away what anybody would try, a password is guessed.
_FEWEST_LEFT = 6


class GuessableValidator:
    """Refuses passwords made of repeated pieces, rows of keys, and words that anybody would try."""

    def validate(self, password: str, _user: User | None = None) -> None:
        if len(_without_repeats(_without_usual(_letters(password)))) < _FEWEST_LEFT:
            raise ValidationError(
                "Ce mot de passe se devine\u00a0: il répète un morceau, suit les touches du "
                "clavier ou reprend un mot que tout le monde essaie.",
                code="password_guessable",
            )

    def get_help_text(self) -> str:
        return (
            "Votre mot de passe ne peut pas être un morceau répété, une suite de touches du "
            "clavier ni un mot comme «\u00a0motdepasse\u00a0»."
        )


def _letters(password: str) -> str:
    """Return the letters, digits and marks of a password, without case, accents or spaces."""
    apart = unicodedata.normalize("NFKD", password[:256].casefold())
    return "".join(c for c in apart if not c.isspace() and not unicodedata.combining(c))


def _without_usual(text: str) -> str:
    """Take away words, and pieces of rows of keys, of the alphabet and of the digits."""
    for word in _WORDS:
        text = text.replace(word, "")
    for sequence in _SEQUENCES:
        for row in (sequence, sequence[::-1]):
            text = _without_row(text, row)
    return text


def _without_row(text: str, row: str) -> str:
    for length in range(len(row), _SHORTEST_PIECE - 1, -1):
        for start in range(len(row) - length + 1):
            text = text.replace(row[start : start + length], "")
    return text


def _without_repeats(text: str) -> str:
    """Return the piece that a text repeats, with each run of one character as that character."""
    for length in range(1, len(text) // 2 + 1):
        piece = text[:length]
        if (piece * (len(text) // length + 1))[: len(text)] == text:
            text = piece
            break
    return re.sub(r"(.)\1{2,}", r"\1", text)
