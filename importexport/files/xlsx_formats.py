"""What a number format of Excel makes of a number: text, a date, a percentage or a number.

Formats are those of ECMA-376, part 1, 18.8.30 and 18.8.31.
"""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation

from importexport.files.number_cells import number_value

# Formats that a file may have without naming them, as far as they change what is read.
_BUILT_IN = {
    **dict.fromkeys((9, 10), "0%"),
    **dict.fromkeys(range(14, 18), "dd/mm/yyyy"),
    **dict.fromkeys(range(18, 22), "hh:mm:ss"),
    22: "dd/mm/yyyy hh:mm",
    **dict.fromkeys((45, 46, 47), "mm:ss"),
}
# A quoted text, an escaped character, a space of a width, a fill, a colour or condition, a sign.
_PART = re.compile(r'"([^"]*+)"|\\(.)|_.|\*.|(\[[^\]]*+\])|(.)', re.DOTALL)
_CONDITION = re.compile(r"\[[<=>]")
_PLACES = "0#?"
# What may stand unquoted between the digits of a whole number: `0# ## ## ## ##`.
_PLAIN_SIGNS = " ()+-\u00a0\u202f"
_EPOCH, _EPOCH_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)  # noqa: DTZ001 (no zone)
# Excel counts a 29 February 1900.
_FALSE_LEAP_DAY = 60
_MOST_DIGITS = 20
# More digits are an error of calculation, and Excel does not show them.
_SHOWN_DIGITS = 15


class NumberFormat:
    """How cells of one style show their numbers."""

    def __init__(self, code: str = "General", *, is_1904: bool = False) -> None:
        self._epoch = _EPOCH_1904 if is_1904 else _EPOCH
        parts = _first_section(code)
        plain = "".join(sign for sign, is_literal in parts if not is_literal)
        is_general = plain.casefold() in ("general", "standard", "@", "") or "E" in plain
        self._is_percentage = not is_general and "%" in plain
        self._is_date = (
            not is_general and not self._is_percentage and bool(re.search("[dmyhs]", plain, re.I))
        )
        is_digits = all(is_literal or sign in _PLACES + _PLAIN_SIGNS for sign, is_literal in parts)
        has_place = any(place in plain for place in _PLACES)
        is_conditional = bool(_CONDITION.search(code))
        self._digits = parts if is_digits and has_place and not is_conditional else ()

    def show(self, value: str) -> int | str:
        """Return the value of a cell with this number: an int, or the text that it shows."""
        if self._is_date:
            return self._date(value)
        if self._is_percentage:
            return _percentage(value)
        found = number_value(_rounded(value) if "." in value else value, "")
        if isinstance(found, str):
            return found.replace(".", ",") or value
        return number_value(value, _filled(self._digits, found)) if self._digits else found

    def _date(self, value: str) -> str:
        try:
            days = float(value)
            if self._epoch is _EPOCH and 1 <= days < _FALSE_LEAP_DAY:
                days += 1
            moment = self._epoch + timedelta(seconds=round(days * 86_400))
        except (OverflowError, ValueError):
            return value
        if days < 0:
            return value
        if days < 1:
            return f"{moment:%H:%M:%S}"
        return _french(moment)


def built_in_format(number: int) -> str:
    """Return the code of a format that the file does not name."""
    return _BUILT_IN.get(number, "General")


def iso_date(text: str) -> str:
    """Return a date of ISO 8601 as a person reads it; another text as it is."""
    try:
        return _french(datetime.fromisoformat(text))
    except ValueError:
        return text


def _french(moment: datetime) -> str:
    day = f"{moment.day:02}/{moment.month:02}/{moment.year:04}"
    return f"{day} {moment:%H:%M:%S}".removesuffix(" 00:00:00")


def _first_section(code: str) -> list[tuple[str, bool]]:
    """Return the characters of the format for positive numbers, and whether each is literal."""
    found: list[tuple[str, bool]] = []
    for match in _PART.finditer(code):
        quoted, escaped, _, sign = match.groups()
        if sign == ";":
            break
        if sign is not None:
            found.append((sign, False))
        else:
            found += [(character, True) for character in quoted or escaped or ""]
    return found


def _filled(parts: Sequence[tuple[str, bool]], number: int) -> str:
    """Return the digits of a number in the places of a format, from the right."""
    digits = list(str(abs(number)))
    shown: list[str] = []
    places = [n for n, (sign, is_literal) in enumerate(parts) if not is_literal and sign in _PLACES]
    for place in range(len(parts) - 1, -1, -1):
        sign, is_literal = parts[place]
        if is_literal or sign not in _PLACES:
            shown.append(sign)
        elif place == places[0]:
            shown.append("".join(digits) or ("0" if sign == "0" else ""))
        elif digits:
            shown.append(digits.pop())
        elif sign == "0":
            shown.append("0")
    return "".join(reversed(shown)).strip()


def _rounded(value: str) -> str:
    """Return a number with as many digits as Excel shows; another text as it is."""
    try:
        return f"{Decimal(value):.{_SHOWN_DIGITS}g}" if len(value) > _SHOWN_DIGITS else value
    except (InvalidOperation, ValueError):
        return value


def _percentage(value: str) -> str:
    try:
        number = Decimal(value) * 100
    except InvalidOperation:
        return value
    if not number.is_finite() or abs(number.adjusted()) > _MOST_DIGITS:
        return value
    plain = _rounded(f"{number:f}")
    return (plain.rstrip("0").rstrip(".") if "." in plain else plain).replace(".", ",") + "%"
