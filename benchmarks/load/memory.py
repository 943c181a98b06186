"""The memory of processes that run, with those that they began."""

from pathlib import Path


def resident_mebibytes(pid: int) -> float:
    """Return the resident memory of a process and all its descendants, shared parts counted once.

    0 where it is gone.
    """
    return sum(_proportional(each) for each in (pid, *_descendants(pid))) / 1024


def _descendants(pid: int) -> list[int]:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    found = [int(child) for child in children]
    return found + [each for child in found for each in _descendants(child)]


def _proportional(pid: int) -> int:
    """Return in KiB the memory of one process, each shared page divided among its sharers."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
