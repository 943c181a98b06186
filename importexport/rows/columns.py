"""The columns of contact files: the only place with their titles and the rules of their values.

Export, import, template file, help and error messages all use COLUMNS. The rules are those of
contact-files.md, « Columns » and « Values ».
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeGuard

from django.core.exceptions import ValidationError

from base.addresses import check_address
from base.characters import FORBIDDEN, canonical
from contacts.models import Contact, ContactType
from contacts.phones import canonical_phones
from importexport.files.table import Cell

Value = str | int
Warn = Callable[[str], None]


class ContactRow(NamedTuple):
    """A row that may be imported: line, member, and values in the order of CONTACT_FIELDS."""

    line: int
    member_id: int
    values: tuple[Value, ...]


class CellRefused(Exception):
    """A cell with an error; the message says what was found and what is expected."""


@dataclass(frozen=True)
class Column:
    """A column of contact files.

    For an export, `lookup` finds the value of a contact, and `write` turns it into a cell. For an
    import, `read` turns a cell into the value of the contact's `field`, may warn, and may raise
    CellRefused; `field` is empty where the value is not imported.
    """

    title: str
    explanation: str
    lookup: str
    is_required: bool = False
    field: str = ""
    read: Callable[[Cell, Warn], Value] = lambda cell, _warn: text_of(cell)
    write: Callable[[Any], Value] | None = None
    is_number: bool = False
    is_comfort: bool = False
    width_in_cm: float = 5.0


def text_of(cell: Cell) -> str:
    """Return a cell's text without surrounding space; that of the number 42 is `42`."""
    return canonical(cell) if isinstance(cell, str) else str(cell)


def quoted(cell: Cell) -> str:
    """Return a cell's text in quotation marks, truncated for a message."""
    return f"« {brief(cell)} »"


def brief(cell: Cell) -> str:
    """Return a cell's text on one line of at most 60 characters, all of them visible."""
    text = " ".join(FORBIDDEN.sub("�", text_of(cell)).split())
    return text if len(text) <= 60 else text[:59] + "…"


def _longest(field: str) -> int:
    return int(getattr(Contact._meta.get_field(field), "max_length", 0))


def _read_text(field: str) -> Callable[[Cell, Warn], Value]:
    longest = _longest(field)

    def read(cell: Cell, _warn: Warn) -> str:
        text = text_of(cell)
        _check_text(text, longest)
        return text

    return read


def _read_reference(cell: Cell, _warn: Warn) -> str:
    text = text_of(cell)
    if not text:
        raise CellRefused("la cellule est vide ; indiquez la référence d'un membre.")
    return text


_USUAL_EMAIL = re.compile(
    r"[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*@(?:[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*\.)+[A-Za-z]{2,}"
)
# Too short for any part of the address to be too long.
_LONGEST_USUAL_EMAIL = 60


def _is_usual_email(text: str) -> bool:
    """Whether an address is of a kind that `check_address`, much slower, accepts anyway.

    Makes the import of a CSV of 20,000 rows 1.2 times as fast.
    """
    return len(text) <= _LONGEST_USUAL_EMAIL and _USUAL_EMAIL.fullmatch(text) is not None


def _read_email(cell: Cell, _warn: Warn) -> str:
    text = text_of(cell)
    if text and not _is_usual_email(text):
        _check_text(text, _longest("email"))
        try:
            check_address(text)
        except ValidationError:
            raise CellRefused(
                f"{quoted(cell)} n'est pas une adresse mail ; "
                "indiquez une seule adresse, ou laissez la cellule vide."
            ) from None
    return text


def _are_usual_phones(cell: Cell, longest: int) -> TypeGuard[str]:
    """Whether phones are valid and, but for space around them, canonical already.

    Makes the import of a CSV of 20,000 rows 1.2 times as fast.
    """
    return (
        isinstance(cell, str)
        and len(cell) <= longest
        and cell.isprintable()
        and not ("; " in cell or " ;" in cell)
    )


def _read_phones(field: str) -> Callable[[Cell, Warn], Value]:
    longest = _longest(field)

    def read(cell: Cell, warn: Warn) -> str:
        if _are_usual_phones(cell, longest):
            return cell.strip()
        text = cell if isinstance(cell, str) else _number_as_phone(cell, warn)
        text = canonical_phones(text) if field == "phones" else canonical(text)
        _check_text(text, longest)
        return text

    return read


def _number_as_phone(number: int, warn: Warn) -> str:
    """Return the digits; nine of them get back the leading zero that a spreadsheet removed."""
    digits = str(number)
    if len(digits) == 9 and digits[0] in "123456789":
        warn(f"le nombre {digits} est lu comme le numéro 0{digits}.")
        return f"0{digits}"
    return digits


_WHOLE_NUMBER = re.compile(r"([0-9]{1,20})(?:\.0{1,20})?")


def _read_type(cell: Cell, _warn: Warn) -> int:
    if cell in _TYPE_CELLS:
        return _TYPE_CELLS[cell]
    if isinstance(cell, int):
        number = cell
    else:
        match = _WHOLE_NUMBER.fullmatch(text_of(cell))
        number = int(match[1]) if match else 0
    if number not in _TYPE_LABELS:
        is_empty = text_of(cell) == ""
        found = "la cellule est vide" if is_empty else f"{quoted(cell)} n'est pas un type"
        raise CellRefused(f"{found} ; indiquez un nombre entier de 1 à 6.")
    return number


_TYPE_LABELS = {int(kind): str(kind.label) for kind in ContactType}
# The cells of nearly all files: 4 and "4".
_TYPE_CELLS: dict[Cell, int] = {
    cell: number for number in _TYPE_LABELS for cell in (number, str(number))
}


def _check_text(text: str, longest: int) -> None:
    if len(text) > longest:
        raise CellRefused(
            f"{quoted(text)} fait {len(text)} caractères ; raccourcissez-le à {longest} au plus."
        )
    if not text.isprintable():
        forbidden = FORBIDDEN.search(text)
        if forbidden:
            raise CellRefused(
                f"{quoted(text)} contient un caractère invisible interdit "
                f"(code U+{ord(forbidden[0]):04X}) ; effacez-le."
            )


# --- The columns --------------------------------------------------------------------------

_TYPES = "\n".join(f"{number} : {label}" for number, label in _TYPE_LABELS.items())

REFERENCE = Column(
    title="Référence",
    explanation=(
        "Il s'agit de la référence de la fiche membre du client ou du fournisseur "
        "à qui appartient le contact"
    ),
    lookup="member__reference",
    is_required=True,
    read=_read_reference,
    width_in_cm=3.0,
)
MEMBER_NAME = Column(
    title="Libellé membre",
    explanation=(
        "Il s'agit de la dénomination de la fiche membre du client ou du fournisseur "
        "à qui appartient le contact. Ce champ est facultatif, la référence suffit."
    ),
    lookup="member__name",
    is_comfort=True,
    width_in_cm=7.0,
)
COLUMNS = (
    REFERENCE,
    MEMBER_NAME,
    Column(
        title="Dénomination",
        explanation="Il s'agit du nom complet du contact",
        lookup="name",
        field="name",
        read=_read_text("name"),
    ),
    Column(
        title="Note",
        explanation="Il s'agit de la note du contact",
        lookup="note",
        field="note",
        read=_read_text("note"),
        width_in_cm=7.0,
    ),
    Column(
        title="Fonction",
        explanation="Il s'agit de la fonction du contact",
        lookup="job_title",
        field="job_title",
        read=_read_text("job_title"),
    ),
    Column(
        title="Mail",
        explanation="Il s'agit de l'adresse email du contact",
        lookup="email",
        field="email",
        read=_read_email,
        width_in_cm=6.5,
    ),
    Column(
        title="Tel",
        explanation=(
            "Il s'agit du numéro de téléphone du contact "
            "(s'il y a en plusieurs, séparez-les par un point-virgule sans espace)"
        ),
        lookup="phones",
        field="phones",
        read=_read_phones("phones"),
    ),
    Column(
        title="Fax",
        explanation="Il s'agit du numéro de fax du contact",
        lookup="fax",
        field="fax",
        read=_read_phones("fax"),
        width_in_cm=3.5,
    ),
    Column(
        title="Type",
        explanation=f'Saisir un nombre entier unique, exemple "2" :\n{_TYPES}',
        lookup="type",
        is_required=True,
        field="type",
        read=_read_type,
        is_number=True,
        width_in_cm=1.6,
    ),
    Column(
        title="Libellé type",
        explanation=(
            "Il s'agit du type de notification. Ce champ est facultatif, "
            "le nombre dans la colonne précédente suffit."
        ),
        lookup="type",
        write=_TYPE_LABELS.__getitem__,
        is_comfort=True,
        width_in_cm=6.5,
    ),
)

# The column that a marked file has besides (marking.py); an import ignores it.
ERRORS_TITLE = "Erreurs"
