"""Numbers in French sentences."""


def grouped(number: int) -> str:
    """Return a number with its digits in groups of three: « 20 000 »."""
    return f"{number:,}".replace(",", "\u202f")


def counted(number: int, singular: str, plural: str = "") -> str:
    """Return a number with its noun: `1 contact`, `2 contacts`, `0 contact`."""
    return f"{grouped(number)} {singular if number < 2 else plural or singular + 's'}"
