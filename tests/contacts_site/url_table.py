"""The table of what each address answers to whom, and what the site has, in the table's words.

A line of the table: a route as Django writes it, methods, and the status for each role in the order
of ROLES. A line that begins with a space goes on with the route above. `#` begins a remark.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from django.urls import URLResolver, get_resolver

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
ROLES = ("nobody", "without_role", "back_office", "administrator", "superuser")
FOLDER = Path(__file__).parent / "urls"

Statuses = dict[str, tuple[int, ...]]


def routes(resolver=None, before="/") -> Iterator[str]:
    """Return the routes of all pages of the site, in the order in which Django tries them."""
    for pattern in (resolver or get_resolver()).url_patterns:
        route = f"{before}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            yield from routes(pattern, route)
        else:
            yield route


def read_table() -> dict[str, Statuses]:
    """Return for each route and method the statuses, from all files of the table."""
    table: dict[str, Statuses] = {}
    for path in sorted(FOLDER.glob("*.txt")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            _read_line(line, table, f"{path.name}, line {number}")
    return table


def _read_line(line: str, table: dict[str, Statuses], place: str) -> None:
    words = line.partition("#")[0].split()
    if not words:
        return
    if not line.startswith(" "):
        route = words.pop(0)
        assert route not in table, f"{place}: {route} stands there twice"
        table[route] = {}
    statuses = tuple(int(word) for word in words if word.isdigit())
    methods = [word for word in words if not word.isdigit()]
    assert len(statuses) == len(ROLES), f"{place}: a status for each of {', '.join(ROLES)}"
    for method in methods:
        assert method in METHODS, f"{place}: {method} is no method"
        assert method not in list(table.values())[-1], f"{place}: {method} stands there twice"
        list(table.values())[-1][method] = statuses


def written(route: str, answers: Statuses) -> str:
    """Return a route's lines of the table, methods with the same statuses together."""
    together: dict[tuple[int, ...], list[str]] = {}
    for method in METHODS:
        if method in answers:
            together.setdefault(answers[method], []).append(method)
    first = route
    lines = []
    for statuses, methods in together.items():
        lines.append(f"{first:<53} {' '.join(methods):<44} {' '.join(map(str, statuses))}")
        first = ""
    return "\n".join(lines)


def unfilled(address: str) -> list[str]:
    """Return the parameters of a route that still stand in it."""
    return re.findall(r"<[^>]+>|\(\?P", address)
