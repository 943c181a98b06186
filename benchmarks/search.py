"""The search of the members' screen, keystroke by keystroke, beside Django's `icontains`."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.running import run_case
from benchmarks.stores import Store

# A name of contacts, one of members, a phone, a reference, an address, and what nobody has.
WORDS = ("dupré", "fromagerie", "06399812", "c04217", "qualite@ehpad", "zqx")


def measure_search(
    store: Store, folder: Path, members: int, contacts: int, tell: Callable[[str], None]
) -> list[dict[str, Any]]:
    """Measure each prefix of the words on a site of that size, both ways in the same process."""
    tell(f"search, {members:,} members, {contacts:,} contacts")
    url = store.create("crowd")
    run_case("searches.fill", url, folder, members=members, contacts=contacts)
    lines: list[dict[str, Any]] = run_case(
        "searches.measure", url, folder, words=list(WORDS)
    ).outcome
    store.drop("crowd")
    return lines
