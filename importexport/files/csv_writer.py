"""CSV as spreadsheets open it best: UTF-8 with a byte order mark, `;`, CRLF."""

import csv
import io
import re
from collections.abc import Collection, Iterable, Sequence
from typing import IO

# A spreadsheet would run a text with this start, or turn it into a number (contact-files.md).
_RISKY = re.compile("'*[=+\\-@\t\r]")
_RISKY_STARTS = frozenset("=+-@\t\r'")
# Phone numbers begin with + too, but nothing in a list of them can be run.
_DIGITS = frozenset("0123456789")
_PHONE_SIGNS = _DIGITS.union(" \u00a0\u202f.-\u2010\u2011\u2012\u2013();+")


def write_csv(
    file: IO[bytes],
    header: Sequence[str],
    rows: Iterable[Sequence[str | int]],
    phone_columns: Collection[int] = (),
) -> None:
    """Write the header and the rows; the file stays open.

    Lists of phone numbers get no apostrophe in columns with these indexes.
    """
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=False)
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(_guarded_row(row, phone_columns) for row in rows)
    text.flush()
    # Closing the wrapper would close the caller's file.
    text.detach()


def _guarded_row(row: Sequence[str | int], phone_columns: Collection[int]) -> Sequence[str | int]:
    for value in row:
        if value and isinstance(value, str) and value[0] in _RISKY_STARTS:
            return [
                guarded(value, is_phone=place in phone_columns) if isinstance(value, str) else value
                for place, value in enumerate(row)
            ]
    return row


def guarded(value: str, *, is_phone: bool = False) -> str:
    """Return the value with an apostrophe in front where a spreadsheet would run it."""
    if not _RISKY.match(value) or (is_phone and _is_list_of_phones(value)):
        return value
    return f"'{value}"


def _is_list_of_phones(value: str) -> bool:
    return _PHONE_SIGNS.issuperset(value) and not _DIGITS.isdisjoint(value)
