"""The merged cells of an Excel sheet: those that lie under another one keep their value unseen.

They are listed behind the cells of a sheet, so that a sheet is unpacked once more to find them.
"""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from importexport.files.package import DAMAGED
from importexport.files.table import MOST_TITLES, Cell, FileRefused, strip_empty_end

_NAME = b"mergeCells"
_START = re.compile(rb"<(?:[A-Za-z_][A-Za-z0-9_.-]{0,40}:)?mergeCells[\s>]")
_END = re.compile(rb"</(?:[A-Za-z_][A-Za-z0-9_.-]{0,40}:)?mergeCells[\s>]")
# A start tag that is cut between two pieces.
_HELD_BYTES = 64
_RANGE = re.compile(rb"""\sref\s*=\s*["']([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})["']""")
# A list of 100,000 ranges has three megabytes.
_MAX_LIST_BYTES = 8 * 1024 * 1024


class Merge(NamedTuple):
    """A range of merged cells: its first and last lines, its first and last indexes in a row."""

    first_line: int
    last_line: int
    first: int
    last: int


def find_merges(pieces: Iterable[bytes]) -> list[Merge]:
    """Return the merges of a sheet, given as pieces of XML, by their first line."""
    held = b""
    is_found = False
    for piece in pieces:
        held += piece
        if not is_found:
            # Most pieces have no such name, and looking for a text is quicker.
            start = _START.search(held) if _NAME in held else None
            is_found = start is not None
            held = held[start.start() :] if start else held[-_HELD_BYTES:]
        if is_found and (_NAME in piece or len(held) > _MAX_LIST_BYTES):
            if _END.search(held):
                break
            if len(held) > _MAX_LIST_BYTES:
                raise FileRefused(DAMAGED)
    ranges = _RANGE.findall(held) if is_found else []
    merges = [
        Merge(int(first_line), int(last_line), index_of(first.decode()), index_of(last.decode()))
        for first, first_line, last, last_line in ranges
    ]
    return sorted(merge for merge in merges if merge.first < MOST_TITLES)


def index_of(letters: str) -> int:
    """Return the index of a column with the name A to ZZZ."""
    if not (letters.isascii() and letters.isalpha() and len(letters) <= 3):
        raise FileRefused(DAMAGED)
    number = 0
    for letter in letters.upper():
        number = 26 * number + ord(letter) - ord("A") + 1
    return number - 1


class CoveredCells:
    """Empties the cells that lie under another one; rows are given from top to bottom."""

    def __init__(self, merges: Sequence[Merge]) -> None:
        self._next = list(reversed(merges))
        self._current: list[Merge] = []

    def uncover(self, line: int, cells: list[Cell]) -> None:
        """Empty the covered cells of a row; remove empty cells at its end."""
        while self._next and self._next[-1].first_line <= line:
            self._current.append(self._next.pop())
        if not self._current:
            return
        self._current = [merge for merge in self._current if merge.last_line >= line]
        if len(self._current) > MOST_TITLES:
            # Merges that overlap each other; no spreadsheet has them.
            raise FileRefused(DAMAGED)
        for merge in self._current:
            first = merge.first + (line == merge.first_line)
            for place in range(first, min(merge.last + 1, len(cells))):
                cells[place] = ""
        strip_empty_end(cells)
