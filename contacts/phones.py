"""A list of phone numbers, as people type it."""

from base.characters import canonical


def split_phones(phones: str) -> list[str]:
    """Return the numbers of a list: `01 02;03` gives `01 02` and `03`."""
    return [number for number in (part.strip() for part in phones.split(";")) if number]


def canonical_phones(phones: str) -> str:
    """Return the list with no space around its semicolons, each number as typed.

    The manual: « s'il y a plusieurs numéros, séparez-les par un point-virgule sans espace ».
    """
    return ";".join(part.strip() for part in canonical(phones).split(";"))
