"""The columns of contact files: the only place with their titles and the rules of their values.

Export, import, template file, help and error messages all use COLUMNS. The rules are those of
contact-files.md, « Columns » and « Values ».
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from importexport.rows.values import (
    TYPE_LABELS,
    Reader,
    Value,
    read_address,
    read_phones,
    read_reference,
    read_text,
    read_type,
    text_of,
)


class ContactRow(NamedTuple):
    """A row that may be imported: line, member, and values in the order of CONTACT_FIELDS."""

    line: int
    member_id: int
    values: tuple[Value, ...]


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
    read: Reader = lambda cell, _warn: text_of(cell)
    write: Callable[[Any], Value] | None = None
    is_number: bool = False
    is_comfort: bool = False
    width_in_cm: float = 5.0


_TYPES = "\n".join(f"{number} : {label}" for number, label in TYPE_LABELS.items())

REFERENCE = Column(
    title="Référence",
    explanation=(
        "Il s'agit de la référence de la fiche membre du client ou du fournisseur "
        "à qui appartient le contact"
    ),
    lookup="member__reference",
    is_required=True,
    read=read_reference,
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
TYPE_LABEL = Column(
    title="Libellé type",
    explanation=(
        "Il s'agit du type de notification. Ce champ est facultatif, "
        "le nombre dans la colonne précédente suffit."
    ),
    lookup="type",
    write=TYPE_LABELS.__getitem__,
    is_comfort=True,
    width_in_cm=6.5,
)
COLUMNS = (
    REFERENCE,
    MEMBER_NAME,
    Column(
        title="Dénomination",
        explanation="Il s'agit du nom complet du contact",
        lookup="name",
        field="name",
        read=read_text("name"),
    ),
    Column(
        title="Note",
        explanation="Il s'agit de la note du contact",
        lookup="note",
        field="note",
        read=read_text("note"),
        width_in_cm=7.0,
    ),
    Column(
        title="Fonction",
        explanation="Il s'agit de la fonction du contact",
        lookup="job_title",
        field="job_title",
        read=read_text("job_title"),
    ),
    Column(
        title="Mail",
        explanation="Il s'agit de l'adresse email du contact",
        lookup="email",
        field="email",
        read=read_address("email"),
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
        read=read_phones("phones"),
    ),
    Column(
        title="Fax",
        explanation="Il s'agit du numéro de fax du contact",
        lookup="fax",
        field="fax",
        read=read_phones("fax"),
        width_in_cm=3.5,
    ),
    Column(
        title="Type",
        explanation=f'Saisir un nombre entier unique, exemple "2" :\n{_TYPES}',
        lookup="type",
        is_required=True,
        field="type",
        read=read_type,
        is_number=True,
        width_in_cm=1.6,
    ),
    TYPE_LABEL,
)

# The column that a marked file has besides (marking.py); an import ignores it.
ERRORS_TITLE = "Erreurs"


def texts_by_title(value_of: Callable[[str], Value]) -> dict[str, str]:
    """Return a contact's values as people read them, by the titles of a file's columns.

    `value_of` returns the value of a field.
    """
    texts = {column.title: str(value_of(column.field)) for column in COLUMNS if column.field}
    number = value_of("type")
    return texts | {"Type": f"{number} ({TYPE_LABELS[number]})"}
