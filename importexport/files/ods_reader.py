"""OpenDocument spreadsheets as rows of cells: what a person sees in them, and nothing else.

The XML goes through expat piece by piece; a row leaves as soon as it is complete. Whatever a
file may repeat (rows, columns, spaces) is checked before it is multiplied.
"""

from collections.abc import Iterator
from typing import IO
from xml.parsers import expat

from importexport.files.ods_follower import Follower
from importexport.files.ods_package import DAMAGED, read_content
from importexport.files.table import (
    HEADER_SEARCH_ROWS,
    Cell,
    FileRefused,
    HeaderNotFound,
    IsHeader,
    Limits,
    Row,
    Table,
    too_many_rows,
)

# expat reads an unfinished tag from its start again with each piece: bounded, it stays quick.
_MAX_TAG_BYTES = 512 * 1024
# More markup than the rows allowed could need only costs time.
_MAX_MARKUP_PER_ROW = 120


def open_ods(file: IO[bytes], is_header: IsHeader, limits: Limits) -> Table:
    """Return the first sheet that has the header; its rows are read as they are taken.

    Raises FileRefused, or HeaderNotFound where no sheet has it.
    """
    sheets = _Sheets(is_header, limits)
    rows = _read_rows(sheets, read_content(file, limits))
    header = next(rows, None)
    if header is None:
        raise HeaderNotFound(sheets.candidates)
    return Table("ods", header, rows)


def _read_rows(sheets: "_Sheets", pieces: Iterator[bytes]) -> Iterator[Row]:
    """Yield the header and the rows below it; read on to the end, to know the file is whole."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartDoctypeDeclHandler = _refuse_document_type
    follower = Follower(sheets)
    parser.StartElementHandler = follower.start
    parser.EndElementHandler = follower.end
    parser.CharacterDataHandler = follower.pieces.append
    max_markup = 1_000_000 + sheets.limits.max_rows * _MAX_MARKUP_PER_ROW
    fed = markup = 0
    try:
        for piece in pieces:
            fed += len(piece)
            markup += piece.count(b"<")
            if markup > max_markup:
                raise too_many_rows(sheets.limits)
            parser.Parse(piece)
            if fed - parser.CurrentByteIndex > _MAX_TAG_BYTES:
                raise FileRefused(DAMAGED)
            follower.check_size()
            yield from sheets.take_rows()
            if sheets.is_done:
                parser.StartElementHandler = None
                parser.EndElementHandler = None
                parser.CharacterDataHandler = None
        parser.Parse(b"", True)  # noqa: FBT003 (its own signature)
    except expat.ExpatError:
        raise FileRefused(DAMAGED) from None


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
        self.width = limits.max_columns
        self.is_done = False
        self._is_header = is_header
        self._has_header = False
        self._found: list[Row] = []
        self._row_count = 0
        self._searched_rows = 0

    def take_rows(self) -> list[Row]:
        """Return the rows completed since the last call; the first of all is the header."""
        rows, self._found = self._found, []
        return rows

    def begin_sheet(self) -> None:
        """Look for the header in this sheet too."""
        self._searched_rows = 0

    def end_sheet(self) -> None:
        """Read no further sheet once the header was found."""
        self.is_done = self._has_header

    def add(self, line: int, cells: list[Cell], repeat: int) -> None:
        """Take a row that holds something, and stands `repeat` times from this line on."""
        if self._has_header:
            self._row_count += repeat
            if self._row_count > self.limits.max_rows:
                raise too_many_rows(self.limits)
            for number in range(line, line + repeat):
                self._found.append(Row(number, cells))
        elif self._searched_rows < HEADER_SEARCH_ROWS:
            self._search_header(Row(line, cells))

    def _search_header(self, row: Row) -> None:
        self._searched_rows += 1
        if self._is_header(row.cells):
            self._has_header = True
            self.width = len(row.cells)
            self._found.append(row)
        else:
            self.candidates.append(row)
            # A workbook of a thousand sheets is no reason to keep the tops of all.
            del self.candidates[10 * HEADER_SEARCH_ROWS :]
