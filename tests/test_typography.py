"""French on screen keeps its spaces together: « mots », et : ; ? ! never begin a line."""

import ast
import re
from pathlib import Path

import pytest

from scripts.draw_rooms import rooms

ROOT = Path(__file__).parent.parent
SOURCES = [
    path
    for room in rooms()
    for path in sorted((ROOT / room).rglob("*.py"))
    if not {"migrations", "demo"} & set(path.parts)
]
TEMPLATES = sorted(
    path for path in (ROOT / "templates").rglob("*") if path.suffix in (".html", ".txt")
)
# A space that breaks, before or after what must stay beside its word.
LOOSE = re.compile(r"« | »|[\w)»}] [;?!](?=\s|$|<)|[\w)»}] :(?=\s|$)")


def french_texts(source):
    """The texts of a module, without its docstrings."""
    tree = ast.parse(source)
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
    docstrings = {
        node.body[0].value
        for node in ast.walk(tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
        if is_text and node not in docstrings:
            yield node.value


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_spaces_in_french_texts_do_not_break(path):
    texts = french_texts(path.read_text(encoding="utf-8"))
    assert [text for text in texts if LOOSE.search(text)] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_spaces_in_templates_do_not_break(path):
    text = re.sub(r"{%.*?%}|{#.*?#}", "", path.read_text(encoding="utf-8"))
    assert LOOSE.findall(text) == []
