"""The value of a number cell, from the number and from what the cell shows."""

import re
from decimal import Decimal, InvalidOperation

# A number with more digits is no reference and no phone, and could fill the memory.
_MOST_DIGITS = 20
# What people and number formats put between the digits of phones and references.
_BETWEEN_DIGITS = re.compile("[ .()+\u00a0\u2009\u202f\u2010-\u2013-]")
_THOUSANDS = re.compile("[1-9][0-9]{0,2}([ .\u00a0\u2009\u202f])[0-9]{3}(?:\\1[0-9]{3})*+")


def number_value(value: str, shown: str) -> int | str:
    """Return a whole number as int; another one as it is shown, or in full if that is rounded.

    A whole number that is shown with zeros in front, or with signs between its digits, is what is
    shown (`00042`, `+33 6 55 44 33 22`), unless these signs group its thousands.
    """
    if value.isdecimal() and len(value) <= _MOST_DIGITS:
        return value_shown(int(value), shown)
    try:
        number = Decimal(value)
    except InvalidOperation:
        return shown
    if not number.is_finite() or abs(number.adjusted()) > _MOST_DIGITS:
        return shown or value
    if number == number.to_integral_value():
        return value_shown(int(number), shown)
    plain = f"{number:f}"
    return shown if shown.replace(",", ".") == plain else plain


def value_shown(number: int, shown: str) -> int | str:
    """Return what is shown where it consists of the digits of the number, else the number."""
    digits = str(number)
    if shown == digits or not shown or number < 0 or _THOUSANDS.fullmatch(shown):
        return number
    shown_digits = _BETWEEN_DIGITS.sub("", shown)
    is_same = shown_digits.isascii() and shown_digits.isdigit()
    return shown if is_same and shown_digits.lstrip("0") == digits.lstrip("0") else number
