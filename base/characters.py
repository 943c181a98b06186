"""The characters that texts may hold, and the canonical form of texts."""

import re

from django.core.exceptions import ValidationError

# Not allowed in XML 1.0 (its production [2] Char), so an ODS file cannot hold them.
FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def canonical(text: str) -> str:
    """Strip the text, and end each line by a line feed alone."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.strip()


def validate_storable(text: str) -> None:
    """Raise ValidationError for a character that a file cannot hold."""
    forbidden = FORBIDDEN.search(text)
    if forbidden:
        raise ValidationError(
            "Le texte contient un caractère invisible interdit (code U+%(code)s). "
            "Effacez-le, puis enregistrez à nouveau.",
            code="forbidden_character",
            params={"code": f"{ord(forbidden[0]):04X}"},
        )
