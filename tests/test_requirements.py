"""requirements/ is what pyproject.toml asks for, exactly, with hashes, from no registry by name."""

import tomllib
from importlib.metadata import distribution, version
from pathlib import Path

import pytest
from django.conf import settings
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from scripts.lock import pins

ROOT = Path(settings.BASE_DIR)
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS = PROJECT["optional-dependencies"]
FILES = sorted((ROOT / "requirements").glob("*.txt"))
SETS = {path.stem: pins(path.read_text()) for path in FILES}


def pinned(lines: str) -> Requirement:
    """The requirement of a package's lines."""
    return Requirement(lines.splitlines()[0].rstrip(" \\"))


def versions(name: str) -> dict[str, str]:
    """The version of each package of a set and of what the site runs on."""
    found = SETS["run"] | SETS[name]
    return {name: str(pinned(lines).specifier).removeprefix("==") for name, lines in found.items()}


def closure(names: list[str]) -> set[str]:
    """The names of these requirements and all that they require here."""
    found: set[tuple[str, str]] = set()
    waiting = [(Requirement(name), "") for name in names]
    while waiting:
        requirement, extra = waiting.pop()
        if requirement.marker and not requirement.marker.evaluate({"extra": extra}):
            continue
        name = canonicalize_name(requirement.name)
        for each in {"", *requirement.extras}:
            if (name, each) not in found:
                found.add((name, each))
                waiting += [(Requirement(text), each) for text in distribution(name).requires or []]
    return {name for name, _ in found}


def test_there_is_a_set_for_each_extra():
    assert set(SETS) == {"build", "run", *EXTRAS}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_package_has_one_version_and_hashes_and_no_registry_is_named(path):
    text = path.read_text()
    assert "--require-hashes\n" in text
    assert "://" not in text
    assert "index" not in text
    assert "\n@" not in text
    assert SETS[path.stem]
    for lines in SETS[path.stem].values():
        first, *hashes = lines.splitlines()
        assert str(Requirement(first.rstrip(" \\")).specifier).startswith("==")
        assert hashes
        assert all(line.startswith("    --hash=sha256:") for line in hashes)


@pytest.mark.parametrize("name", ["run", *EXTRAS])
def test_each_set_has_what_pyproject_asks_for(name):
    asked = [Requirement(text) for text in PROJECT["dependencies"] + EXTRAS.get(name, [])]
    found = versions(name)
    for requirement in asked:
        assert requirement.specifier.contains(found[canonicalize_name(requirement.name)])


def test_sets_agree_on_the_packages_they_share():
    found: dict[str, tuple[str, list[str]]] = {}
    for packages in SETS.values():
        for name, lines in packages.items():
            same = str(pinned(lines).specifier), lines.splitlines()[1:]
            assert found.setdefault(name, same) == same


def test_no_set_repeats_what_the_site_runs_on():
    for extra in EXTRAS:
        assert SETS[extra].keys().isdisjoint(SETS["run"])


@pytest.mark.parametrize("name", ["run", "test"])
def test_no_package_is_pinned_for_nothing_and_what_is_installed_is_what_is_pinned(name):
    found = versions(name)
    assert closure(PROJECT["dependencies"] + EXTRAS.get(name, [])) == set(found)
    assert {each: version(each) for each in found} == found
