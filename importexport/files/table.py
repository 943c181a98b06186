"""What a file is once it is read: a header and rows of cells, or a refusal."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, NamedTuple

Cell = str | Decimal | bool
"""A text ("" where empty), a number, or a truth value; everything else is read as its text."""


class Row(NamedTuple):
    """A row that holds something.

    `line` is the number that a spreadsheet shows beside it; `cells` ends at the last cell that
    is not empty.
    """

    line: int
    cells: Sequence[Cell]


@dataclass(frozen=True)
class Limits:
    """What a file may ask of the machine: bytes as sent, bytes unpacked, rows, characters."""

    max_bytes: int
    max_unpacked_bytes: int
    max_rows: int
    max_cell_characters: int = 100_000
    max_columns: int = 1_024


@dataclass
class Table:
    """The sheet that was asked for: its header row, and the rows below, read as they are taken.

    `rows` may raise FileRefused while it is read.
    """

    format: Literal["ods", "csv"]
    header: Row
    rows: Iterator[Row]


class FileRefused(Exception):
    """A file that is not taken in; the message is one clear French sentence for a person."""


class HeaderNotFound(FileRefused):
    """No sheet has the header asked for; `candidates` are the first rows seen in each sheet."""

    def __init__(self, candidates: Sequence[Row]) -> None:
        super().__init__("Aucune feuille du fichier n'a la ligne de titres attendue.")
        self.candidates = candidates
