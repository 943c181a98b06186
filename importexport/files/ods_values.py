"""What a cell's attributes and its text are worth."""

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

# Stand for what is not white space of the XML; XML can hold none of these characters itself.
SPACE, TAB, LINE_BREAK = "\x01\x02\x03"
_HARD = str.maketrans({SPACE: " ", TAB: "\t", LINE_BREAK: "\n"})
_WHITE_SPACE = re.compile("[ \t\r\n]+")

# Beyond, a number is no reference and no phone; its digits could fill the memory.
_MOST_DIGITS = 20


def repeat_count(attributes: dict[str, str], name: str) -> int:
    """Return how often something is to be repeated; refuse what is no such number."""
    text = attributes.get(name)
    if text is None:
        return 1
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise FileRefused(DAMAGED)
    return max(1, int(text))


def cell_value(attributes: dict[str, str], shown: str) -> Cell:
    """Return what a cell is worth that has these attributes and shows this text."""
    kind = attributes.get(_VALUE_TYPE)
    if kind == "string" and shown:
        return shown
    if kind in ("float", "currency"):
        return number_value(attributes.get(f"{OFFICE}value", ""), shown)
    if shown or kind is None:
        return shown
    return _raw_value(kind, attributes)


def _raw_value(kind: str, attributes: dict[str, str]) -> str:
    """Return the value of a cell that shows no text, as some libraries write them."""
    if kind == "boolean":
        return "VRAI" if attributes.get(f"{OFFICE}boolean-value") == "true" else "FAUX"
    return attributes.get(_RAW_VALUES.get(kind, ""), "")


def number_value(value: str, shown: str) -> Cell:
    """Return a whole number; another one as it is shown, where that is not shortened."""
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
    """Return a paragraph's text without the layout of the XML around and inside it.

    OpenDocument 1.3, part 3, 6.1.2, folds plain spaces too. LibreOffice and Gnumeric do not, and
    LibreOffice 7.4 writes those of a text of several lines as they are: they are kept.
    """
    if "\n" in text or "\t" in text or "\r" in text:
        text = _WHITE_SPACE.sub(_fold, text)
    return text.translate(_HARD)


def _fold(run: re.Match[str]) -> str:
    if not run[0].strip(" "):
        return run[0]
    is_at_an_end = run.start() == 0 or run.end() == len(run.string)
    return "" if is_at_an_end else " "
