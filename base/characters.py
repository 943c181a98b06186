"""The characters that texts may hold, and the canonical forms of texts.

Whatever a text comes in by (form, file, API, command), it is stored in one of these forms, each of
which leaves its own results alone.
"""

import re
import unicodedata

from django.core.exceptions import ValidationError

# Control characters, and what XML 1.0 does not allow (its production [2] Char), so that an ODS file
# cannot hold it.
FORBIDDEN = re.compile("[^\t\n\r\u0020-\u007e\u00a0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_SPACES = "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\u00a0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    map(chr, range(0x2000, 0x200B))
)
# Nobody sees these between other characters: soft hyphens, zero-width spaces and joiners, marks of
# direction and of byte order, fillers.
_UNSEEN = "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u3164\ufeff\uffa0" + "".join(
    chr(code)
    for first, last in ((0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0xFFF9, 0xFFFB))
    for code in range(first, last + 1)
)
# Nor these in a code; but in a text they choose the look of the character before, as of an emoji.
_VARIANTS = "\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0000-\U000e0fff"
_INVISIBLE = re.compile(f"[{_UNSEEN}{_VARIANTS}]")
_AT_ENDS = _SPACES + _UNSEEN
# Much shorter, for the texts of nearly all cells.
_PRINTABLE_AT_ENDS = "".join(filter(str.isprintable, _AT_ENDS))
# A text that was written as a formula, so that no spreadsheet takes it for a number.
_AS_FORMULA = re.compile('="([^"]*+(?:""[^"]*+)*+)"')
# What is typed in front of a number, so that the spreadsheet takes it for a text.
_APOSTROPHE = re.compile("^'+(?=[0-9+(])")
# What is left of a long number where a spreadsheet showed it: `6,12346E+08`.
_RUINED = re.compile("[+-]?[0-9]+(?:[.,][0-9]+)?[Ee][+-][0-9]+")


def canonical(text: str) -> str:
    """Return the text composed (NFC), each line ended by a line feed, nothing unseen at its ends.

    `="text"` is what stands between its quotation marks.
    """
    if not text.isprintable():
        text = unicodedata.normalize("NFC", text)
        text = "\n".join(text.splitlines()).strip(_AT_ENDS)
    elif text.isascii():
        text = text.strip()
    else:
        text = unicodedata.normalize("NFC", text).strip(_PRINTABLE_AT_ENDS)
    return _unquoted(text) if text.startswith('="') else text


def one_line(text: str) -> str:
    """Return the canonical text, with one space for each line break and the space around it."""
    text = canonical(text)
    if "\n" not in text:
        return text
    return " ".join(filter(None, (line.strip(_SPACES) for line in text.split("\n"))))


def without_invisible(text: str) -> str:
    """Return the text without the characters that nobody sees, also between others."""
    return text if text.isascii() else _INVISIBLE.sub("", text)


def bare_line(text: str) -> str:
    """Return the text on one line, without invisible characters: for what is compared or dialled.

    An apostrophe in front of a number is no part of it.
    """
    text = one_line(without_invisible(text))
    if text.startswith("'"):
        text = _APOSTROPHE.sub("", text)
    return text


def reference_key(text: str) -> str:
    """Return a reference as it is stored: those that look the same are the same."""
    return " ".join(bare_line(text).split())


def canonical_phones(phones: str) -> str:
    """Return a list of phone numbers, separated by semicolons without space; each stays as typed.

    A line break separates two numbers, too. The manual: « s'il y a plusieurs numéros, séparez-les
    par un point-virgule sans espace ».
    """
    text = canonical(without_invisible(phones))
    if "\n" in text:
        lines = (line.strip(f"{_SPACES};") for line in text.split("\n"))
        text = ";".join(filter(None, lines))
    text = ";".join(map(bare_line, text.split(";")))
    # Two lines that are no formula may be one once they are joined.
    return canonical_phones(text) if text.startswith('="') and text != phones else text


def _unquoted(text: str) -> str:
    while match := _AS_FORMULA.fullmatch(text):
        text = match[1].replace('""', '"').strip(_AT_ENDS)
    return text


def validate_storable(text: str) -> None:
    """Raise ValidationError for a control character, or one that a file cannot hold."""
    forbidden = FORBIDDEN.search(text)
    if forbidden:
        raise ValidationError(
            "Le texte contient un caractère invisible interdit (code U+%(code)s). "
            "Effacez-le, puis enregistrez à nouveau.",
            code="forbidden_character",
            params={"code": f"{ord(forbidden[0]):04X}"},
        )


def validate_phones(phones: str) -> None:
    """Raise ValidationError for a number that a spreadsheet has shortened: its digits are lost."""
    for number in phones.split(";"):
        if _RUINED.fullmatch(number):
            raise ValidationError(
                f"« {number} » n'est plus un numéro : un tableur l'a abrégé. "
                "Retrouvez ses chiffres, et tapez-les comme du texte.",
                code="ruined_number",
            )
