"""OpenDocument spreadsheets as rows of cells: what a person sees in them, and nothing else.

The XML goes through expat piece by piece; a row leaves as soon as it is complete. Whatever a
file may repeat (rows, columns, spaces) is checked before it is multiplied.
"""

from collections.abc import Iterator
from typing import IO
from xml.parsers import expat

from importexport.files.ods_follower import Follower
from importexport.files.ods_package import DAMAGED, TOO_LARGE_UNPACKED, Content
from importexport.files.ods_properties import read_properties
from importexport.files.table import (
    HEADER_SEARCH_ROWS,
    MOST_TITLES,
    Cell,
    FileRefused,
    HeaderNotFound,
    IsHeader,
    Limits,
    Row,
    Table,
    bounded,
    glimpse,
    too_many_rows,
)

TOO_MUCH_MARKUP = (
    "Le fichier contient trop de cellules ou de mises en forme. "
    "Copiez ses lignes dans un nouveau tableau, ou partagez-le en plusieurs fichiers."
)
# expat reads an unfinished tag from its start again with each piece: bounded, it stays quick.
_MAX_TAG_BYTES = 512 * 1024
# expat and pyexpat keep every name of an element, attribute or prefix that they ever met.
_MOST_NAMES = 20_000
# What equal rows, stored once, may add in characters: 100,000 usual contacts have 15 million.
_MOST_REPEATED_CHARACTERS = 100_000_000
# Titles are looked for at the top of the first sheets only.
_MOST_SEARCHED_ROWS = 10 * HEADER_SEARCH_ROWS


def open_ods(file: IO[bytes], is_header: IsHeader, limits: Limits) -> Table:
    """Return the first sheet that has the header; its rows are read as they are taken.

    Raises FileRefused, or HeaderNotFound where no sheet has it.
    """
    sheets = _Sheets(is_header, limits)
    content = Content(file, limits)
    rows = _read_rows(sheets, content.pieces())
    header = next(rows, None)
    if header is None:
        raise HeaderNotFound(sheets.candidates)
    return Table("ods", header, rows, content.progress, read_properties(file), sheets.above)


def _read_rows(sheets: "_Sheets", pieces: Iterator[bytes]) -> Iterator[Row]:
    """Yield the header and the rows below it; run on to the end, to know the file is whole."""
    parser = _BoundedParser(sheets)
    for piece in pieces:
        parser.feed(piece)
        yield from sheets.take_rows()
    parser.finish()
    yield from sheets.take_rows()


class _BoundedParser:
    """Expat, kept from taking more time or memory than a spreadsheet of the size allowed."""

    def __init__(self, sheets: "_Sheets") -> None:
        self._follower = follower = Follower(sheets)
        self._names: dict[str, str] = {}
        self._markup_left = sheets.limits.max_markup
        self._fed = 0
        self._expat = parser = expat.ParserCreate(namespace_separator=" ", intern=self._names)
        # Without, each line end of a text would be a call of its own.
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = _refuse_document_type
        # It has nothing to do, but only so are prefixes counted among the names.
        parser.StartNamespaceDeclHandler = _ignore
        parser.StartElementHandler = follower.start
        parser.EndElementHandler = follower.end
        parser.CharacterDataHandler = follower.pieces.append

    def feed(self, piece: bytes) -> None:
        """Read on; the rows are complete in the sheets."""
        self._fed += len(piece)
        self._markup_left -= piece.count(b"<") - piece.count(b"</") + piece.count(b"=")
        if self._markup_left < 0:
            raise FileRefused(TOO_MUCH_MARKUP)
        self._parse(piece)
        if self._fed - self._expat.CurrentByteIndex > _MAX_TAG_BYTES:
            raise FileRefused(DAMAGED)
        if len(self._names) > _MOST_NAMES:
            raise FileRefused(DAMAGED)
        self._follower.check_size()

    def finish(self) -> None:
        """Refuse XML that is not complete."""
        self._parse(b"", is_last=True)

    def _parse(self, piece: bytes, *, is_last: bool = False) -> None:
        try:
            self._expat.Parse(piece, is_last)
        except (expat.ExpatError, LookupError, ValueError):
            # The latter two stand for an encoding that Python does not know, or not so.
            raise FileRefused(DAMAGED) from None


def _ignore(*_: object) -> None:
    pass


def _refuse_document_type(*_: object) -> None:
    # Entities are declared there, and a spreadsheet never needs one.
    raise FileRefused(
        "Le fichier contient des définitions (DTD) qu'un tableur n'écrit jamais. "
        "Ouvrez-le dans votre tableur, enregistrez-le à nouveau au format ODS, puis recommencez."
    )


class _Sheets:
    """What becomes of complete rows: searched for the header, then kept until they are taken."""

    def __init__(self, is_header: IsHeader, limits: Limits) -> None:
        self.limits = limits
        self.candidates: list[Row] = []
        self.above: list[Row] = []
        self.width = MOST_TITLES
        self.is_done = False
        self._is_header = is_header
        self._has_header = False
        self._found: list[Row] = []
        self._row_count = 0
        self._searched_rows = 0
        self._repeated_characters = 0

    def take_rows(self) -> list[Row]:
        """Return the rows completed since the last call; the first of all is the header."""
        rows, self._found = self._found, []
        return rows

    def begin_sheet(self) -> None:
        """Look for the header in this sheet too."""
        self._searched_rows = 0
        self.above = []

    def end_sheet(self) -> None:
        """Take no further sheet once the header was found."""
        self.is_done = self._has_header

    def add(self, line: int, cells: list[Cell], repeat: int) -> None:
        """Take a row that holds something, and stands `repeat` times from this line on."""
        if not self._has_header:
            if not self._find_header(line, cells, repeat):
                return
            line += 1
            repeat -= 1
        self._row_count += repeat
        if self._row_count > self.limits.max_rows:
            raise too_many_rows(self.limits)
        if repeat > 1:
            self._count_repeated(cells, repeat)
        for number in range(line, line + repeat):
            self._found.append(Row(number, cells))

    def _count_repeated(self, cells: list[Cell], repeat: int) -> None:
        size = sum(len(cell) for cell in cells if isinstance(cell, str))
        self._repeated_characters += size * (repeat - 1)
        if self._repeated_characters > _MOST_REPEATED_CHARACTERS:
            raise FileRefused(TOO_LARGE_UNPACKED)

    def _find_header(self, line: int, cells: list[Cell], repeat: int) -> bool:
        self._searched_rows += 1
        if self._searched_rows > HEADER_SEARCH_ROWS or len(self.candidates) >= _MOST_SEARCHED_ROWS:
            return False
        seen = glimpse(cells)
        self._has_header = self._is_header(seen)
        if self._has_header:
            self.width = len(cells)
            self._found.append(Row(line, cells))
        else:
            self.candidates.append(Row(line, seen))
            shown = bounded(cells)
            copies = range(line, line + min(repeat, HEADER_SEARCH_ROWS))
            self.above += [Row(copy, shown) for copy in copies]
        return self._has_header
