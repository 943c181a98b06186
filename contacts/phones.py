"""Lists of phone numbers, separated by semicolons."""

from base.characters import canonical


def split_phones(phones: str) -> list[str]:
    """Return the numbers of a list: `01 02;03` gives `01 02` and `03`."""
    return [number for number in (part.strip() for part in phones.split(";")) if number]


def canonical_phones(phones: str) -> str:
    """Remove spaces around the semicolons; leave each number as typed.

    The manual: « s'il y a plusieurs numéros, séparez-les par un point-virgule sans espace ».
    """
    return ";".join(part.strip() for part in canonical(phones).split(";"))
