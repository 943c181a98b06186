"""Rows of cells become rows of contacts, or errors by line and column; without the database."""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple

from base.characters import FORBIDDEN
from base.text import fold
from contacts.models import CONTACT_FIELDS
from importexport.files.table import Cell, FileRefused, Row, Table
from importexport.rows.columns import (
    COLUMNS,
    ERRORS_TITLE,
    MEMBER_NAME,
    REFERENCE,
    CellRefused,
    Column,
    ContactRow,
    Value,
    Warn,
    brief,
    quoted,
    text_of,
)

# At most this many errors and as many warnings are kept; all are counted.
MOST_REMARKS = 100_000
# At most this many of them are stored with a run, and shown on its page.
MOST_SHOWN = 200
# The index of a column that the file lacks: no row is so long.
_NOWHERE = sys.maxsize


class KnownMember(NamedTuple):
    """A member, as the check of its rows needs it."""

    id: int
    name: str
    has_contacts: bool


class Remark(NamedTuple):
    """An error or a warning about a cell; `sheet` is the name of a further sheet of the file."""

    line: int
    column: str
    message: str
    sheet: str = ""

    def __str__(self) -> str:
        sheet = f"feuille {brief(self.sheet)}, " if self.sheet else ""
        return f"{sheet}ligne {self.line}, colonne {self.column} : {self.message}"


@dataclass
class Remarks:
    """The first errors, or the first warnings, and the number of all."""

    kept: list[Remark] = field(default_factory=list)
    count: int = 0

    def add(self, line: int, column: str, message: str, sheet: str = "") -> None:
        self.count += 1
        if len(self.kept) < MOST_REMARKS:
            self.kept.append(Remark(line, column, message, sheet))

    def summary(self) -> dict[str, Any]:
        """Return what a run stores: the number of all, the first ones, the number of others."""
        shown = [remark._asdict() for remark in self.kept[:MOST_SHOWN]]
        return {"count": self.count, "shown": shown, "more": self.count - len(shown)}


@dataclass
class CheckedFile:
    """The result of a check; `rows` is empty where there are errors."""

    rows: list[ContactRow] = field(default_factory=list)
    row_count: int = 0
    errors: Remarks = field(default_factory=Remarks)
    warnings: Remarks = field(default_factory=Remarks)


def is_header(cells: Sequence[Cell]) -> bool:
    """Whether a row has the titles of all required columns."""
    titles = {_comparable(cell) for cell in cells}
    return all(_comparable(column.title) in titles for column in COLUMNS if column.is_required)


def missing_columns(candidates: Sequence[Row]) -> FileRefused:
    """Return a refusal naming the columns that the candidate most like a header lacks."""
    best: set[str] = set()
    for row in candidates:
        best = max(best, _known_titles(row), key=len)
    missing = [c.title for c in COLUMNS if c.is_required and _comparable(c.title) not in best]
    names = " et ".join(f"« {title} »" for title in missing)
    columns = "la colonne" if len(missing) == 1 else "les colonnes"
    return FileRefused(
        f"Il manque {columns} {names} dans la ligne de titres du fichier. "
        "Partez d'un export ou du modèle vide, puis recommencez."
    )


def check_table(table: Table, members: Mapping[str, KnownMember]) -> CheckedFile:
    """Check every row of a table; `members` are by their reference. Raises FileRefused."""
    checked = CheckedFile()
    places = find_columns(table.header, checked.warnings)
    check = _RowCheck(table.header, places, members, checked)
    for row in table.rows:
        check(row)
    return checked


def find_errors_column(header: Row) -> int | None:
    """Return the index of the column of errors that a marked file has, or None."""
    wanted = _comparable(ERRORS_TITLE)
    return next((n for n, cell in enumerate(header.cells) if _comparable(cell) == wanted), None)


def _comparable(cell: Cell) -> str:
    # Without invisible characters: a person does not see them, and an ODS cannot hold them.
    return fold(FORBIDDEN.sub("", text_of(cell)))


def _known_titles(row: Row) -> set[str]:
    return {_comparable(cell) for cell in row.cells} & {_comparable(c.title) for c in COLUMNS}


def find_columns(header: Row, warnings: Remarks) -> list[tuple[Column, int]]:
    """Return the columns of the header with their indexes, and warn of unknown ones.

    Raises FileRefused where two columns have the same title.
    """
    known = {_comparable(column.title): column for column in COLUMNS}
    places: dict[str, int] = {}
    for place, title in enumerate(map(text_of, header.cells)):
        comparable = _comparable(title)
        if comparable in places:
            raise FileRefused(
                f"Le fichier a deux colonnes {quoted(title)}. Gardez-en une, puis recommencez."
            )
        if comparable in known:
            places[comparable] = place
        elif title and comparable != _comparable(ERRORS_TITLE):
            message = "cette colonne est inconnue ; elle est ignorée."
            warnings.add(header.line, brief(title), message)
    return [(known[comparable], place) for comparable, place in places.items()]


def _titled_width(header: Row, errors_place: int | None) -> int:
    """Return the number of columns up to the last title, not counting a last column of errors.

    A value that was beyond the titles stays an error in the marked file.
    """
    if errors_place is None:
        return len(header.cells)
    titled = [n for n, cell in enumerate(header.cells) if n != errors_place and text_of(cell)]
    return titled[-1] + 1 if titled else 0


class _RowCheck:
    """Checks one row after the other; made for the columns of one file."""

    def __init__(
        self,
        header: Row,
        places: list[tuple[Column, int]],
        members: Mapping[str, KnownMember],
        checked: CheckedFile,
    ) -> None:
        found = dict(places)
        self._reference_place = found[REFERENCE]
        self._name_place = found.get(MEMBER_NAME)
        self._fields = [self._field_column(name, found) for name in CONTACT_FIELDS]
        self._errors_place = find_errors_column(header)
        self._width = _titled_width(header, self._errors_place)
        self._members = members
        self._checked = checked
        self._line = 0
        self._sheet = ""

    def _field_column(
        self, name: str, found: dict[Column, int]
    ) -> tuple[str, Callable[[Cell, Warn], Value], Warn, int]:
        """Return (title, reader, warn, index) of a field's column."""
        column = next(column for column in COLUMNS if column.field == name)
        warn = partial(self._warn, column.title)
        return column.title, column.read, warn, found.get(column, _NOWHERE)

    def __call__(self, row: Row) -> None:
        """Add the row to the checked ones, or add its errors; skip an empty row."""
        line, cells = row.line, row.cells
        place = self._reference_place
        reference = text_of(cells[place]) if place < len(cells) else ""
        if not reference and self._is_empty(cells):
            return
        self._line = line
        self._sheet = row.sheet
        checked = self._checked
        checked.row_count += 1
        member = self._check_member(reference, cells)
        values = self._check_fields(cells)
        if len(cells) > self._width:
            self._check_surplus(cells)
        if member and not checked.errors.count:
            checked.rows.append(ContactRow(line, member.id, values))
        else:
            # The file will be refused: free the memory of its rows.
            checked.rows.clear()

    def _is_empty(self, cells: Sequence[Cell]) -> bool:
        return not any(text_of(c) for n, c in enumerate(cells) if n != self._errors_place)

    def _check_fields(self, cells: Sequence[Cell]) -> tuple[Value, ...]:
        values: list[Value] = []
        width = len(cells)
        for title, read, warn, place in self._fields:
            try:
                values.append(read(cells[place] if place < width else "", warn))
            except CellRefused as refusal:
                self._add_error(title, str(refusal))
        return tuple(values)

    def _check_member(self, reference: str, cells: Sequence[Cell]) -> KnownMember | None:
        member = self._members.get(reference)
        if member is None:
            self._refuse_unknown(reference)
        elif not member.has_contacts:
            self._refuse_reference(
                f"{quoted(reference)} est un particulier ; seuls un client professionnel ou un "
                "fournisseur peuvent avoir des contacts."
            )
        else:
            self._compare_name(member, cells)
            return member
        return None

    def _refuse_unknown(self, reference: str) -> None:
        try:
            REFERENCE.read(reference, partial(self._warn, REFERENCE.title))
        except CellRefused as refusal:
            self._refuse_reference(str(refusal))
        else:
            self._refuse_reference(f"{quoted(reference)} n'est la référence d'aucun membre.")

    def _refuse_reference(self, message: str) -> None:
        self._add_error(REFERENCE.title, message)

    def _compare_name(self, member: KnownMember, cells: Sequence[Cell]) -> None:
        if self._name_place is None or self._name_place >= len(cells):
            return
        name = text_of(cells[self._name_place])
        if name and name != member.name:
            self._warn(
                MEMBER_NAME.title,
                f"{quoted(name)} diffère du nom du membre, {quoted(member.name)}.",
            )

    def _check_surplus(self, cells: Sequence[Cell]) -> None:
        for place in range(self._width, len(cells)):
            if place != self._errors_place and text_of(cells[place]):
                self._add_error(
                    str(place + 1),
                    f"{quoted(cells[place])} se trouve au-delà de la dernière colonne ; "
                    "déplacez ou effacez cette valeur.",
                )
                return

    def _add_error(self, column: str, message: str) -> None:
        self._checked.errors.add(self._line, column, message, self._sheet)

    def _warn(self, column: str, message: str) -> None:
        self._checked.warnings.add(self._line, column, message, self._sheet)
