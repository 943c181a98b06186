"""How long people wait while a file is imported: one process imports, another reads and writes."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.comparing import CONTACTS_A_MEMBER
from benchmarks.running import CaseFailed, run_case
from benchmarks.stores import Store, fresh_copy
from benchmarks.tables import WaitLine

Tell = Callable[[str], None]
_WORKS = ("read", "write")


def measure_waiting(store: Store, folder: Path, contacts: int, tell: Tell) -> list[WaitLine]:
    """Add so many contacts while someone opens a member's page and saves a contact of it.

    Returns a line for the check and one for the import. Raises CaseFailed where in one of them
    nobody got anywhere.
    """
    tell(f"waiting, {contacts:,} contacts")
    members = contacts // CONTACTS_A_MEMBER
    run_case("filling.add_members", store.create("members"), folder, count=members)
    path = str(folder / "waiting.csv")
    with fresh_copy(store, "members") as url:
        run_case("filling.add_contacts", url, folder, count=contacts)
        run_case("ours.export_file", url, folder, path=path, format="csv")
    names = {name: str(folder / f"waiting-{name}") for name in ("begun", "ended")}
    with fresh_copy(store, "members") as url, ThreadPoolExecutor() as threads:
        other = threads.submit(run_case, "waiters.read_and_write", url, folder, **names)
        phases = run_case("waiters.import_file", url, folder, path=path, **names).outcome
        acts = other.result().outcome
    store.drop("members")
    return [_line(title, contacts, moments, acts) for title, moments in phases.items()]


def _line(
    title: str, contacts: int, moments: Sequence[float], acts: Sequence[tuple[str, float, float]]
) -> WaitLine:
    """Return what the acts that fell into a phase, or hung over it, took at most."""
    start, end = moments
    within = [act for act in acts if act[1] < end and act[1] + act[2] > start]
    longest = {
        work: max((act[2] for act in within if act[0] == work), default=0.0) for work in _WORKS
    }
    if not all(longest.values()):
        raise CaseFailed(f"nobody read or wrote while the file was {title}")
    return WaitLine(title, contacts, end - start, longest["read"], longest["write"])
