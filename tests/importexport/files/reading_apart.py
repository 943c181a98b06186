"""Reads files, each in a process of its own, and reports its outcome, time and memory.

`HOSTILE_DIVISOR=1 python -m tests.importexport.files.reading_apart` makes and reads every hostile
file at its full size, and prints what each costs.
"""

import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from importexport.files import open_table
from importexport.files.table import FileRefused, Limits
from tests.importexport.files import hostile_xlsx  # noqa: F401 (registers its files)
from tests.importexport.files.hostile import COSTLY, DIVISOR, HOSTILE
from tests.importexport.files.making import LIMITS, is_header

MODULE = "tests.importexport.files.reading_apart"
_MOST_SECONDS = 30
# A mistake in the reader must end the process, not the machine.
_MOST_MEMORY = 4 * 1024**3
_DIVIDED = Limits(
    max_bytes=LIMITS.max_bytes // DIVISOR,
    max_unpacked_bytes=LIMITS.max_unpacked_bytes // DIVISOR,
    max_rows=LIMITS.max_rows // DIVISOR,
    max_markup=LIMITS.max_markup // DIVISOR,
)


def read_apart(paths: Sequence[Path]) -> Iterator[dict[str, object]]:
    """Yield for each file `outcome` (the refusal, or "rows"), `seconds`, and `growth` in MiB."""
    command = [sys.executable, "-m", MODULE, *paths]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        yield from map(json.loads, process.stdout)


def _read_here(path: Path) -> dict[str, object]:
    outcome = "rows"
    before = _memory("VmRSS")
    started = time.process_time()
    try:
        with path.open("rb") as file:
            for _ in open_table(file, is_header, _DIVIDED).rows:
                pass
    except FileRefused as refusal:
        outcome = str(refusal)
    seconds = time.process_time() - started
    return {"outcome": outcome, "seconds": seconds, "growth": _memory("VmHWM") - before}


def _memory(kind: str) -> float:
    """Return the memory of this process in MiB: now (VmRSS), or at most (VmHWM)."""
    status = Path("/proc/self/status").read_text()
    return int(status.split(f"{kind}:")[1].split()[0]) / 1024


def _read_each(paths: Sequence[str]) -> None:
    """Read each file in a fork, so that the memory of one does not count for another."""
    for path in paths:
        child = os.fork()
        if not child:
            signal.alarm(_MOST_SECONDS)
            resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
            try:
                _tell(json.dumps(_read_here(Path(path))))
            finally:
                os._exit(0)
        _, status = os.waitpid(child, 0)
        if status:
            _tell(json.dumps({"outcome": f"ended by signal {status}"}))


def _tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _print_table() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "file")
        for name, make in (HOSTILE | COSTLY).items():
            path.write_bytes(make())
            for found in read_apart([path]):
                _tell(
                    f"{name:50} {path.stat().st_size / 1024:8.0f} KiB "
                    f"{found.get('seconds', 0):6.2f} s {found.get('growth', 0):5.0f} MiB  "
                    f"{found['outcome']}"
                )


if __name__ == "__main__":
    if len(sys.argv) > 1:
        _read_each(sys.argv[1:])
    else:
        _print_table()
