"""Cells become values of a contact, with warnings, or errors (contact-files.md, « Values »)."""

import re
import unicodedata
from collections.abc import Callable
from itertools import filterfalse
from typing import cast

from django.core.exceptions import ValidationError

from base.addresses import check_address, named
from base.characters import (
    FORBIDDEN,
    bare_line,
    canonical,
    reference_key,
    validate_phones,
    without_invisible,
)
from base.text_fields import CanonicalField
from contacts.models import Contact, ContactType
from importexport.files.table import Cell, FormulaError

Value = str | int
Warn = Callable[[str], None]
Reader = Callable[[Cell, Warn], Value]


class CellRefused(Exception):
    """A cell with an error; the message says what was found and what is expected."""


def text_of(cell: Cell) -> str:
    """Return a cell's text in canonical form; that of the number 42 is `42`."""
    return canonical(cell) if isinstance(cell, str) else str(cell)


def quoted(cell: Cell) -> str:
    """Return a cell's text in quotation marks, truncated for a message."""
    return f"« {brief(cell)} »"


def brief(cell: Cell) -> str:
    """Return a cell's text on one line of at most 60 characters, without control characters."""
    text = " ".join(FORBIDDEN.sub("�", text_of(cell)).split())
    return text if len(text) <= 60 else text[:59] + "…"


def comparable(cell: Cell) -> str:
    """Return a title or label as it is compared: no case, accents, breaks, unseen characters."""
    text = without_invisible(FORBIDDEN.sub("", text_of(cell)))
    letters = filterfalse(unicodedata.combining, unicodedata.normalize("NFD", text))
    return " ".join("".join(letters).casefold().split())


# --- Texts --------------------------------------------------------------------------------------

# What spreadsheets show for a formula that failed, in English and French.
_FORMULA_ERROR = re.compile(r"#(?:N/[AD]|[A-Z][A-Z_/0-9]{1,20} ?[!?])|#{3,}|Err ?:[0-9]{3}")
_ERROR_STARTS = ("#", "Err")


def read_text(field: str) -> Reader:
    """Return the reader of a text of one line, or of several where the field has lines."""
    to_canonical, longest = _field(field)
    has_lines = to_canonical is canonical

    def read(cell: Cell, warn: Warn) -> str:
        if type(cell) is str:
            if not cell:
                return cell
            # Without line breaks and forbidden characters; makes a check 1.3 times as fast.
            if cell.isprintable() and not ("#" in cell or "Err" in cell):
                value = canonical(cell)
                if len(value) <= longest:
                    return value
        text = shown_text(cell, warn)
        value = to_canonical(text)
        if not has_lines:
            _warn_of_lines(text, value, warn)
        _check_text(value, longest)
        return value

    return read


def read_reference(cell: Cell, warn: Warn) -> str:
    """Return the reference of a member, in the form in which references are stored."""
    text = shown_text(cell, warn)
    reference = reference_key(text)
    if not reference:
        raise CellRefused("la cellule est vide ; indiquez la référence d'un membre.")
    _warn_of_lines(text, reference, warn)
    return reference


def shown_text(cell: Cell, warn: Warn) -> str:
    """Return what a cell shows; warn of what seems to be a formula's error, or is no result.

    Raises CellRefused for a formula's error.
    """
    if isinstance(cell, int):
        return str(cell)
    if isinstance(cell, FormulaError):
        if text_of(cell):
            raise CellRefused(
                f"{quoted(cell)} est l'erreur d'une formule ; corrigez la formule, "
                "ou remplacez-la par sa valeur."
            )
        warn(
            "la formule n'a pas de résultat enregistré : la cellule est lue comme vide. "
            "Ouvrez le fichier dans un tableur et enregistrez-le, pour qu'elle en ait un."
        )
        return ""
    if cell.lstrip().startswith(_ERROR_STARTS) and _FORMULA_ERROR.fullmatch(_plain_spaces(cell)):
        warn(f"{quoted(cell)} ressemble à l'erreur d'une formule ; ce texte est lu tel quel.")
    return cell


def _plain_spaces(text: str) -> str:
    return " ".join(text.split())


def _warn_of_lines(text: str, value: str, warn: Warn) -> None:
    if not text.isprintable() and "\n" in canonical(text):
        warn(f"ce texte de plusieurs lignes est lu sur une seule : {quoted(value)}.")


def _field(name: str) -> tuple[Callable[[str], str], int]:
    """Return the canonical form of a field's texts, and their greatest length."""
    field = cast("CanonicalField", Contact._meta.get_field(name))
    return field.form_class.canonical, int(field.max_length or 0)


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


# --- Addresses ----------------------------------------------------------------------------------

_USUAL_EMAIL = re.compile(
    r"[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*@(?:[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*\.)+[A-Za-z]{2,}"
)
# An address no longer than this has no part that is too long; others might.
_SHORT_EMAIL = 60
_LONG_PART = re.compile(r"[^.]{61}|[^@]{61}.*@|.{250}")


def _is_usual_email(text: str) -> bool:
    """Whether an address is of a kind that `check_address`, much slower, accepts anyway.

    Makes the import of a CSV of 20,000 rows 1.2 times as fast.
    """
    if _USUAL_EMAIL.fullmatch(text) is None:
        return False
    return len(text) <= _SHORT_EMAIL or _LONG_PART.search(text) is None


def read_address(field: str) -> Reader:
    """Return the reader of one e-mail address, or none."""
    to_canonical, longest = _field(field)

    def read(cell: Cell, warn: Warn) -> Value:
        if type(cell) is str and (not cell or _is_usual_email(cell)):
            return cell
        text = shown_text(cell, warn)
        value = to_canonical(text)
        _warn_of_lines(text, value, warn)
        _check_text(value, longest)
        if value:
            _check_address(value)
        return value

    return read


def _check_address(value: str) -> None:
    try:
        check_address(value)
    except ValidationError:
        unseen = next((c for c in value if c != " " and not c.isprintable()), "")
        found = f" (elle contient : {named(unseen)})" if unseen else ""
        raise CellRefused(
            f"{quoted(value)} n'est pas une adresse mail{found} ; "
            "indiquez une seule adresse, ou laissez la cellule vide."
        ) from None


# --- Phones -------------------------------------------------------------------------------------


def read_phones(field: str) -> Reader:
    """Return the reader of phone numbers: of one, or of a list separated by semicolons."""
    to_canonical, longest = _field(field)

    def read(cell: Cell, warn: Warn) -> str:
        if type(cell) is str and not cell:
            return cell
        if (
            type(cell) is str
            and len(cell) <= longest
            and cell.isascii()
            and cell.isprintable()
            and not ("; " in cell or " ;" in cell)
            and not ("e" in cell or "E" in cell or "#" in cell or "'" in cell or "=" in cell)
        ):
            return cell.strip()
        if isinstance(cell, int):
            return _number_as_phone(cell, warn)
        text = shown_text(cell, warn)
        value = to_canonical(text)
        if to_canonical is bare_line:
            _warn_of_lines(text, value, warn)
        _check_text(value, longest)
        try:
            validate_phones(value)
        except ValidationError as error:
            raise CellRefused(error.message) from None
        return value

    return read


def _number_as_phone(number: int, warn: Warn) -> str:
    """Return the digits; nine of them get back the leading zero that a spreadsheet removed."""
    digits = str(number)
    if len(digits) == 9 and digits[0] in "123456789":
        warn(f"le nombre {digits} est lu comme le numéro 0{digits}.")
        return f"0{digits}"
    return digits


# --- Types --------------------------------------------------------------------------------------

_WHOLE_NUMBER = re.compile(r"([0-9]{1,20})(?:\.0{1,20})?")
TYPE_LABELS: dict[Value, str] = {int(kind): str(kind.label) for kind in ContactType}
# The cells of nearly all files: 4 and "4".
_TYPE_CELLS: dict[Cell, int] = {
    cell: kind.value for kind in ContactType for cell in (kind.value, str(kind.value))
}


def read_type(cell: Cell, warn: Warn) -> int:
    """Return the number of a type."""
    if cell in _TYPE_CELLS:
        return _TYPE_CELLS[cell]
    text = bare_line(shown_text(cell, warn))
    match = _WHOLE_NUMBER.fullmatch(text)
    number = int(match[1]) if match else 0
    if number not in TYPE_LABELS:
        found = f"{quoted(cell)} n'est pas un type" if text else "la cellule est vide"
        raise CellRefused(f"{found} ; indiquez un nombre entier de 1 à 6.")
    return number


def compare_label(number: Value | None, cell: Cell, warn: Warn) -> None:
    """Warn where a cell does not show the label of this type, or its beginning.

    A type of None is wrong itself, and compared with nothing. Raises CellRefused.
    """
    label = None if number is None else TYPE_LABELS[number]
    if cell == label or not shown_text(cell, warn):
        return
    if label and not comparable(label).startswith(comparable(cell)):
        warn(
            f"{quoted(cell)} n'est pas le libellé du type {number}, « {label} » ; "
            "seul le nombre de la colonne Type compte."
        )
