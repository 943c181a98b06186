"""What a file is once it is read: a header and rows of cells, or a refusal."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

Cell = str | int
"""A whole number where the file has a number without fraction; all else as a person reads it."""


class Row(NamedTuple):
    """A row that holds something.

    `line` is the number that a spreadsheet shows beside it; `cells` ends at the last cell that
    is not empty. `sheet` names the sheet where it is not the first one that is read.
    """

    line: int
    cells: Sequence[Cell]
    sheet: str = ""


IsHeader = Callable[[Sequence[Cell]], bool]
"""Whether a row's cells are the titles that the caller looks for."""

# A header has no more titles, and no longer ones.
MOST_TITLES = 1_024
_LONGEST_TITLE = 100
_LONGEST_ROW_ABOVE = 10_000
# A header is looked for among so many rows of a sheet; titles and notes may stand above it.
HEADER_SEARCH_ROWS = 25


@dataclass(frozen=True)
class Limits:
    """What a file may ask of the machine: bytes as sent, bytes unpacked, rows, characters.

    `max_markup` bounds the time that an ODS file takes: its elements and attributes. A row of ten
    texts has 34 of them in our files, 53 in those of LibreOffice.
    """

    max_bytes: int
    max_unpacked_bytes: int
    max_rows: int
    max_cell_characters: int = 100_000
    max_markup: int = 10_000_000


@dataclass
class Table:
    """The sheet that was asked for: its header row, and the rows below, read as they are taken.

    A large one may go on in further sheets, named with a number behind: « Contacts 2 ».

    `rows` may raise FileRefused while it is read. `progress` tells meanwhile which part of the
    file was read, from 0 to 1. `properties` are the texts that an ODS has in its user-defined
    metadata, by their names. `above` are the rows over the header, those that are very long cut.
    """

    format: Literal["ods", "csv"]
    header: Row
    rows: Iterator[Row]
    progress: Callable[[], float] = lambda: 1.0
    properties: Mapping[str, str] = field(default_factory=dict)
    above: Sequence[Row] = ()


class FileRefused(Exception):
    """A file that is not taken in; the message is one clear French sentence for a person."""


class HeaderNotFound(FileRefused):
    """No sheet has the header asked for; `candidates` are the first rows seen in each sheet."""

    def __init__(self, candidates: Sequence[Row]) -> None:
        super().__init__("Aucune feuille du fichier n'a la ligne de titres attendue.")
        self.candidates = candidates


def glimpse(cells: Sequence[Cell]) -> list[Cell]:
    """Return what of a row is enough to see whether it is the header, whatever its size."""
    return [
        cell if isinstance(cell, int) else cell[:_LONGEST_TITLE] for cell in cells[:MOST_TITLES]
    ]


def bounded(cells: Sequence[Cell]) -> Sequence[Cell]:
    """Return a row over the header whole, unless it is too long to be kept."""
    size = sum(len(cell) for cell in cells if isinstance(cell, str))
    return cells if size <= _LONGEST_ROW_ABOVE and len(cells) <= MOST_TITLES else glimpse(cells)


def too_many_rows(limits: Limits) -> FileRefused:
    """Return the refusal of a file that has more rows than one file may have."""
    return FileRefused(
        f"Le fichier a plus de {grouped(limits.max_rows)} lignes remplies, "
        "le nombre maximal. Partagez-le en plusieurs fichiers."
    )


def grouped(number: int) -> str:
    """Return a whole number as French writes it, in groups of three digits."""
    return f"{number:,}".replace(",", "\u202f")
