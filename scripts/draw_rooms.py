"""Draw the rooms of the house, from their imports, into docs/architecture.md."""

import ast
import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "architecture.md"
_DRAWING = re.compile(r"(?<=^```mermaid\n).*?(?=^```$)", re.MULTILINE | re.DOTALL)


def rooms() -> list[str]:
    """Return the rooms, the highest first."""
    return [room for layer in layers() for room in layer.split(" | ")]


def layers() -> list[str]:
    """Return the layers that the linter holds, the highest first."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    layered = [contract for contract in contracts if contract["type"] == "layers"]
    whole = next(contract for contract in layered if "containers" not in contract)
    return list(whole["layers"])


def imports() -> dict[str, set[str]]:
    """Return which other rooms the modules of each room import."""
    known = set(rooms())
    return {room: (_imported(room) & known) - {room} for room in known}


def _imported(room: str) -> set[str]:
    found: set[str] = set()
    for path in (ROOT / room).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.partition(".")[0])
            elif isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
    return found


def drawing() -> str:
    """Return the drawing as Mermaid's text, without the arrows that others imply."""
    direct = imports()
    reached: dict[str, set[str]] = {}
    for room in reversed(rooms()):
        reached[room] = direct[room].union(*(reached.get(below, set()) for below in direct[room]))
    lines = ["graph TD"]
    for room in rooms():
        implied = {further for below in direct[room] for further in reached.get(below, set())}
        shown = [below for below in rooms() if below in direct[room] - implied]
        lines += [f"  {room} --> {below}" for below in shown] or [f"  {room}"]
    return "\n".join(lines) + "\n"


def drawn(page: str) -> str:
    """Return the page with the drawing of today."""
    return _DRAWING.sub(lambda _: drawing(), page, count=1)


if __name__ == "__main__":
    PAGE.write_text(drawn(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
