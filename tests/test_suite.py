"""The suite itself: it ends, and CI runs what README.md tells people to run."""

import re
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)


def test_each_test_fails_after_a_while_instead_of_hanging(request):
    assert request.config.pluginmanager.hasplugin("timeout")
    assert 0 < float(request.config.getini("timeout")) <= 300
    assert request.config.getini("timeout_method") == "signal"


def test_ci_runs_the_command_of_the_readme():
    commands = (ROOT / ".ci" / "run").read_text().splitlines()
    assert "make test" in commands
    assert re.search(r"^make test\b", (ROOT / "README.md").read_text(), re.MULTILINE)
    assert re.search(r"^test: .*\n\tscripts/test$", (ROOT / "Makefile").read_text(), re.MULTILINE)


def test_each_target_installs_what_it_runs_and_the_site_alone_needs_no_extra():
    makefile = (ROOT / "Makefile").read_text()
    rules = dict(re.findall(r"^(\w+): (\.venv/.*)$", makefile, re.MULTILINE))
    extras = {
        "run": "run",
        "test": "test",
        "lint": "lint",
        "format": "lint",
        "audit": "lint",
        "lock": "lock",
        "bench": "bench",
        "load": "bench",
        "fuzz": "fuzz",
        "screenshots": "test",
    }
    for target, extra in extras.items():
        assert rules[target] == f".venv/.{extra}"
