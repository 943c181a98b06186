"""Lists of phone numbers, separated by semicolons."""


def split_phones(phones: str) -> list[str]:
    """Return the numbers of a list: `01 02;03` gives `01 02` and `03`."""
    return [number for number in (part.strip() for part in phones.split(";")) if number]
