"""The habits of modules that no linter knows; which room may import which, import-linter holds."""

import ast
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
ROOMS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"][
    "root_packages"
]
LONGEST = 300

# What these names mean is the same in every room.
SAME_EVERYWHERE = {
    "admin": "Django's",
    "apps": "Django's",
    "forms": "Django's",
    "models": "Django's",
    "urls": "Django's",
    "views": "Django's",
    "journal": "the pages that list what was done, and what they show",
    "retention": "what is forgotten, and when",
    "tasks": "what the worker is asked to do",
}
# Gerunds that are nouns of their own.
NOUNS = {
    "checking": "of the rows of a file: the third step of an import",
    "csv_encoding": "what the bytes of a CSV stand for",
    "highlighting": "of what was searched for",
    "listing": "of members",
    "marking": "of the errors in a file",
    "paging": "of long lists",
    "ranking": "of what a search finds",
    "rendering": "of a message's text",
    "routing": "of mail: who hears of what",
}
# Django calls it before it knows the settings, which may be wrong.
IMPORTS_LATE = {("manage.py", "main")}


def modules() -> list[Path]:
    found = [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]
    return [path for path in found if path.parent.name != "migrations"]


def nouns() -> list[Path]:
    """Modules with a name of their own: Django names a command's or a tag library's for its use."""
    kinds = {"commands", "templatetags"}
    return [path for path in modules() if path.stem != "__init__" and path.parent.name not in kinds]


MODULES = [str(path.relative_to(ROOT)) for path in modules()]


def late_imports(path: Path) -> Iterator[tuple[str, int]]:
    """Yield the function and the line of each import that stands in a function."""
    for function in ast.walk(ast.parse(path.read_text())):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        for node in ast.walk(function):
            if isinstance(node, ast.Import | ast.ImportFrom):
                yield getattr(function, "name", "lambda"), node.lineno


def test_all_rooms_are_looked_at():
    assert {Path(name).parts[0] for name in MODULES} == set(ROOMS)
    assert "importexport/rows/checking.py" in MODULES


def test_imports_stand_at_the_top_of_a_module():
    """Only `ready` comes once all apps are there, and may import what needs them."""
    late = [
        f"{name}:{line} in {function}"
        for name in [*MODULES, "manage.py"]
        for function, line in late_imports(ROOT / name)
        if not (Path(name).name == "apps.py" and function == "ready")
        and (name, function) not in IMPORTS_LATE
    ]
    assert late == []


def test_an_import_in_a_function_is_found(tmp_path):
    module = tmp_path / "module.py"
    module.write_text("import a\ndef f():\n    if a:\n        from b import c\n")
    assert list(late_imports(module)) == [("f", 4)]


def test_no_module_is_long():
    lengths = {name: len((ROOT / name).read_text().splitlines()) for name in MODULES}
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST} == {}


def test_modules_of_different_rooms_have_different_names():
    rooms = defaultdict(set)
    for path in nouns():
        rooms[path.stem].add(path.relative_to(ROOT).parts[0])
    shared = {name for name, where in rooms.items() if len(where) > 1}
    assert shared - SAME_EVERYWHERE.keys() == set()


def test_modules_are_named_by_nouns():
    gerunds = {path.stem for path in nouns() if path.stem.endswith("ing")}
    assert gerunds - NOUNS.keys() == set()
