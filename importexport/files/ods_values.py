"""The value of a cell, from its attributes and its text."""

import re
from decimal import Decimal, InvalidOperation

from importexport.files.ods_package import DAMAGED
from importexport.files.table import Cell, FileRefused

OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0 "
TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0 "
TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0 "
_VALUE_TYPE = f"{OFFICE}value-type"
_RAW_VALUES = {
    "date": f"{OFFICE}date-value",
    "time": f"{OFFICE}time-value",
    "string": f"{OFFICE}string-value",
    "percentage": f"{OFFICE}value",
}

# Placeholders for spaces, tabs and line breaks that must not be folded; XML cannot contain them.
SPACE, TAB, LINE_BREAK = "\x01\x02\x03"
_HARD = str.maketrans({SPACE: " ", TAB: "\t", LINE_BREAK: "\n"})
_WHITE_SPACE = re.compile("[ \t\r\n]+")

# A number with more digits is no reference and no phone, and could fill the memory.
_MOST_DIGITS = 20


def repeat_count(attributes: dict[str, str], name: str) -> int:
    """Return a repeat count, 1 where there is none. Raises FileRefused where it is no number."""
    text = attributes.get(name)
    if text is None:
        return 1
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise FileRefused(DAMAGED)
    return max(1, int(text))


def cell_value(attributes: dict[str, str], shown: str) -> Cell:
    """Return the value of a cell with these attributes and this visible text."""
    kind = attributes.get(_VALUE_TYPE)
    if kind == "string" and shown:
        return shown
    if kind in ("float", "currency"):
        return number_value(attributes.get(f"{OFFICE}value", ""), shown)
    if shown or kind is None:
        return shown
    return _raw_value(kind, attributes)


def _raw_value(kind: str, attributes: dict[str, str]) -> str:
    """Return the value of a cell without visible text, which some libraries write."""
    if kind == "boolean":
        return "VRAI" if attributes.get(f"{OFFICE}boolean-value") == "true" else "FAUX"
    return attributes.get(_RAW_VALUES.get(kind, ""), "")


def number_value(value: str, shown: str) -> Cell:
    """Return a whole number as int; another one as it is shown, or in full if that is rounded."""
    if value.isdecimal() and len(value) <= _MOST_DIGITS:
        return int(value)
    try:
        number = Decimal(value)
    except InvalidOperation:
        return shown
    if not number.is_finite() or abs(number.adjusted()) > _MOST_DIGITS:
        return shown or value
    if number == number.to_integral_value():
        return int(number)
    plain = f"{number:f}"
    return shown if shown.replace(",", ".") == plain else plain


def folded(text: str) -> str:
    """Return a paragraph's text without the line ends and indents of the XML.

    Plain spaces are kept, though OpenDocument 1.3, part 3, 6.1.2, folds them: LibreOffice and
    Gnumeric do not fold them, and LibreOffice 7.4 writes them unescaped in texts of several lines.
    """
    if "\n" in text or "\t" in text or "\r" in text:
        text = _WHITE_SPACE.sub(_fold, text)
    return text.translate(_HARD)


def _fold(run: re.Match[str]) -> str:
    if not run[0].strip(" "):
        return run[0]
    is_at_an_end = run.start() == 0 or run.end() == len(run.string)
    return "" if is_at_an_end else " "
