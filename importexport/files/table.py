"""The result of reading a file: a header and rows of cells, or a refusal."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Literal, NamedTuple

from base.french import grouped

Cell = str | int
"""An int where the file has a number without fraction; otherwise the text that a person reads."""


class FormulaError(str):
    """The text of a cell whose formula failed: `#N/A`, `Err:502`; "" where it has no result."""

    __slots__ = ()


class Row(NamedTuple):
    """A row that is not empty.

    `line` is its number in the spreadsheet; `cells` ends at the last cell that is not empty.
    `sheet` is the name of its sheet, "" for the first one that is read.
    """

    line: int
    cells: Sequence[Cell]
    sheet: str = ""


IsHeader = Callable[[Sequence[Cell]], bool]
"""Tells whether a row's cells are the titles that the caller looks for."""

# The first cells of a row, and their first characters, are enough to recognise a header.
MOST_TITLES = 1_024
_LONGEST_TITLE = 100
_LONGEST_ROW_ABOVE = 10_000
# The header is among the first rows of a sheet; titles and notes may be above it.
HEADER_SEARCH_ROWS = 25
# The most rows, of all sheets together, that are searched for the header.
MOST_SEARCHED_ROWS = 10 * HEADER_SEARCH_ROWS
# The most sheets whose names are kept as left out.
MOST_LEFT_OUT = 100


@dataclass(frozen=True)
class Limits:
    """The most that a file may take up: bytes as sent, bytes unpacked, rows, characters of a cell.

    A sheet with rows down to line `full_sheet_line` is full: it may be continued in another one, as
    in our exports. `max_markup` is the most elements and attributes, which bounds the time that a
    file takes. In an ODS, a row of ten texts has 34 of them if it is ours, 53 if LibreOffice's.
    """

    max_bytes: int
    max_unpacked_bytes: int
    max_rows: int
    max_cell_characters: int = 100_000
    max_markup: int = 10_000_000
    full_sheet_line: int = 1_047_576


@dataclass
class Table:
    """The sheet with the header, and its rows, read as the iterator is advanced.

    A large sheet may be continued in further ones, with a number in their names: « Contacts 2 ».

    `rows` may raise FileRefused. `progress` returns the part of the file that was read, from 0 to
    1. `properties` is the user-defined metadata of an ODS. `above` are the rows above the header,
    truncated where they are very long. `left_out` are the names of further sheets that have the
    header and are not read; it is complete once all rows are taken.
    """

    format: Literal["ods", "csv", "xlsx"]
    header: Row
    rows: Iterator[Row]
    progress: Callable[[], float] = lambda: 1.0
    properties: Mapping[str, str] = field(default_factory=dict)
    above: Sequence[Row] = ()
    left_out: Sequence[str] = ()


class FileRefused(Exception):
    """A file that cannot be read; the message is a French sentence for the person who sent it."""


class HeaderNotFound(FileRefused):
    """No sheet has the header; `candidates` are the first rows of each sheet."""

    def __init__(self, candidates: Sequence[Row]) -> None:
        super().__init__("Aucune feuille du fichier n'a la ligne de titres attendue.")
        self.candidates = candidates


def glimpse(cells: Sequence[Cell]) -> list[Cell]:
    """Truncate a row for header detection; what is cut off leaves a sign that no title has."""
    return [
        cell if isinstance(cell, int) or len(cell) <= _LONGEST_TITLE else _cut(cell)
        for cell in cells[:MOST_TITLES]
    ]


def _cut(cell: str) -> str:
    text = cell.strip()
    # In ASCII: with « … », a text in Latin letters would take twice the memory.
    return text if len(text) <= _LONGEST_TITLE else f"{text[: _LONGEST_TITLE - 3]}..."


def strip_empty_end(cells: list[Cell]) -> None:
    """Remove empty cells at the end of a row; a formula without a result stays."""
    while cells and cells[-1] == "" and type(cells[-1]) is not FormulaError:
        cells.pop()


def bounded(cells: Sequence[Cell]) -> Sequence[Cell]:
    """Return a row above the header, truncated where it is very long."""
    size = sum(len(cell) for cell in cells if isinstance(cell, str))
    return cells if size <= _LONGEST_ROW_ABOVE and len(cells) <= MOST_TITLES else glimpse(cells)


def find_header(
    rows: Iterator[Row],
    is_header: "IsHeader",
    most: int,
    candidates: list[Row],
    above: list[Row],
) -> Row | None:
    """Return the header, if it is among the next rows; add those before it to both lists."""
    for row in islice(rows, most):
        seen = glimpse(row.cells)
        if is_header(seen):
            return row
        candidates.append(Row(row.line, seen))
        above.append(Row(row.line, bounded(row.cells)))
    return None


def at_most(limits: Limits, rows: Iterator[Row]) -> Iterator[Row]:
    """Yield the rows. Raises FileRefused where there are more than a file may have."""
    for count, row in enumerate(rows, start=1):
        if count > limits.max_rows:
            raise too_many_rows(limits)
        yield row


def too_many_rows(limits: Limits) -> FileRefused:
    return FileRefused(
        f"Le fichier a plus de {grouped(limits.max_rows)} lignes remplies, "
        "le nombre maximal. Partagez-le en plusieurs fichiers."
    )


def cell_too_long(line: int) -> FileRefused:
    return FileRefused(
        f"Une cellule de la ligne {line} contient un texte "
        "démesurément long. Raccourcissez-le, puis recommencez."
    )
