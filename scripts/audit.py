"""Asks the advisory service of PyPI about every version in requirements/, by pip-audit.

Exits 0 where all were asked about and none is known to be vulnerable, 1 where one is, and 2 where
the service did not answer for all: that is no good news, and is never taken for it.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
_COMMAND = ["--require-hashes", "--disable-pip", "--format", "json", "--progress-spinner", "off"]


def verdict(answer: str) -> tuple[int, list[str]]:
    """Return the exit code and the lines that say what pip-audit's answer means."""
    try:
        packages: list[dict[str, Any]] = json.loads(answer)["dependencies"]
    except (json.JSONDecodeError, KeyError):
        return 2, ["NOT AUDITED: the advisory service did not answer."]
    lines = [
        f"{package['name']} {package['version']}: {flaw['id']}, mended in "
        f"{', '.join(flaw['fix_versions']) or 'no version yet'}"
        for package in packages
        for flaw in package.get("vulns", [])
    ]
    unknown = [package["name"] for package in packages if "skip_reason" in package]
    if lines:
        lines.insert(0, f"VULNERABLE: {len(lines)} known.")
    if unknown or not packages:
        lines.append(
            f"NOT AUDITED: the advisory service did not answer for {len(unknown)} of "
            f"{len(packages)} packages: {', '.join(unknown)}"
        )
        return 2, lines
    return (1, lines) if lines else (0, [f"{len(packages)} packages: none known to be vulnerable."])


def main() -> int:
    """Audit, say the result, and return the exit code."""
    command = [str(Path(sys.executable).with_name("pip-audit")), *_COMMAND]
    for path in sorted((ROOT / "requirements").glob("*.txt")):
        command += ["-r", str(path)]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    code, lines = verdict(done.stdout)
    print("\n".join(lines))
    return code


if __name__ == "__main__":
    sys.exit(main())
