"""Long lists in parts that a database statement can hold."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

Item = TypeVar("Item")
# SQLite's limit is 999 parameters a statement, as Django holds it.
STATEMENT = 900


def slices(items: Iterable[Item], size: int = STATEMENT) -> Iterator[list[Item]]:
    """Yield the items in lists of that size, the last one perhaps shorter."""
    iterator = iter(items)
    while some := list(islice(iterator, size)):
        yield some
