"""Fuzz one kind of file after the other, each until its first finding.

`python -m scripts.fuzz` takes ten minutes; `--seconds 60 content` takes one, for one kind.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from scripts.fuzz.seeds import KINDS, write_seeds

FINDINGS = Path("var/fuzz")
# Twice what the reader may take, as measuring the coverage takes memory too.
_MOST_MEMORY_MIB = 1_200
_MOST_SECONDS_A_FILE = 20
_MOST_BYTES = 100_000


def main() -> int:
    """Fuzz the kinds that the command line names; return 1 where there is a finding."""
    parser = argparse.ArgumentParser(description="Fuzz the reading and checking of contact files.")
    parser.add_argument("--seconds", type=int, default=600, help="for all kinds together")
    parser.add_argument("kinds", nargs="*", default=KINDS, metavar="kind")
    options = parser.parse_args()
    FINDINGS.mkdir(parents=True, exist_ok=True)
    seconds = max(1, options.seconds // len(options.kinds))
    return max(fuzz(kind, seconds) for kind in options.kinds)


def fuzz(kind: str, seconds: int) -> int:
    """Fuzz one kind of file in a process of its own; return 1 where there is a finding."""
    print(f"--- {kind}: {seconds} seconds", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        write_seeds(kind, Path(folder))
        command = [
            *(sys.executable, "-m", "scripts.fuzz.child", kind, folder),
            f"-max_total_time={seconds}",
            f"-rss_limit_mb={_MOST_MEMORY_MIB}",
            f"-timeout={_MOST_SECONDS_A_FILE}",
            f"-max_len={_MOST_BYTES}",
            f"-artifact_prefix={FINDINGS}/{kind}-",
            "-print_final_stats=1",
        ]
        status = subprocess.run(command, check=False).returncode
    if status:
        print(f"{kind}: a finding; its file is in {FINDINGS}/.", file=sys.stderr)
    return 1 if status else 0


if __name__ == "__main__":
    sys.exit(main())
