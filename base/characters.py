"""Which characters a text may hold, and the one way in which lines end and begin."""

import re

from django.core.exceptions import ValidationError

# What XML 1.0 cannot hold (its production [2] Char), so that no ODS file could either.
FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def canonical(text: str) -> str:
    """Return the text without space around it, every line ended by a line feed alone."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.strip()


def validate_storable(text: str) -> None:
    """Raise ValidationError where the text holds a character that no file could carry."""
    found = FORBIDDEN.search(text)
    if found:
        raise ValidationError(
            "Le texte contient un caractère invisible interdit (code U+%(code)s). "
            "Effacez-le, puis enregistrez à nouveau.",
            code="forbidden_character",
            params={"code": f"{ord(found[0]):04X}"},
        )
