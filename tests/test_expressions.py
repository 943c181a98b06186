"""No regular expression of the site takes time that grows faster than the text.

The engine holds Python's lock: while it is busy with one text, the whole process answers nobody.
The guard is a limit of processor time, far above what all of them need together.
"""

import importlib
import os
import pkgutil
import re
import resource
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ROOMS = (
    "accounts",
    "api",
    "base",
    "contacts",
    "contacts_site",
    "directory",
    "importexport",
    "mailing",
    "members",
)
LENGTH = 65_536
SECONDS = 60
CALLS = ("search", "match", "fullmatch", "sub", "split", "finditer", "findall")
# Letters that stand for those that a class of an expression may hold.
ALWAYS = "aZ0 é@.-\n\u00a0\u0301\x00{<"


def modules():
    for room in ROOMS:
        package = importlib.import_module(room)
        yield package
        for found in pkgutil.walk_packages(package.__path__, f"{room}."):
            if ".migrations" not in found.name and not found.name.endswith(("wsgi", "server_log")):
                yield importlib.import_module(found.name)


def expressions():
    """Return each expression that a module holds, by where it stands."""
    found = {}
    for module in modules():
        for name, value in vars(module).items():
            if isinstance(value, re.Pattern) and value.pattern not in found:
                found[value.pattern] = (f"{module.__name__}.{name}", value)
    return list(found.values())


def calls_of(place, sources) -> set[str]:
    """Return the methods that the site calls on an expression; all, where it is handed on."""
    name = place.rpartition(".")[2]
    called = set(re.findall(rf"\b{name}\.({'|'.join(CALLS)})\b", sources))
    return called or {"search", "fullmatch"}


def try_one(expression, calls):
    """Apply an expression to long texts of its own letters, behind what may begin a match."""
    text = isinstance(expression.pattern, str)
    pattern = expression.pattern if text else expression.pattern.decode("latin-1")
    letters = sorted({*ALWAYS, *re.findall(r"[^\\\[\](){}?*+|^$]", pattern)} - {"\\"})
    beginnings = {"", "{{", *re.findall(r"[^\\\[\](){}?*+|^$]+", pattern)}
    texts = [letter * LENGTH for letter in letters]
    texts += [
        f"{beginning[:20]}{letter * (LENGTH // 8)}!"
        for beginning in sorted(beginnings)[:12]
        for letter in letters[:24]
    ]
    for each in texts:
        subject = each if text else each.encode("utf-8", "replace")
        for call in calls:
            method = getattr(expression, call)
            result = method("", subject) if call == "sub" else method(subject)
            if call == "finditer":
                sum(1 for _ in result)


def try_all():
    """Try all, and print each before it is tried: the last one is what took too long."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    sources = "\n".join(
        path.read_text()
        for room in ROOMS
        for path in (ROOT / room).rglob("*.py")
        if "migrations" not in path.parts
    )
    found = expressions()
    for place, expression in found:
        sys.stdout.write(f"{place}\n")
        sys.stdout.flush()
        try_one(expression, calls_of(place, sources))
    sys.stdout.write("all\n")


def run(code):
    return subprocess.run(
        [sys.executable, "-c", f"import django; django.setup(); {code}"],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "contacts_site.settings"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_no_expression_takes_time_that_grows_faster_than_the_text():
    done = run("from tests.test_expressions import try_all; try_all()")
    tried = done.stdout.split()
    assert tried[-1:] == ["all"], f"{tried[-1:]} took too long, or failed: {done.stderr[-2_000:]}"
    assert "contacts_site.logs._ADDRESS" in tried
    assert len(tried) > 20


def test_no_expression_is_made_where_this_test_does_not_see_it():
    """Expressions stand in modules under names: inline ones are few, and each is looked at here."""
    inline = re.compile(rf"\bre\.(?:{'|'.join(CALLS)})\(")
    found = {
        str(path.relative_to(ROOT))
        for room in ROOMS
        for path in (ROOT / room).rglob("*.py")
        if "migrations" not in path.parts and inline.search(path.read_text())
    }
    # Bounded counts; one that cannot go back: (.)\1{2,}; what stands before a mark.
    assert found <= INLINE


INLINE = {
    "accounts/passwords.py",
    "contacts/templatetags/phones.py",
    "directory/search/terms.py",
    "importexport/files/csv_encoding.py",
    "importexport/files/xlsx_formats.py",
    "importexport/management/commands/import_contacts.py",
}


def test_an_expression_that_goes_back_over_its_text_is_found():
    begin = "import re, resource, tests.test_expressions as t"
    limit = f"{begin}; resource.setrlimit(resource.RLIMIT_CPU, (3, 3))"
    slow = "t.try_one(re.compile('[a-z ]*@'), ['search'])"
    assert run(f"{limit}; {slow}").returncode < 0
