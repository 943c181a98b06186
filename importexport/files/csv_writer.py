"""CSV as spreadsheets open it best: UTF-8 with a byte order mark, `;`, CRLF."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import IO

# A spreadsheet would run a text with this start, or turn it into a number (contact-files.md).
_RISKY = re.compile("'*[=+\\-@\t\r]")
_RISKY_STARTS = frozenset("=+-@\t\r'")
# Phone numbers begin with + too, but nothing in them can be run.
_PHONES = re.compile("[0-9 \u00a0\u202f.\\-();+]*[0-9][0-9 \u00a0\u202f.\\-();+]*")


def write_csv(file: IO[bytes], header: Sequence[str], rows: Iterable[Sequence[str | int]]) -> None:
    """Write the header and the rows; the file stays open."""
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=False)
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(map(_guarded_row, rows))
    text.flush()
    # Closing the wrapper would close the caller's file.
    text.detach()


def _guarded_row(row: Sequence[str | int]) -> Sequence[str | int]:
    for value in row:
        if value and isinstance(value, str) and value[0] in _RISKY_STARTS:
            return [guarded(value) if isinstance(value, str) else value for value in row]
    return row


def guarded(value: str) -> str:
    """Return the value with an apostrophe in front where a spreadsheet would run it."""
    if _RISKY.match(value) and not _PHONES.fullmatch(value):
        return f"'{value}"
    return value
