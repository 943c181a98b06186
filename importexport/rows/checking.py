"""Rows of cells become rows of contacts, or errors by line and column; without the database."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from contacts.models import CONTACT_FIELDS
from importexport.files.table import Cell, FileRefused, Row, Table
from importexport.rows.columns import (
    COLUMNS,
    ERRORS_TITLE,
    MEMBER_NAME,
    REFERENCE,
    TYPE_LABEL,
    Column,
    ContactRow,
)
from importexport.rows.known_members import KnownMember, KnownMembers, compare_name
from importexport.rows.remarks import Remarks
from importexport.rows.values import (
    TYPE_LABELS,
    CellRefused,
    Reader,
    Value,
    Warn,
    brief,
    comparable,
    compare_label,
    quoted,
    text_of,
)

# The index of a column that the file lacks: no row is so long.
_NOWHERE = sys.maxsize
_TYPE = CONTACT_FIELDS.index("type")
_NOTHING_ELSE = "cette ligne n'a qu'une référence et un type : son contact est vide."


@dataclass
class CheckedFile:
    """The result of a check; `rows` is empty where there are errors.

    `fields` are those for which the file has a column, `left_out` the names of sheets that have the
    header and are not read.
    """

    rows: list[ContactRow] = field(default_factory=list)
    row_count: int = 0
    errors: Remarks = field(default_factory=Remarks)
    warnings: Remarks = field(default_factory=Remarks)
    left_out: Sequence[str] = ()
    fields: tuple[str, ...] = CONTACT_FIELDS

    @property
    def missing_titles(self) -> list[str]:
        """The titles of the columns of contacts' fields that the file lacks."""
        return [c.title for c in COLUMNS if c.field and c.field not in self.fields]


def is_header(cells: Sequence[Cell]) -> bool:
    """Whether a row has the titles of all required columns."""
    titles = {comparable(cell) for cell in cells}
    return all(comparable(column.title) in titles for column in COLUMNS if column.is_required)


def missing_columns(candidates: Sequence[Row]) -> FileRefused:
    """Return a refusal naming the columns that the candidate most like a header lacks."""
    best: set[str] = set()
    for row in candidates:
        best = max(best, _known_titles(row), key=len)
    missing = [c.title for c in COLUMNS if c.is_required and comparable(c.title) not in best]
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
    found = {column.field for column, _ in places}
    checked.fields = tuple(name for name in CONTACT_FIELDS if name in found)
    check = _RowCheck(table.header, places, members, checked)
    for row in table.rows:
        check(row)
    if table.left_out:
        checked.left_out = table.left_out
        checked.warnings.add(table.header.line, REFERENCE.title, _left_out(table.left_out))
    return checked


def _left_out(sheets: Sequence[str]) -> str:
    names = " et ".join(map(quoted, sheets))
    if len(sheets) == 1:
        return f"la feuille {names} a aussi les titres attendus ; elle n'est pas lue."
    return f"les feuilles {names} ont aussi les titres attendus ; elles ne sont pas lues."


def find_errors_column(header: Row) -> int | None:
    """Return the index of the column of errors that a marked file has, or None."""
    wanted = comparable(ERRORS_TITLE)
    return next((n for n, cell in enumerate(header.cells) if comparable(cell) == wanted), None)


def _known_titles(row: Row) -> set[str]:
    return {comparable(cell) for cell in row.cells} & {comparable(c.title) for c in COLUMNS}


def find_columns(header: Row, warnings: Remarks) -> list[tuple[Column, int]]:
    """Return the columns of the header with their indexes, and warn of unknown ones.

    Raises FileRefused where two columns have the same title.
    """
    known = {comparable(column.title): column for column in COLUMNS}
    places: dict[str, int] = {}
    for place, title in enumerate(map(text_of, header.cells)):
        name = comparable(title)
        if name in places:
            raise FileRefused(
                f"Le fichier a deux colonnes {quoted(title)}. Gardez-en une, puis recommencez."
            )
        if name in known:
            places[name] = place
        elif title and name != comparable(ERRORS_TITLE):
            message = "cette colonne est inconnue ; elle est ignorée."
            warnings.add(header.line, brief(title), message)
    return [(known[name], place) for name, place in places.items()]


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
        self._name_place = found.get(MEMBER_NAME, _NOWHERE)
        self._label_place = found.get(TYPE_LABEL, _NOWHERE)
        self._fields = [self._field_column(name, found) for name in CONTACT_FIELDS]
        self._errors_place = find_errors_column(header)
        self._width = _titled_width(header, self._errors_place)
        titles = header.cells[: self._width]
        self._untitled = [n for n, title in enumerate(titles) if not text_of(title)]
        self._members = KnownMembers(members)
        self._usual_members = {r: member for r, member in members.items() if member.has_contacts}
        self._checked = checked
        self._line = 0
        self._sheet = ""

    def _field_column(self, name: str, found: dict[Column, int]) -> tuple[str, Reader, Warn, int]:
        """Return (title, reader, warn, index) of a field's column."""
        column = next(column for column in COLUMNS if column.field == name)
        warn = partial(self._warn, column.title)
        return column.title, column.read, warn, found.get(column, _NOWHERE)

    def __call__(self, row: Row) -> None:
        """Add the row to the checked ones, or add its errors; skip an empty row."""
        line, cells = row.line, row.cells
        place = self._reference_place
        reference = cells[place] if place < len(cells) else ""
        member = self._usual_members.get(reference)  # type: ignore[arg-type]
        if member is None and self._is_empty(cells):
            return
        self._line = line
        self._sheet = row.sheet
        checked = self._checked
        checked.row_count += 1
        if member is None:
            member = self._find_member(reference)
        if member and self._name_place < len(cells) and cells[self._name_place] != member.name:
            self._compare_name(member, cells[self._name_place])
        values = self._check_fields(cells)
        if self._label_place < len(cells):
            label = cells[self._label_place]
            if len(values) < len(CONTACT_FIELDS) or label != TYPE_LABELS[values[_TYPE]]:
                self._compare_label(label, values)
        if self._untitled:
            self._look_at_untitled(cells)
        if len(cells) > self._width:
            self._check_surplus(cells)
        if member and not checked.errors.count:
            if not values[0] and values.count("") == len(values) - 1:
                self._warn(REFERENCE.title, _NOTHING_ELSE)
            checked.rows.append(ContactRow(line, member.id, values))
        else:
            # The file will be refused: free the memory of its rows.
            checked.rows.clear()

    def _is_empty(self, cells: Sequence[Cell]) -> bool:
        return not any(text_of(c) for n, c in enumerate(cells) if n != self._errors_place)

    def _check_fields(self, cells: Sequence[Cell]) -> tuple[Value, ...]:
        """Return the values of the row's contact; fewer where there are errors."""
        values: list[Value] = []
        width = len(cells)
        for title, read, warn, place in self._fields:
            try:
                values.append(read(cells[place] if place < width else "", warn))
            except CellRefused as refusal:
                self._add_error(title, str(refusal))
        return tuple(values)

    def _find_member(self, reference: Cell) -> KnownMember | None:
        try:
            return self._members.find(reference, partial(self._warn, REFERENCE.title))
        except CellRefused as refusal:
            self._add_error(REFERENCE.title, str(refusal))
            return None

    def _compare_name(self, member: KnownMember, cell: Cell) -> None:
        try:
            compare_name(member, cell, partial(self._warn, MEMBER_NAME.title))
        except CellRefused as refusal:
            self._add_error(MEMBER_NAME.title, str(refusal))

    def _compare_label(self, cell: Cell, values: tuple[Value, ...]) -> None:
        type = values[_TYPE] if len(values) == len(CONTACT_FIELDS) else None
        try:
            compare_label(type, cell, partial(self._warn, TYPE_LABEL.title))
        except CellRefused as refusal:
            self._add_error(TYPE_LABEL.title, str(refusal))

    def _look_at_untitled(self, cells: Sequence[Cell]) -> None:
        """Warn of each column without a title in which something stands, once."""
        for place in [place for place in self._untitled if place < len(cells)]:
            if text_of(cells[place]):
                self._untitled.remove(place)
                self._warn(
                    column_letter(place),
                    f"{quoted(cells[place])} se trouve dans une colonne sans titre ; "
                    "cette colonne est ignorée.",
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


def column_letter(place: int) -> str:
    """Return the letters that a spreadsheet gives a column: 0 is A, 26 is AA."""
    letters = ""
    number = place + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
