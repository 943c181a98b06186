"""Write requirements/: each set of packages with its exact versions and their hashes.

`run.txt` is what the site runs on, `build.txt` what its sdists are built with, and the others what
each extra of pyproject.toml adds to `run.txt`. All sets agree on the versions they share, hold for
every Python from the oldest of pyproject.toml on, and name no registry. Versions stay as they are
unless pyproject.toml forbids them; `--upgrade` takes the newest.
"""

import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "requirements"
BUILD_TOOLS = "setuptools\n"
# odfpy comes as an sdist only.
OPTIONS = "--require-hashes\n--only-binary :all:\n--no-binary odfpy"
_PIN = re.compile(r"^([a-z0-9-]+)==")
# The site needs a shell and Unix's locks on files.
_ELSEWHERE = "sys_platform == 'win32'"


def pins(text: str) -> dict[str, str]:
    """Return the lines of each package in the text of a set, by its name."""
    found: dict[str, str] = {}
    name = ""
    for line in text.splitlines():
        if start := _PIN.match(line):
            name = start[1]
            found[name] = line
        elif name and line.startswith("    --hash="):
            found[name] += "\n" + line
    return found


def main() -> None:
    """Write one file for each set."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        project: dict[str, Any] = tomllib.load(file)["project"]
    oldest = project["requires-python"].removeprefix(">=")
    extras = sorted(project["optional-dependencies"])
    everything = {}
    for path in sorted(FOLDER.glob("*.txt")):
        everything |= pins(path.read_text())
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "whole.txt"
        whole.write_text("\n".join(everything.values()))
        (Path(folder) / "build.in").write_text(BUILD_TOOLS)
        resolve(
            oldest, "--all-extras", "pyproject.toml", str(whole.with_name("build.in")), to=whole
        )

        def pins_of(*sources: str) -> dict[str, str]:
            target = whole.with_name("one.txt")
            target.write_text(whole.read_text())
            return pins(resolve(oldest, *sources, to=target, upgrade=False))

        run = pins_of("pyproject.toml")
        write("build", pins_of(str(whole.with_name("build.in"))))
        write("run", run)
        for extra in extras:
            added = pins_of("pyproject.toml", "--extra", extra)
            write(extra, {name: lines for name, lines in added.items() if name not in run})


def resolve(oldest: str, *sources: str, to: Path, upgrade: bool = "--upgrade" in sys.argv) -> str:
    """Return what uv finds for the sources, keeping to the versions that stand in `to`."""
    command = [Path(sys.executable).with_name("uv"), "pip", "compile", "--quiet", "--universal"]
    command += ["--python-version", oldest, "--generate-hashes", "--no-emit-index-url"]
    command += ["--no-header", "--no-annotate", *(["--upgrade"] if upgrade else [])]
    subprocess.run(
        [*command, "--output-file", to, *sources], cwd=ROOT, check=True, stdout=subprocess.DEVNULL
    )
    return to.read_text()


def write(name: str, packages: dict[str, str]) -> None:
    """Write a set, and say how many packages it has."""
    kept = [packages[each] for each in sorted(packages) if _ELSEWHERE not in packages[each]]
    text = "\n".join([f"# Made by `make lock`.\n{OPTIONS}", *kept])
    (FOLDER / f"{name}.txt").write_text(f"{text}\n")
    print(f"requirements/{name}.txt: {len(kept)} pinned")


if __name__ == "__main__":
    main()
