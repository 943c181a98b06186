"""The changes that a page of docs/ shows, applied to a copy of the project as they stand there."""

import re
import shutil
import subprocess
from pathlib import Path

# A numbered paragraph, and what stands below it as far to the right as its text.
_STEP = re.compile(r"^\d+\. .*\n(?:(?: {3}.*)?\n)*", re.MULTILINE)
_FILE = re.compile(r"`([\w.-]+/[\w./-]+|[A-Z]+\.md)`")
_MARGIN = 3
_DIFF = re.compile(r"^ *```diff\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)


def copy_project(root: Path, folder: Path) -> Path:
    """Copy what git knows of the project, as it stands, and return the copy."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    copy = folder / "project"
    for name in filter(None, listed.split("\0")):
        if (root / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(root / name, copy / name)
    return copy


def steps(page: Path, title: str) -> list[str]:
    """Return the numbered steps below a title of the page."""
    below = re.split(
        rf"^## {re.escape(title)}$", page.read_text(encoding="utf-8"), flags=re.MULTILINE
    )[1]
    return _STEP.findall(re.split(r"^## ", below, flags=re.MULTILINE)[0])


def named_files(step: str) -> list[str]:
    """Return the files that a step names, the one that it changes first."""
    return _FILE.findall(step)


def apply(step: str, project: Path) -> None:
    """Apply each change of a step to the file that it names; each must fit in one place."""
    for block in _DIFF.findall(step):
        path = project / named_files(step)[0]
        lines = [line[_MARGIN:] or " " for line in block.splitlines()]
        before = "".join(f"{line[1:]}\n" for line in lines if line[0] != "+")
        after = "".join(f"{line[1:]}\n" for line in lines if line[0] != "-")
        text = path.read_text(encoding="utf-8")
        assert text.count(before) == 1, f"{path.name} does not have this once:\n{before}"
        path.write_text(text.replace(before, after), encoding="utf-8")
