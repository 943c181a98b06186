"""The weekly audit of dependencies fails when one is vulnerable, and when it could not ask."""

import json

import pytest

from scripts.audit import verdict

FLAW = {"id": "PYSEC-2026-1", "fix_versions": ["2.0"], "aliases": [], "description": ""}
SOUND = {"name": "django", "version": "5.2.19", "vulns": []}
FLAWED = {"name": "lxml", "version": "1.0", "vulns": [FLAW]}
UNKNOWN = {"name": "segno", "skip_reason": "Dependency not found on PyPI"}


def audit(*packages):
    return verdict(json.dumps({"dependencies": packages, "fixes": []}))


def test_all_is_well():
    assert audit(SOUND) == (0, ["1 packages: none known to be vulnerable."])


def test_a_vulnerable_package_is_named_with_the_version_that_mends_it():
    code, lines = audit(SOUND, FLAWED)
    assert code == 1
    assert lines == ["VULNERABLE: 1 known.", "lxml 1.0: PYSEC-2026-1, mended in 2.0"]


@pytest.mark.parametrize("packages", [[SOUND, UNKNOWN], [UNKNOWN], []])
def test_what_could_not_be_asked_about_is_no_good_news(packages):
    code, lines = audit(*packages)
    assert code == 2
    assert lines[-1].startswith("NOT AUDITED")


def test_what_is_vulnerable_is_told_even_if_not_all_could_be_asked_about():
    code, lines = audit(FLAWED, UNKNOWN)
    assert code == 2
    assert "lxml 1.0: PYSEC-2026-1, mended in 2.0" in lines


@pytest.mark.parametrize("answer", ["", "Traceback", "{}"])
def test_no_answer_is_no_good_news(answer):
    assert verdict(answer) == (2, ["NOT AUDITED: the advisory service did not answer."])
